#pragma once

// All of ranktape. Each header can also be included alone, by the path it has in the source tree.

#include <ranktape/core/batch.hpp>
#include <ranktape/core/error.hpp>
#include <ranktape/core/gradcheck.hpp>
#include <ranktape/core/gradients.hpp>
#include <ranktape/core/groups.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/layers.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/metrics.hpp>
#include <ranktape/ops/normalise.hpp>
#include <ranktape/ops/rank/hard_rank.hpp>
#include <ranktape/ops/rank/options.hpp>
#include <ranktape/ops/rank/soft_rank.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/shape_operations.hpp>
