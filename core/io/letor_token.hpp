#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ranktape::detail {

inline constexpr std::uint64_t largest_allowed_index = std::uint64_t{1} << 31;

/// What is wrong about a token of a LETOR row that is not a finite INDEX:VALUE.
std::string describe_token_fault(std::string_view token, std::string_view row);

}  // namespace ranktape::detail
