#include <ranktape/optim/trainer.hpp>
#include <ranktape/optim/training.hpp>

#include <algorithm>
#include <functional>
#include <span>

namespace ranktape {

std::vector<std::int64_t> trainable_queries(const Dataset& data, bool constant_labels) {
  const std::span<const float> labels = data.labels.values<float>();
  std::vector<std::int64_t> queries;
  for (std::int64_t query = 0; query < data.query_count(); ++query) {
    const auto list = labels.subspan(static_cast<std::size_t>(data.groups.begin(query)),
                                     static_cast<std::size_t>(data.groups.size(query)));
    const bool varies = std::adjacent_find(list.begin(), list.end(), std::not_equal_to<>()) != list.end();
    if (varies || (constant_labels && !list.empty())) {
      queries.push_back(query);
    }
  }
  return queries;
}

std::vector<EpochReport> train(const ScoringModel& model, const Dataset& data, const TrainingOptions& options,
                               SourceLocation where) {
  Trainer trainer(model, data, options, where);
  std::vector<EpochReport> reports;
  while (!trainer.finished()) {
    if (trainer.step()) {
      reports.push_back(trainer.report());
      if (options.after_epoch && !options.after_epoch(reports.back())) {
        break;
      }
    }
  }
  return reports;
}

}  // namespace ranktape
