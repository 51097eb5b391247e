#pragma once

#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/inspect/ranking_sources.hpp>

#include <cstdint>

// Internal.
namespace ranktape::detail {

/// Everything about one list of two documents or more. `ranking` is left to the caller.
RankedList look_at_list(const RankingSource& source, const RankingNumbers& numbers, std::int64_t list,
                        std::int64_t max_documents);

/// What makes a list bad: the magnitude of its losses' sum, of its gradient where there is none. Infinite for NaN.
double badness_of(const RankingSource& source, const RankingNumbers& numbers, std::int64_t list);

}  // namespace ranktape::detail
