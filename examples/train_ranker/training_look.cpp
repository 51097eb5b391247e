#include "training_look.hpp"

#include <ranktape/optim/look_at_loss.hpp>

#include <algorithm>

namespace train_ranker {

using namespace ranktape;

std::vector<std::int64_t> queries_to_look_at(const Dataset& data, const NamedLoss& loss) {
  constexpr std::int64_t most_queries = 32;
  constexpr std::int64_t most_documents = 5000;
  const std::vector<std::int64_t> trained = trainable_queries(data, loss.constant_labels);
  const std::int64_t count = std::min(most_queries, std::ssize(trained));
  std::vector<std::int64_t> queries;
  std::int64_t documents = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t query = trained[static_cast<std::size_t>(i * std::ssize(trained) / count)];
    if (queries.empty() || documents + data.groups.size(query) <= most_documents) {
      queries.push_back(query);
      documents += data.groups.size(query);
    }
  }
  return queries;
}

Inspection look_at(const ScoringModel& model, const Dataset& data, const std::vector<std::int64_t>& queries,
                   const NamedLoss& loss, std::uint64_t seed, const TrainingHistory& history) {
  Random random(seed);
  Inspection inspection;
  look_at_loss(model, data.select(queries), loss.loss, random,
               [&](const TrainingStep& step) { inspection = inspect(step.tape, step.gradients, history); });
  return inspection;
}

}  // namespace train_ranker
