#include <ranktape/core/inspect/report_drawing.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <cmath>

// The gradient's norm along the tape: a bar for each record, or for a stretch of records where there are many.
namespace ranktape::detail {
namespace {

constexpr double width = 960;
constexpr double least_left = 56;
constexpr double right = width - 12;
constexpr double top = 34;
constexpr double bottom = 164;
constexpr std::size_t max_columns = 200;
constexpr std::size_t max_named_columns = 40;
constexpr std::size_t max_name = 24;
constexpr double character_width = 8;  // a little more than the mean one of the drawing's font takes
constexpr double slant = 35;           // degrees, of names that have no room side by side
constexpr double along = 0.82;         // cosine of the slant
constexpr double down = 0.58;          // its sine
constexpr std::size_t max_marks = 12;

struct Column {
  double norm = 0;  // the greatest finite one of its records
  bool has_gradient = false;
  bool is_finite = true;  // values and gradients of its records
};

std::vector<Column> columns_of(const std::vector<RecordSummary>& records) {
  std::vector<Column> columns(std::min(records.size(), max_columns));
  for (std::size_t i = 0; i < records.size(); ++i) {
    Column& column = columns[i * columns.size() / records.size()];
    const RecordSummary& record = records[i];
    if (record.gradient) {
      column.has_gradient = true;
      column.norm = std::max(column.norm, record.gradient->norm);
    }
    if (record.value.non_finite > 0 || (record.gradient && record.gradient->non_finite > 0)) {
      column.is_finite = false;
    }
  }
  return columns;
}

// Powers of ten that hold all norms above 0.
struct Decades {
  int least = 0;
  int greatest = 0;
};

Decades decades_of(const std::vector<Column>& columns) {
  Decades decades;
  bool any = false;
  for (const Column& column : columns) {
    if (column.norm > 0 && std::isfinite(column.norm)) {
      const double power = std::log10(column.norm);
      const Decades own = {static_cast<int>(std::floor(power)), static_cast<int>(std::ceil(power))};
      decades = any ? Decades{std::min(decades.least, own.least), std::max(decades.greatest, own.greatest)} : own;
      any = true;
    }
  }
  if (decades.least == decades.greatest) {
    --decades.least;
  }
  return decades;
}

// A name below each bar where there are few, and the room that the names take.
struct Names {
  bool all = false;
  bool level = false;
  double left = least_left;  // where the bars begin: slanted names reach beyond their bars
  double height = 28;        // below the bars
};

// What escaping cuts off ends in a word on how much.
double length_of(const RecordSummary& record) {
  const std::string shown = escaped(record.operation, EscapeFor::terminal, max_name);
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
  return character_width *
         static_cast<double>(std::ssize(shown) - std::count_if(shown.begin(), shown.end(), continues));
}

Names names_of(const std::vector<RecordSummary>& records, std::size_t columns) {
  const auto count = static_cast<double>(columns);
  Names names = {.all = columns == records.size() && columns <= max_named_columns};
  names.level = (right - least_left) / count >= 120;
  if (!names.all || names.level) {
    return names;
  }
  double longest = 0;
  for (std::size_t i = 0; i < columns; ++i) {
    const double length = length_of(records[i]);
    longest = std::max(longest, length);
    // The middle of the bar is at left + (right - left) place, and the name must not begin before 0.
    const double place = (static_cast<double>(i) + 0.5) / count;
    names.left = std::max(names.left, (along * length - right * place) / (1 - place));
  }
  names.height = 28 + down * longest;
  return names;
}

void append_grid(std::string& page, const Axis& height, const Decades& decades, double left) {
  const int step = std::max(1, (decades.greatest - decades.least + 4) / 5);
  std::string lines;
  for (int power = decades.greatest; power >= decades.least; power -= step) {
    const double y = height.at(power);
    draw(lines, "M{} {}H{}", left, y, right);
    draw(page, "<text x=\"{}\" y=\"{}\" class=\"end\">1e{}</text>\n", left - 8, y + 4, power);
  }
  draw(page, "<path class=\"grid\" d=\"{}\"/>\n", lines);
}

// Of every bar where there are few, else only of rankings and losses.
void append_names(std::string& page, const Inspection& inspection, const Axis& place, const Names& names) {
  const std::vector<RecordSummary>& records = inspection.records;
  if (names.all) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      const double x = place.at(static_cast<double>(i) + 0.5);
      draw(page, "<text class=\"{}\" transform=\"translate({} {}) rotate({})\">{}</text>\n",
           names.level ? "middle" : "end", names.level ? x : x + 6, bottom + 18, names.level ? 0 : -slant,
           html(records[i].operation, max_name));
    }
    return;
  }
  std::size_t marks = 0;
  double free_from = names.left;
  for (const RankingSummary& ranking : inspection.rankings) {
    const auto found =
        std::lower_bound(records.begin(), records.end(), ranking.record,
                         [](const RecordSummary& record, std::int64_t number) { return record.number < number; });
    if (found == records.end() || marks == max_marks) {
      break;
    }
    const double x = place.at(static_cast<double>(found - records.begin()) + 0.5);
    const bool to_the_left = x > (names.left + right) / 2;
    if (x >= free_from) {
      draw(page, "<text x=\"{}\" y=\"{}\"{}>\u25B4 {}</text>\n", x, bottom + 16, to_the_left ? " class=\"end\"" : "",
           html(ranking.operation, max_name));
      free_from = x + 190;
      ++marks;
    }
  }
}

