#include <ranktape/core/inspect/report_drawing.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

// How the training went: a chart for each series, and one table for all of them.
namespace ranktape::detail {
namespace {

constexpr double width = 460;
constexpr double left = 64;
constexpr double right = width - 8;
constexpr double top = 12;
constexpr double bottom = 132;
constexpr std::size_t max_rows = 24;

struct Series {
  std::string_view id;
  std::string name;
  std::function<double(const HistoryPoint&)> value;  // NaN where there is none
  bool is_always_there = false;
  bool may_be_logarithmic = false;
};

double or_nan(const std::optional<double>& value) { return value.value_or(std::numeric_limits<double>::quiet_NaN()); }

std::vector<Series> series_of(const TrainingHistory& history) {
  std::vector<Series> all = {{"loss", "loss", [](const HistoryPoint& point) { return point.loss; }, true},
                             {"metric", history.metric_name.empty() ? "metric" : html(history.metric_name),
                              [](const HistoryPoint& point) { return or_nan(point.metric); }},
                             {"gradient-norm", "norm of the gradient",
                              [](const HistoryPoint& point) { return point.gradient_norm; }, true, true},
                             {"zero-share", "share of documents with a zero gradient",
                              [](const HistoryPoint& point) { return or_nan(point.zero_gradient_share); }},
                             {"score-spread", "spread of the scores in a list",
                              [](const HistoryPoint& point) { return or_nan(point.score_deviation); }}};
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const Series& series) {
                             return std::all_of(history.points.begin(), history.points.end(),
                                                [&](const auto& point) { return std::isnan(series.value(point)); });
                           }),
            all.end());
  return all;
}

void append_chart(std::string& page, const std::vector<HistoryPoint>& points, const Series& series) {
  auto [least, greatest] = finite_range(points, series.value);
  const bool logarithmic = series.may_be_logarithmic && least > 0 && greatest > 30 * least;
  const auto height = [&](double value) { return logarithmic ? std::log10(value) : value; };
  const Axis y(height(least), height(greatest), bottom, top);
  const Axis x(static_cast<double>(points.front().step), static_cast<double>(points.back().step), left, right);
  std::string line;
  std::int64_t not_finite = 0;
  const HistoryPoint* last = nullptr;
  for (const HistoryPoint& point : points) {
    const double value = series.value(point);
    if (std::isfinite(value)) {
      draw(line, "{}{} {}", last == nullptr ? 'M' : 'L', x.at(static_cast<double>(point.step)), y.at(height(value)));
      last = &point;
    } else if (series.is_always_there || std::isinf(value)) {
      ++not_finite;
    }
  }
  if (!line.empty() && line.find('L') == std::string::npos) {
    line += "h0";  // a single point is a dot
  }
  draw(page,
       "<figure>\n<figcaption class=\"name\">{0}{1}</figcaption>\n<svg viewBox=\"0 0 {2} {3}\" role=\"img\" "
       "aria-labelledby=\"{4}-title "
       "{4}-text\">\n<title id=\"{4}-title\">{0}</title>\n",
       series.name, logarithmic ? " (logarithmic)" : "", width, bottom + 26, series.id);
  draw(page, "<desc id=\"{}-text\">From {} at step {} to {} at step {}; least {}, greatest {}. {}</desc>\n", series.id,
       readable(series.value(points.front())), points.front().step,
       last == nullptr ? "nothing" : readable(series.value(*last)), last == nullptr ? 0 : last->step, readable(least),
       readable(greatest), not_finite == 0 ? "" : counted(not_finite, "value") + " not finite.");
  const double middle = logarithmic ? std::sqrt(least) * std::sqrt(greatest) : least / 2 + greatest / 2;
  std::string grid;
  for (const double value : greatest > least ? std::vector{least, middle, greatest} : std::vector{least}) {
    draw(grid, "M{} {}H{}", left, y.at(height(value)), right);
    append(page, "<text x=\"{}\" y=\"{:.1f}\" class=\"end\">{:.3g}</text>\n", left - 8, y.at(height(value)) + 4, value);
  }
  draw(page, "<path class=\"grid\" d=\"{}\"/>\n<path class=\"line\" d=\"{}\"/>\n", grid, line);
  draw(page,
       "<text x=\"{}\" y=\"{}\">step {}</text>\n<text x=\"{}\" y=\"{}\" class=\"end\">step "
       "{}</text>\n</svg>\n</figure>\n",
       left, bottom + 20, grouped(points.front().step), right, bottom + 20, grouped(points.back().step));
}

