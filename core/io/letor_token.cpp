#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/letor_token.hpp>
#include <ranktape/core/io/number.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>

namespace ranktape::detail {
namespace {

constexpr std::string_view blanks = " \t";

// The label is token 1.
std::size_t token_number(std::string_view token, std::string_view row) {
  std::size_t number = 1;
  const auto before = static_cast<std::size_t>(token.data() - row.data());
  for (std::size_t i = 1; i <= before; ++i) {
    number += blanks.find(row[i - 1]) != blanks.npos && blanks.find(row[i]) == blanks.npos ? 1 : 0;
  }
  return number;
}

bool is_whole_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_above_largest_index(std::string_view digits) {
  std::uint64_t index = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), index).ec != std::errc() ||
         index > largest_allowed_index;
}

std::string_view fault_of_value(std::string_view text) {
  float value = 0;
  const NumberStatus status = parse_float(text.data(), text.data() + text.size(), value);
  if (text.empty()) {
    return "has no value behind the colon";
  }
  if (status == NumberStatus::not_a_number_text) {
    return text.find(',') == std::string_view::npos ? "has a value that is not a number"
                                                    : "has a value that is not a number; the decimal sign is a point";
  }
  return std::isnan(value) ? "is NaN; allow_nan keeps it, and an index left out is 0"
                           : "has a value that is not a finite float32 number";
}

std::string_view fault_of(std::string_view token, std::size_t number, std::string_view row) {
  const std::size_t colon = token.find(':');
  const std::string_view index = token.substr(0, colon);
  if (token.starts_with("qid:")) {
    const bool has_query = row.find("qid:") < static_cast<std::size_t>(token.data() - row.data());
    return number == 3 && has_query ? "is a second qid" : "is not in its place; the qid belongs behind the label";
  }
  const bool is_negative = index.starts_with('-');
  if (colon == std::string_view::npos || !is_whole_number(index.substr(is_negative ? 1 : 0))) {
    return "is not INDEX:VALUE; a feature is written as 12:0.5, and # begins a comment";
  }
  if (is_negative) {
    return "has a negative index";
  }
  return is_above_largest_index(index) ? "has an index above 2147483648 (2^31)"
                                       : fault_of_value(token.substr(colon + 1));
}

}  // namespace

std::string describe_token_fault(std::string_view token, std::string_view row) {
  const std::size_t number = token_number(token, row);
  return fmt::format("token {} {} {}", number, quote(token), fault_of(token, number, row));
}

}  // namespace ranktape::detail