void append_drawing(std::string& page, const Inspection& inspection, const std::vector<Column>& columns) {
  const Names names = names_of(inspection.records, columns.size());
  const double left = names.left;
  const double count = static_cast<double>(columns.size());
  const Decades decades = decades_of(columns);
  const Axis bar_height(decades.least, decades.greatest, bottom - 8, top);
  const Axis bar_place(0, count, left, right);
  const Axis record_place(0, static_cast<double>(inspection.records.size()), left, right);
  std::string bars;
  std::string zeros;
  std::string crosses;
  std::size_t with_gradient = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double x = bar_place.at(static_cast<double>(i) + 0.5);
    if (columns[i].norm > 0) {
      draw(bars, "M{} {}V{}", x, bottom, bar_height.at(std::log10(columns[i].norm)));
    } else if (columns[i].has_gradient) {
      draw(zeros, "M{} {}a3 3 0 1 0 .01 0z", x, bottom - 2);
    }
    if (!columns[i].is_finite) {
      draw(crosses, "M{} {}l8 8m0 -8l-8 8", x - 4, top - 22);
    }
    with_gradient += columns[i].has_gradient ? 1 : 0;
  }
  draw(page,
       "<svg id=\"flow\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"flow-title flow-text\" data-left=\"{}\" "
       "data-right=\"{}\">\n<title id=\"flow-title\">Norm of the gradient along the tape</title>\n",
       width, bottom + names.height, left, right);
  draw(page,
       "<desc id=\"flow-text\">{} for {}, from the first record at the left to the loss at the right; {} with a "
       "gradient. "
       "Norms from 1e{} to 1e{}. The table of records has all numbers.</desc>\n",
       counted(std::ssize(columns), "bar"), counted(std::ssize(inspection.records), "record"), with_gradient,
       decades.least, decades.greatest);
  append_grid(page, bar_height, decades, left);
  draw(page, "<path class=\"axis\" d=\"M{} {}H{}\"/>\n", left, bottom, right);
  draw(page, "<path class=\"bars\" stroke-width=\"{}\" d=\"{}\"/>\n", std::min(28.0, 0.72 * (right - left) / count),
       bars);
  draw(page, "<path class=\"hollow\" d=\"{}\"/>\n<path class=\"bad\" d=\"{}\"/>\n", zeros, crosses);
  append_names(page, inspection, record_place, names);
  draw(page, "<path id=\"flow-mark\" class=\"mark\" d=\"M0 {}V{}\" visibility=\"hidden\"/>\n", top - 8, bottom + 4);
  page += "</svg>\n";
}

}  // namespace

void append_flow_strip(std::string& page, const Inspection& inspection) {
  if (inspection.records.empty()) {
    page += "<p class=\"calm\">Nothing was recorded.</p>\n";
    return;
  }
  const std::vector<Column> columns = columns_of(inspection.records);
  page += "<h3>How much gradient arrives where</h3>\n<figure>\n";
  append_drawing(page, inspection, columns);
  page +=
      "<div id=\"flow-place\" hidden></div>\n<figcaption>Backward runs from the loss at the right to the left. A bar ";
  page += columns.size() == inspection.records.size() ? "is a record" : "is a stretch of records (its greatest)";
  page +=
      "; its height is the norm of the gradient of the record's output, each line ten times the next one. A ring at "
      "the "
      "foot: a gradient of exactly 0. No bar: no gradient came. A cross on top: numbers that are not finite.";
  if (!inspection.has_intermediate_gradients) {
    page += " The gradients of intermediate tensors were not kept: backward({.keep_intermediate = true}) keeps them.";
  }
  page += "</figcaption>\n</figure>\n";
}

}  // namespace ranktape::detail
