#include <ranktape/core/inspect/record_summary.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/optim/history_recorder.hpp>
#include <ranktape/optim/scoring_model.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace ranktape {
namespace {

// The share of the documents whose predictions, all of them, get no gradient.
std::optional<double> zero_share(const Tensor& predictions, const Gradients& gradients) {
  const std::int64_t documents = predictions.shape()[0];
  if (documents == 0) {
    return std::nullopt;
  }
  const Tensor* gradient = gradients.find(predictions);
  if (gradient == nullptr) {
    return 1;
  }
  const std::vector<double> values = gradient->to_vector<double>();
  const std::ptrdiff_t outputs = std::ssize(values) / documents;
  std::int64_t zeros = 0;
  for (auto row = values.begin(); row != values.end(); row += outputs) {
    zeros += std::all_of(row, row + outputs, [](double value) { return value == 0; }) ? 1 : 0;
  }
  return static_cast<double>(zeros) / static_cast<double>(documents);
}

std::optional<double> mean_deviation(const std::vector<double>& scores, const Groups& groups) {
  double sum = 0;
  std::int64_t lists = 0;
  for (std::int64_t list = 0; list < groups.count(); ++list) {
    const std::int64_t size = groups.size(list);
    if (size < 2) {
      continue;
    }
    const auto begin = scores.begin() + groups.begin(list);
    const double mean = std::accumulate(begin, begin + size, 0.0) / static_cast<double>(size);
    const double squares = std::accumulate(begin, begin + size, 0.0, [mean](double squares_so_far, double score) {
      return squares_so_far + (score - mean) * (score - mean);
    });
    sum += std::sqrt(squares / static_cast<double>(size));
    ++lists;
  }
  return lists == 0 ? std::nullopt : std::optional(sum / static_cast<double>(lists));
}

}  // namespace

HistoryPoint history_point(const TrainingStep& step) {
  const Tape::Pause pause;
  return {.step = step.step,
          .loss = step.loss.item(),
          .gradient_norm = step.gradients.of_parameters().norm(),
          .zero_gradient_share = zero_share(step.predictions, step.gradients),
          .score_deviation = mean_deviation(ranking_scores(step.predictions).to_vector<double>(), step.batch.groups)};
}

HistoryRecorder::HistoryRecorder(std::string metric_name, TrainingHistory before) : history_(std::move(before)) {
  if (!metric_name.empty()) {
    history_.metric_name = std::move(metric_name);
  }
}

void HistoryRecorder::watch(TrainingOptions& options, std::int64_t every) {
  options.look_every = every;
  options.look_at_step = [this](const TrainingStep& step) { look_at_step(step); };
  options.look_after_step = [this](const TrainingStep& step) { look_after_step(step); };
}

void HistoryRecorder::look_at_step(const TrainingStep& step) {
  add(history_point(step));
  before_.clear();
  for (const Tensor& parameter : step.parameters) {
    before_.push_back(parameter.detach().clone());
  }
}

void HistoryRecorder::look_after_step(const TrainingStep& step) {
  const Tape::Pause pause;
  history_.updates.clear();
  for (std::size_t i = 0; i < before_.size(); ++i) {
    const Tensor& parameter = step.parameters[i];
    history_.updates.push_back({.name = std::string(parameter.name()),
                                .weight_norm = summarize(before_[i]).norm,
                                .update_norm = summarize(parameter - before_[i]).norm});
  }
  before_.clear();
}

void HistoryRecorder::set_metric(double value) {
  if (!history_.points.empty() && !history_.points.back().metric) {
    history_.points.back().metric = value;
  }
}

void HistoryRecorder::add(const HistoryPoint& point) {
  std::vector<HistoryPoint>& points = history_.points;
  if (!points.empty() && !last_point_stays_ && !points.back().metric) {
    points.back() = point;
  } else {
    points.push_back(point);
  }
  last_point_stays_ = looks_++ % stride_ == 0;
  if (points.size() > max_points) {
    thin_out();
  }
}

// Of each pair one; the newest, whose metric may be to come, in any case.
void HistoryRecorder::thin_out() {
  std::vector<HistoryPoint>& points = history_.points;
  std::size_t kept = 0;
  for (std::size_t first = 0; first < points.size(); first += 2) {
    const std::size_t second = std::min(first + 1, points.size() - 1);
    points[kept++] = points[second].metric || second + 1 == points.size() ? points[second] : points[first];
  }
  points.resize(kept);
  stride_ *= 2;
}

}  // namespace ranktape