void append_points(std::string& page, const std::vector<HistoryPoint>& points, const std::vector<Series>& all) {
  std::vector<std::string> columns = {"step"};
  for (const Series& series : all) {
    columns.push_back(series.name);
  }
  std::vector<std::vector<std::string>> rows;
  const std::size_t count = std::min(points.size(), max_rows);
  for (std::size_t i = 0; i < count; ++i) {
    const HistoryPoint& point = points[count == 1 ? 0 : i * (points.size() - 1) / (count - 1)];
    rows.push_back({grouped(point.step)});
    for (const Series& series : all) {
      const double value = series.value(point);
      rows.back().push_back(std::isnan(value) ? "" : readable(value));
    }
  }
  page += "<details><summary>Numbers of these charts</summary>\n";
  append_table(page, count < points.size() ? "An even sample of the steps; all are in the page's JSON" : "The steps",
               columns, rows);
  page += "</details>\n";
}

// The numbers of the points between with the least and the greatest value; those without one are passed over.
std::pair<std::size_t, std::size_t> extremes(const std::vector<HistoryPoint>& points, std::size_t begin,
                                             std::size_t end, const Series& series) {
  std::pair<std::size_t, std::size_t> found = {begin, begin};
  for (std::size_t i = begin; i < end; ++i) {
    const double value = series.value(points[i]);
    const double least = series.value(points[found.first]);
    const double greatest = series.value(points[found.second]);
    found.first = value < least || std::isnan(least) ? i : found.first;
    found.second = value > greatest || std::isnan(greatest) ? i : found.second;
  }
  return found;
}

}  // namespace

std::vector<std::size_t> shown_points(const TrainingHistory& history) {
  const std::size_t count = history.points.size();
  std::vector<std::size_t> shown;
  if (count <= max_history_points) {
    shown.resize(count);
    std::iota(shown.begin(), shown.end(), std::size_t{0});
    return shown;
  }
  const std::vector<Series> all = series_of(history);
  const std::size_t stretches = (max_history_points - 2) / (2 * all.size());
  shown = {0, count - 1};
  for (std::size_t stretch = 0; stretch < stretches; ++stretch) {
    const std::size_t begin = stretch * count / stretches;
    const std::size_t end = (stretch + 1) * count / stretches;
    for (const Series& series : all) {
      const auto [least, greatest] = extremes(history.points, begin, end, series);
      shown.push_back(least);
      shown.push_back(greatest);
    }
  }
  std::sort(shown.begin(), shown.end());
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  return shown;
}

void append_history(std::string& page, const TrainingHistory& history) {
  std::vector<HistoryPoint> points;
  for (const std::size_t number : shown_points(history)) {
    points.push_back(history.points[number]);
  }
  if (points.size() < history.points.size()) {
    draw(page, "<p>{} of {} steps: the least and the greatest of every stretch, so that no peak is lost.</p>\n",
         grouped(std::ssize(points)), grouped(std::ssize(history.points)));
  }
  const std::vector<Series> all = series_of(history);
  page += "<div class=\"charts\">\n";
  for (const Series& series : all) {
    append_chart(page, points, series);
  }
  page += "</div>\n";
  append_points(page, points, all);
}

}  // namespace ranktape::detail
