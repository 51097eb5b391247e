#pragma once

#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/inspect/ranking_sources.hpp>

#include <cstdint>
#include <span>
#include <vector>

// Internal: the figures of all lists of one tensor of scores.
namespace ranktape::detail {

/// How many documents each block of a list has.
std::vector<std::int64_t> block_sizes(std::span<const std::uint32_t> blocks);

RankingSummary summarize(const Tape& tape, const RankingSource& source, const RankingNumbers& numbers);

}  // namespace ranktape::detail
