#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ranktape {

/// What is worth keeping of one step of a training.
struct HistoryPoint {
  std::int64_t step = 0;  ///< from 1
  double loss = 0;
  double gradient_norm = 0;                        ///< of all parameters together, before clipping
  std::optional<double> metric = {};               ///< TrainingHistory::metric_name, where it was measured
  std::optional<double> zero_gradient_share = {};  ///< of the documents: the gradient of their score is exactly 0
  std::optional<double> score_deviation = {};      ///< mean over the lists of the scores' standard deviation
};

/// What one step of the optimizer did to a parameter.
struct ParameterUpdate {
  std::string name = {};
  double weight_norm = 0;  ///< Euclidean, before the step
  double update_norm = 0;  ///< of the difference; about a thousandth of the weights' where all is well
};

/// How a training went, as far as somebody kept it; every part may be empty.
struct TrainingHistory {
  std::vector<HistoryPoint> points = {};      ///< in the order of the steps
  std::string metric_name = {};               ///< "ndcg@10"; larger is better
  std::vector<ParameterUpdate> updates = {};  ///< of the last step that was looked at
};

}  // namespace ranktape
