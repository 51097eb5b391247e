#pragma once

#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <span>
#include <vector>

// Internal.
namespace ranktape::detail {

/// The numbers, ascending, of at most `most` records that stand for the tape: all of a shorter one; else `wanted`, the
/// first and the last tenth of that many, rankings and losses, those that read parameters, and of the others every
/// k-th. Where there are too many of a kind, every k-th of them. Cost: one pass over the records, not their values.
std::vector<std::int64_t> sample_records(const Tape& tape, std::int64_t most, std::span<const std::int64_t> wanted);

}  // namespace ranktape::detail
