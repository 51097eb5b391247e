#pragma once

#include <algorithm>
#include <array>
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

/// The same, fast for the usual number: some digits with a point among them. Where the digits are below 2^24 and the
/// power of ten at most 10, both are exact as floats and one division rounds once.
inline NumberStatus parse_float(const char* begin, const char* end, float& value) {
  static constexpr std::array<float, 11> powers_of_ten = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F,
                                                          1e6F, 1e7F, 1e8F, 1e9F, 1e10F};
  constexpr std::uint32_t largest_exact = 1U << 24;
  constexpr std::ptrdiff_t longest = 11;  // a point and ten digits: neither sum nor power goes beyond its bounds
  const char* at = begin;
  const bool negative = at != end && *at == '-';
  at += negative ? 1 : 0;
  if (end - at > longest || at == end) {
    return parse_any_float(begin, end, value);
  }
  const char* const first = at;
  const char* point = nullptr;
  std::uint64_t digits = 0;
  for (; at != end; ++at) {
    const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
    if (digit <= 9) {
      digits = digits * 10 + digit;
    } else if (*at == '.' && point == nullptr) {
      point = at;
    } else {
      return parse_any_float(begin, end, value);
    }
  }
  if (digits > largest_exact || (point != nullptr && end - first == 1)) {
    return parse_any_float(begin, end, value);
  }
  const auto places = static_cast<std::size_t>(point == nullptr ? 0 : end - point - 1);
  const float magnitude = static_cast<float>(digits) / powers_of_ten[places];
  value = negative ? -magnitude : magnitude;
  return NumberStatus::good;
}

}  // namespace ranktape::detail
