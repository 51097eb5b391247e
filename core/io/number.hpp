#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

// Internal: decimal numbers of text files, free of the locale. All results are correctly rounded.
namespace ranktape::detail {

enum class NumberStatus { good, not_a_number_text, too_large };

/// Whether a number that std::from_chars found beyond the range of double is tiny, not huge: by the power of ten of its
/// first digit that is not 0.
inline bool is_below_range(std::string_view text) {
  const std::size_t mantissa = std::min(text.find_first_of("eE"), text.size());
  const std::size_t point = std::min(text.find('.'), mantissa);
  const std::size_t first = std::min(text.find_first_of("123456789"), mantissa);
  std::int64_t exponent = 0;
  if (mantissa < text.size()) {
    const std::size_t skipped = text.substr(mantissa + 1, 1) == "+" ? 2 : 1;
    const char* digits = text.data() + mantissa + skipped;
    if (std::from_chars(digits, text.data() + text.size(), exponent).ec != std::errc()) {
      return *digits == '-';
    }
  }
  const std::int64_t place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return exponent < -place;
}

/// What float the whole of [begin, end) is, by std::from_chars and with an optional `+`. Too small a number is 0.
inline NumberStatus parse_any_float(const char* begin, const char* end, float& value) {
  if (begin != end && *begin == '+') {
    ++begin;
    if (begin != end && *begin == '-') {
      return NumberStatus::not_a_number_text;
    }
  }
  const auto result = std::from_chars(begin, end, value);
  if (result.ec == std::errc::invalid_argument || result.ptr != end) {
    return NumberStatus::not_a_number_text;
  }
  if (result.ec == std::errc()) {
    return NumberStatus::good;
  }
  double wide = 0;
  if (std::from_chars(begin, end, wide).ec != std::errc()) {
    value = 0;
    return is_below_range({begin, end}) ? NumberStatus::good : NumberStatus::too_large;
  }
  constexpr double largest = std::numeric_limits<float>::max();
  if (wide > largest || wide < -largest) {
    return NumberStatus::too_large;
  }
  value = static_cast<float>(wide);
  return NumberStatus::good;
}

/// Reads the usual number, some digits with a point among them, fast: the float that the text from `begin` begins with,
/// and the first character behind it, or null where that is another kind of number. Where the digits are at most 2^53
/// and the power of ten at most 18, both are exact as doubles, and one division rounds once. Rounding that to float is
/// right unless it fell on the middle between two floats: then nobody knows from which side.
inline const char* read_plain_float(const char* begin, const char* end, float& value) {
  static constexpr std::array<double, 19> powers_of_ten = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                           1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  constexpr std::uint64_t largest_exact = std::uint64_t{1} << 53;
  constexpr std::ptrdiff_t longest = 19;  // a point and 18 digits, or 19: the sum stays below 2^64
  constexpr std::uint64_t bits_beyond_float = (std::uint64_t{1} << 29) - 1;
  constexpr std::uint64_t middle = std::uint64_t{1} << 28;
  const bool negative = begin != end && *begin == '-';
  const char* const first = begin + (negative ? 1 : 0);
  const char* at = first;
  std::uint64_t digits = 0;
  const auto read_digits = [&] {
    for (unsigned digit = 0; at != end && (digit = static_cast<unsigned char>(*at) - unsigned{'0'}) <= 9; ++at) {
      digits = digits * 10 + digit;
    }
  };
  read_digits();
  std::ptrdiff_t places = 0;
  std::ptrdiff_t digit_count = at - first;
  if (at != end && *at == '.') {
    const char* const point = at++;
    read_digits();
    places = at - point - 1;
    digit_count += places;
  }
  if (digit_count == 0 || at - first > longest || digits > largest_exact) {
    return nullptr;
  }
  const double magnitude = static_cast<double>(digits) / powers_of_ten[static_cast<std::size_t>(places)];
  if ((std::bit_cast<std::uint64_t>(magnitude) & bits_beyond_float) == middle) {
    return nullptr;
  }
  value = static_cast<float>(negative ? -magnitude : magnitude);
  return at;
}

/// What float the whole of [begin, end) is, as parse_any_float, and fast for the usual number.
inline NumberStatus parse_float(const char* begin, const char* end, float& value) {
  return read_plain_float(begin, end, value) == end && begin != end ? NumberStatus::good
                                                                    : parse_any_float(begin, end, value);
}

}  // namespace ranktape::detail
