#include "chart.hpp"

#include "worked_list.hpp"

#include <fmt/core.h>

#include <cmath>

namespace lessons {

double Axis::operator()(double value) const {
  const double share = logarithmic ? std::log(value / from) / std::log(to / from) : (value - from) / (to - from);
  return first_pixel + share * (last_pixel - first_pixel);
}

std::string number_text(double number, int decimals, bool with_sign) {
  const std::string digits = fmt::format("{:.{}f}", std::abs(number), decimals);
  const bool is_zero = digits.find_first_not_of("0.") == std::string::npos;
  return (is_zero ? "" : number < 0 ? "−" : with_sign ? "+" : "") + digits;
}

namespace {

std::string tick_text(double tick) { return (tick < 0 ? "−" : "") + fmt::format("{:g}", std::abs(tick)); }

}  // namespace

void draw_horizontal_axis(Svg& svg, const Axis& axis, double y, const std::vector<double>& ticks,
                          std::string_view title) {
  svg.line({axis.first_pixel, y}, {axis.last_pixel, y}, "soft");
  for (const double tick : ticks) {
    svg.line({axis(tick), y}, {axis(tick), y + 5}, "soft");
    svg.text({axis(tick), y + 19}, tick_text(tick), "soft small middle");
  }
  svg.text({(axis.first_pixel + axis.last_pixel) / 2, y + 40}, title, "soft middle");
}

void draw_vertical_axis(Svg& svg, const Axis& axis, double x, double right, const std::vector<double>& ticks) {
  for (const double tick : ticks) {
    svg.line({x, axis(tick)}, {right, axis(tick)}, "grid");
    svg.text({x - 8, axis(tick) + 4}, tick_text(tick), "soft small end");
  }
}

void draw_document(Svg& svg, Point centre, std::size_t document) {
  svg.circle(centre, document_radius, "fill " + letter(document));
  svg.text({centre.x, centre.y + 5}, letter(document), "paper plain bold middle");
}

void draw_hollow_document(Svg& svg, Point centre, std::size_t document) {
  svg.circle(centre, document_radius, "fill paper");
  svg.circle(centre, document_radius, "line " + letter(document));
  svg.text({centre.x, centre.y + 5}, letter(document), letter(document) + " plain middle");
}

}  // namespace lessons
