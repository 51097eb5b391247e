#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// Internal: how the report's drawings place numbers. Includes fmt, so no public header includes this one.
namespace ranktape::detail {

/// A coordinate: printed in tenths of a unit, "12.5" or "12". Drawings have thousands, and this is several times faster
/// and shorter than a double in general.
struct Place {
  double value = 0;
};

/// From numbers to places on the page, linear. A range without extent gets one.
class Axis {
 public:
  Axis(double least, double greatest, double from, double to)
      : least_(least), greatest_(greatest), from_(from), to_(to) {
    if (!(greatest_ > least_)) {
      const double margin = std::max(std::abs(least_) / 2, 0.5);
      least_ -= margin;
      greatest_ += margin;
    }
  }

  /// Half before subtracting: the whole range of doubles may lie between the two.
  [[nodiscard]] double at(double number) const {
    return from_ + (to_ - from_) * ((number / 2 - least_ / 2) / (greatest_ / 2 - least_ / 2));
  }

  /// Round numbers in the range, about `count` of them, some 1, 2 or 5 times a power of ten apart.
  [[nodiscard]] std::vector<double> ticks(int count) const {
    const double raw = (greatest_ / count - least_ / count);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double step = power * (raw / power > 5 ? 10 : raw / power > 2 ? 5 : raw / power > 1 ? 2 : 1);
    std::vector<double> ticks;
    if (!std::isfinite(step) || step <= 0) {
      return ticks;
    }
    const double first = std::ceil(least_ / step - 1e-9);
    for (int i = 0; i <= 2 * count; ++i) {
      // Adding zero: no tick is called -0.
      const double tick = (first + i) * step + 0.0;
      if (tick > greatest_ + step * 1e-9 || (!ticks.empty() && tick == ticks.back())) {
        break;
      }
      ticks.push_back(tick);
    }
    return ticks;
  }

 private:
  double least_;
  double greatest_;
  double from_;
  double to_;
};

/// The least and the greatest finite number that `get` gives for the elements; 0 and 0 without any.
template <class Range, class Get>
std::pair<double, double> finite_range(const Range& range, Get&& get) {
  bool any = false;
  std::pair<double, double> found = {0, 0};
  for (const auto& element : range) {
    const double number = get(element);
    if (std::isfinite(number)) {
      found =
          any ? std::pair(std::min(found.first, number), std::max(found.second, number)) : std::pair(number, number);
      any = true;
    }
  }
  return found;
}

}  // namespace ranktape::detail

template <>
struct fmt::formatter<ranktape::detail::Place> {
  static constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const ranktape::detail::Place& place, Context& context) const {
    auto out = context.out();
    constexpr double far = 1e6;
    const std::int64_t tenths = place.value >= -far && place.value <= far ? std::llround(place.value * 10) : 0;
    if (tenths < 0) {
      *out++ = '-';
    }
    const fmt::format_int whole(std::abs(tenths) / 10);
    out = std::copy(whole.data(), whole.data() + whole.size(), out);
    if (tenths % 10 != 0) {
      *out++ = '.';
      *out++ = static_cast<char>('0' + std::abs(tenths) % 10);
    }
    return out;
  }
};

namespace ranktape::detail {

template <class T>
const T& as_drawn(const T& value) {
  return value;
}
inline Place as_drawn(double coordinate) { return {coordinate}; }

/// Appends formatted text in which every double is a coordinate.
template <class... Arguments>
void draw(std::string& svg, fmt::format_string<decltype(as_drawn(std::declval<const Arguments&>()))...> format,
          const Arguments&... arguments) {
  fmt::format_to(std::back_inserter(svg), format, as_drawn(arguments)...);
}

}  // namespace ranktape::detail
