#include "training_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "measurement.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr std::int64_t most_queries = 64;  // enough to tell; all of them would cost an evaluation of the training data

std::vector<double> deviations_of(const Tensor& values, const Groups& groups) {
  std::vector<double> deviations = variance(values, groups).to_vector<double>();
  std::ranges::transform(deviations, deviations.begin(), [](double variance) { return std::sqrt(variance); });
  return deviations;
}

double mean_of(const std::vector<double>& values) {
  return std::reduce(values.begin(), values.end()) / static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

// Distinct hard ranks 1, ..., n have the variance (n^2 - 1) / 12.
double rank_spread(const Tensor& soft_ranks, const Groups& groups) {
  std::vector<double> shares = deviations_of(soft_ranks, groups);
  for (std::size_t list = 0; list < shares.size(); ++list) {
    const auto n = static_cast<double>(groups.size(static_cast<std::int64_t>(list)));
    shares[list] /= std::sqrt((n * n - 1) / 12);
  }
  return mean_of(shares);
}

}  // namespace

Dataset health_sample(const Dataset& data) {
  std::vector<std::int64_t> queries;
  for (std::int64_t query = 0; query < data.query_count() && std::ssize(queries) < most_queries; ++query) {
    if (data.groups.size(query) >= 2) {
      queries.push_back(query);
    }
  }
  return data.subset(queries);
}

TrainingHealth measure_health(const ScoringModel& model, const Dataset& sample, const NamedLoss& loss) {
  TrainingHealth health;
  if (sample.query_count() == 0) {
    return health;
  }
  const Tensor scores = scores_of(model, sample);
  health.score_deviation = mean_of(deviations_of(scores, sample.groups));
  if (loss.ranks) {
    health.rank_spread = rank_spread(relaxed_rank(scores, sample.groups, *loss.ranks), sample.groups);
    if (loss.ranks->relaxation == RankRelaxation::l2 || loss.ranks->relaxation == RankRelaxation::kl) {
      const RankDiagnostics found = rank_diagnostics();
      health.blocks_per_document = found.blocks_per_document();
      health.single_block_lists =
          static_cast<double>(found.single_block_lists) / static_cast<double>(std::max<std::int64_t>(found.lists, 1));
    }
  }
  return health;
}

std::optional<std::string> HealthWatch::observe(int epoch, const TrainingHealth& health) {
  const bool one_block = health.single_block_lists > 0.5;
  if (one_block && normalizes_soft_ranks_) {
    return std::nullopt;  // more than a question of time: RT-G02
  }
  const double spread = health.rank_spread.value_or(1);
  const bool begun = 4 * epoch >= epochs_;
  const bool nearly_done = 4 * epoch >= 3 * epochs_;
  if (warned_ || !((one_block && begun) || (spread < 0.8 && nearly_done))) {
    return std::nullopt;
  }
  warned_ = true;
  if (one_block) {
    return fmt::format(
        "in {:.0f} % of the lists all documents still pool into one block: their ranks are linear in the scores; take "
        "a smaller temperature, or train longer",
        100 * health.single_block_lists);
  }
  return fmt::format(
      "the soft ranks have {:.0f} % of the deviation of hard ranks: the temperature is high for scores that deviate by "
      "{:.3g}; lower it, or train longer",
      100 * spread, health.score_deviation);
}

}  // namespace train_ranker
