#pragma once

#include <cstdint>
#include <string_view>

namespace ranktape::detail {

inline constexpr std::uint64_t largest_allowed_index = std::uint64_t{1} << 31;

/// Throws FormatError with what is wrong about a token of a LETOR row that is not a finite INDEX:VALUE.
[[noreturn]] void refuse_token(std::string_view token, std::string_view row, std::string_view source,
                               std::int64_t line);

}  // namespace ranktape::detail
