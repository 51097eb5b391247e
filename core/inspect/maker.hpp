#pragma once

#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <vector>

// Internal.
namespace ranktape::detail {

/// The number of the record whose output is this tensor of the tape; -1 for a parameter. O(log records).
std::int64_t maker_of(const Tape& tape, std::uint32_t tensor);
/// The same for all tensors, by their numbers.
std::vector<std::int64_t> makers_of(const Tape& tape);

}  // namespace ranktape::detail
