#pragma once

#include <ranktape/core/tape.hpp>

#include <cstdint>

// Internal.
namespace ranktape::detail {

/// The number of the record whose output is this tensor of the tape; -1 for a parameter. O(log records).
std::int64_t maker_of(const Tape& tape, std::uint32_t tensor);

}  // namespace ranktape::detail
