#include <ranktape/core/inspect/readable.hpp>
#include <fmt/format.h>

#include <cmath>

namespace ranktape::detail {

std::string readable(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number > 0 ? "infinity" : "-infinity";
  }
  return fmt::format("{:.4g}", number);
}

std::string grouped(std::int64_t number) {
  std::string digits = fmt::format("{}", number);
  const std::ptrdiff_t first = number < 0 ? 1 : 0;
  for (std::ptrdiff_t place = std::ssize(digits) - 3; place > first; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), ",");
  }
  return digits;
}

std::string share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) {
    return {};
  }
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  if (part > 0 && percent < 0.1) {
    return "< 0.1 %";
  }
  if (part < whole && percent > 99.9) {
    return "> 99.9 %";
  }
  return fmt::format("{:.{}f} %", percent, part == 0 || part == whole ? 0 : 1);
}

}  // namespace ranktape::detail
