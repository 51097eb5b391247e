#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/options.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <optional>

// Internal: what records of soft ranks tell of themselves. Made when somebody looks, from what their backward pass has.
namespace ranktape::detail {

struct Pooling;

/// Of soft_rank. `values` are the scores, on either device.
RankingDetails pooled_ranking(const Pooling& pooling, const Tensor& values);

using RanksAs = Tensor (*)(DType rank_dtype, Operand values, const Lists& lists, const RelaxationOptions& options);

/// Of a relaxation whose documents do not pool: `inverse` is 1 / temperature of each list in absolute units, `factor`
/// what multiplies the temperature that the options give.
RankingDetails unpooled_ranking(const char* relaxation, const Lists& lists, const Tensor& values,
                                const Array<double>& inverse, const RelaxationOptions& options, RanksAs ranks_as,
                                const std::optional<PerList>& factor = {});

}  // namespace ranktape::detail
