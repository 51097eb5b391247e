#pragma once

#include "svg.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What the pictures have in common.
namespace lessons {

/// From values to pixels, in either direction.
struct Axis {
  double from = 0;
  double to = 1;
  double first_pixel = 0;
  double last_pixel = 1;
  bool logarithmic = false;

  [[nodiscard]] double operator()(double value) const;
};

/// "−0.17", or with its sign "+0.17".
std::string number_text(double number, int decimals, bool with_sign = false);

/// A line at `y` with a number at every tick, and a title below its middle.
void draw_horizontal_axis(Svg& svg, const Axis& axis, double y, const std::vector<double>& ticks,
                          std::string_view title);
/// Grid lines from `x` to `right` with their numbers before them.
void draw_vertical_axis(Svg& svg, const Axis& axis, double x, double right, const std::vector<double>& ticks);

constexpr double document_radius = 12;
/// A disc with the document's letter.
void draw_document(Svg& svg, Point centre, std::size_t document);
/// A circle with the letter: where the document was.
void draw_hollow_document(Svg& svg, Point centre, std::size_t document);

}  // namespace lessons
