#include "training_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr std::int64_t most_queries = 64;  // enough to tell; all of them would cost an evaluation of the training data

double deviation_of(const Tensor& values, const Groups& groups) {
  const std::vector<double> squares = variance(values, groups).to_vector<double>();
  return std::accumulate(squares.begin(), squares.end(), 0.0,
                         [](double sum, double square) { return sum + std::sqrt(square); }) /
         static_cast<double>(std::max<std::size_t>(squares.size(), 1));
}

std::vector<std::int64_t> first_queries_with_an_order(const Dataset& data) {
  std::vector<std::int64_t> queries;
  for (std::int64_t query = 0; query < data.query_count() && std::ssize(queries) < most_queries; ++query) {
    if (data.groups.size(query) >= 2) {
      queries.push_back(query);
    }
  }
  return queries;
}

}  // namespace

TrainingHealth measure_health(const Mlp& model, const Dataset& data, const NamedLoss& loss) {
  const Batch batch = data.select(first_queries_with_an_order(data));
  const Tensor scores = model(batch.features.to(model.device())).to(Device::cpu);
  TrainingHealth health;
  if (batch.groups.count() == 0 || scores.shape().rank() != 1) {
    return health;
  }
  health.score_deviation = deviation_of(scores, batch.groups);
  if (loss.ranks) {
    const Tensor soft = relaxed_rank(scores, batch.groups, *loss.ranks);
    const double hard = deviation_of(rank(batch.targets, batch.groups), batch.groups);
    health.rank_spread = hard == 0 ? 0 : deviation_of(soft, batch.groups) / hard;
    if (loss.ranks->relaxation == RankRelaxation::l2 || loss.ranks->relaxation == RankRelaxation::kl) {
      const RankDiagnostics found = rank_diagnostics();
      health.blocks_per_document = found.blocks_per_document();
      health.single_block_lists =
          static_cast<double>(found.single_block_lists) / static_cast<double>(std::max<std::int64_t>(found.lists, 1));
    }
  }
  return health;
}

std::vector<std::string> health_warnings(const std::vector<TrainingHealth>& history, int epochs,
                                         const NamedLoss& loss) {
  std::vector<std::string> warnings;
  return warnings;
}

}  // namespace train_ranker
