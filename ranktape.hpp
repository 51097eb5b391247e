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
#include <ranktape/core/version.hpp>
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
#include <ranktape/optim/activation.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/clip.hpp>
#include <ranktape/optim/initialization.hpp>
#include <ranktape/optim/linear.hpp>
#include <ranktape/optim/mlp.hpp>
#include <ranktape/optim/optimizer.hpp>
#include <ranktape/optim/ranking_model.hpp>
#include <ranktape/optim/scaler.hpp>
#include <ranktape/optim/schedule.hpp>
#include <ranktape/optim/sgd.hpp>
#include <ranktape/optim/training.hpp>
