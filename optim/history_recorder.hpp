#pragma once

#include <ranktape/core/inspect/training_history.hpp>
#include <ranktape/optim/training.hpp>
#include <ranktape/optim/training_step.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ranktape {

/// Of a step that is looked at, before the parameters move. A document's zero gradient is one of all its outputs; the
/// deviation is that of `ranking_scores`, over lists of two documents or more.
HistoryPoint history_point(const TrainingStep& step);

/// Keeps the history of a training from the steps that are looked at, for reports and verdicts:
///
///     HistoryRecorder recorder("ndcg@10");
///     recorder.watch(options, 10);   // every tenth step
///     train(model, data, options);
///     recorder.history();
class HistoryRecorder {
 public:
  /// Where there are more points, every other one goes; what has a metric stays rather than its neighbour.
  static constexpr std::size_t max_points = 4000;

  /// Goes on from `before`, whose metric's name counts unless it is empty.
  explicit HistoryRecorder(std::string metric_name = {}, TrainingHistory before = {});

  /// Sets the looks of `options`, which refer to this recorder: it must outlive the training, at its place.
  void watch(TrainingOptions& options, std::int64_t every);
  /// The same from looks of your own: both, of the same steps.
  void look_at_step(const TrainingStep& step);
  void look_after_step(const TrainingStep& step);
  /// Measured after the last step that was looked at: the first one that is given counts. Nothing happens before any.
  void set_metric(double value);

  [[nodiscard]] const TrainingHistory& history() const { return history_; }

 private:
  void add(const HistoryPoint& point);
  void thin_out();

  TrainingHistory history_;
  std::vector<Tensor> before_;  // the parameters, between both looks
  std::int64_t looks_ = 0;      // so far
  std::int64_t stride_ = 1;     // of the looks that stay
  bool last_point_stays_ = true;
};

}  // namespace ranktape
