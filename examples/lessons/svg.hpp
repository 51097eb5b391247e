#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lessons {

struct Point {
  double x = 0;
  double y = 0;
};

/// A picture as the text of an SVG file that follows the reader's light or dark scheme. A style is a list of class
/// names: a colour (`ink`, `soft`, `grid`, `paper`, or a document `A` to `E`) and whatever else svg.cpp has. Numbers
/// are rounded to two decimals, so that every machine writes the same bytes. Texts go in as they are, so without < and
/// &.
class Svg {
 public:
  /// `title` says what it is and `description` what it shows, to those who cannot see it.
  Svg(double width, double height, std::string_view title, std::string_view description);

  void line(Point from, Point to, std::string_view style);
  void path(const std::vector<Point>& points, std::string_view style);
  void arrow(Point from, Point to, std::string_view colour);
  void circle(Point centre, double radius, std::string_view style);
  void rectangle(Point corner, Point opposite, double rounding, std::string_view style);
  void text(Point at, std::string_view words, std::string_view style);

  [[nodiscard]] std::string finished() const { return body_ + "</svg>\n"; }

 private:
  void filled_path(const std::vector<Point>& points, std::string_view style);

  std::string body_;
};

}  // namespace lessons
