#include "svg.hpp"

#include <fmt/core.h>

#include <cmath>

namespace lessons {
namespace {

struct Colour {
  const char* name;
  const char* light;
  const char* dark;
};
// Text in each of them has a contrast of at least 4.5 on paper, in both schemes; `grid` is for lines that may be
// missed.
constexpr Colour colours[] = {
    {"paper", "#ffffff", "#0d1117"}, {"ink", "#1f2328", "#e6edf3"},  {"soft", "#59636e", "#9198a1"},
    {"grid", "#d1d9e0", "#3d444d"},  {"tint", "#f3f5f7", "#1c222b"}, {"A", "#0969da", "#58a6ff"},
    {"B", "#b04500", "#f0883e"},     {"C", "#1a7f37", "#3fb950"},    {"D", "#8250df", "#bc8cff"},
    {"E", "#bf3989", "#f778ba"},
};

constexpr const char* shapes = R"(text{font:14px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;)"
                               R"(paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
.small{font-size:12px}.bold{font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}.plain{stroke:none}
.line{fill:none;stroke-width:1.5px;stroke-linejoin:round}.thick{stroke-width:3px}.dashed{stroke-dasharray:5 4}
)";

std::string colour_rules(const char* Colour::*scheme) {
  std::string rules = fmt::format("text:not(.plain){{stroke:{}}}\n", colours[0].*scheme);
  for (const Colour& colour : colours) {
    rules += fmt::format(".fill.{0}{{fill:{1}}}.line.{0}{{stroke:{1}}}", colour.name, colour.*scheme);
  }
  return rules + "\n";
}

std::string rounded(double number) {
  const double hundredths = std::round(number * 100);
  return fmt::format("{}", hundredths == 0 ? 0 : hundredths / 100);
}

std::string points_text(const std::vector<Point>& points) {
  std::string text;
  for (const Point& point : points) {
    text += fmt::format("{}{} {}", text.empty() ? "M" : " ", rounded(point.x), rounded(point.y));
  }
  return text;
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title, std::string_view description)
    : body_(fmt::format(
          R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" )"
          R"(aria-labelledby="title description">
<title id="title">{2}</title>
<desc id="description">{3}</desc>
<style>
{4}{5}@media (prefers-color-scheme:dark){{
{6}}}
</style>
)",
          rounded(width), rounded(height), title, description, shapes, colour_rules(&Colour::light),
          colour_rules(&Colour::dark))) {
  rectangle({0, 0}, {width, height}, 8, "fill paper");
}

void Svg::line(Point from, Point to, std::string_view style) { path({from, to}, style); }

void Svg::path(const std::vector<Point>& points, std::string_view style) {
  body_ += fmt::format("<path class=\"line {}\" d=\"{}\"/>\n", style, points_text(points));
}

void Svg::filled_path(const std::vector<Point>& points, std::string_view style) {
  body_ += fmt::format("<path class=\"fill {}\" d=\"{}Z\"/>\n", style, points_text(points));
}

void Svg::arrow(Point from, Point to, std::string_view colour) {
  constexpr double length = 9;
  constexpr double half_width = 5;
  const double distance = std::hypot(to.x - from.x, to.y - from.y);
  const Point along = {(to.x - from.x) / distance, (to.y - from.y) / distance};
  const Point neck = {to.x - length * along.x, to.y - length * along.y};
  path({from, neck}, fmt::format("thick {}", colour));
  filled_path({{neck.x - half_width * along.y, neck.y + half_width * along.x},
               to,
               {neck.x + half_width * along.y, neck.y - half_width * along.x}},
              colour);
}

void Svg::circle(Point centre, double radius, std::string_view style) {
  body_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", style, rounded(centre.x),
                       rounded(centre.y), rounded(radius));
}

void Svg::rectangle(Point corner, Point opposite, double rounding, std::string_view style) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>\n", style,
                       rounded(corner.x), rounded(corner.y), rounded(opposite.x - corner.x),
                       rounded(opposite.y - corner.y), rounded(rounding));
}

void Svg::text(Point at, std::string_view words, std::string_view style) {
  body_ +=
      fmt::format("<text class=\"fill {}\" x=\"{}\" y=\"{}\">{}</text>\n", style, rounded(at.x), rounded(at.y), words);
}

}  // namespace lessons
