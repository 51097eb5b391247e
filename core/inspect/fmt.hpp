#pragma once

#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor.hpp>
#include <fmt/format.h>

#include <string_view>

// For programs that use fmt: `fmt::print("{}", tape)`. No other header includes this one, and ranktape.hpp does not, so
// that only who has fmt needs it. Text takes width, fill and alignment: `{:>40}`.

namespace ranktape::detail {

template <class Printed>
struct Formatter : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const Printed& printed, Context& context) const {
    return fmt::formatter<std::string_view>::format(to_string(printed), context);
  }
};

}  // namespace ranktape::detail

/// A line a record: as `to_string(tape)`.
template <>
struct fmt::formatter<ranktape::Tape> : ranktape::detail::Formatter<ranktape::Tape> {};

/// "Tensor 'scores' [3] float32 {0.5, 1, 2}": as `to_string(tensor)`.
template <>
struct fmt::formatter<ranktape::Tensor> : ranktape::detail::Formatter<ranktape::Tensor> {};
