#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/optim/clip.hpp>
#include <ranktape/optim/training.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

namespace ranktape {
namespace {

void check_options(const TrainingOptions& options, SourceLocation where) {
  if (options.epochs < 0 || options.batch_queries < 1) {
    detail::fail<NumericError>(where, "train", "{} epochs in batches of {} queries; there must be at least 0, of 1",
                               options.epochs, options.batch_queries);
  }
  if (!options.loss) {
    detail::fail<NumericError>(where, "train", "the loss is an empty function; leave it out for spearman_loss");
  }
}

std::vector<std::int64_t> queries_to_learn(const Dataset& data) {
  const std::span<const float> labels = data.labels.values<float>();
  std::vector<std::int64_t> queries;
  for (std::int64_t query = 0; query < data.query_count(); ++query) {
    const auto list = labels.subspan(static_cast<std::size_t>(data.groups.begin(query)),
                                     static_cast<std::size_t>(data.groups.size(query)));
    if (std::adjacent_find(list.begin(), list.end(), std::not_equal_to<>()) != list.end()) {
      queries.push_back(query);
    }
  }
  return queries;
}

// Returns the loss. A new batch each time, so that no more than one is copied at any time.
double training_step(const ScoringModel& model, const Batch& batch, const TrainingOptions& options, Random& dropout,
                     Optimizer& optimizer) {
  const DType dtype = model.dtype();
  const Device device = model.device();
  const Tape tape;
  const Tensor predictions = model(batch.features.to(device).to(dtype), batch.groups, dropout);
  const Tensor loss = options.loss(predictions, batch.targets.to(device).to(dtype), batch.groups);
  const double value = loss.item();
  // Of a loss gone wrong, the check tells where.
  Gradients gradients = loss.backward({.check_finite = !std::isfinite(value)});
  clip_by_norm(gradients, options.clip_norm);
  optimizer.step(gradients);
  return value;
}

}  // namespace

std::vector<EpochReport> train(const ScoringModel& model, const Dataset& data, const TrainingOptions& options,
                               SourceLocation where) {
  check_options(options, where);
  std::vector<std::int64_t> queries = queries_to_learn(data);
  if (queries.empty()) {
    detail::fail<NumericError>(where, "train",
                               "each of the {} queries has fewer than two documents or constant labels: there is no "
                               "order to learn",
                               data.query_count());
  }
  Adam optimizer(model.parameters(), options.adam, where);
  Random order(options.seed);
  Random dropout = order.split();
  std::int64_t step = 0;
  std::vector<EpochReport> reports;
  while (std::ssize(reports) < options.epochs) {
    const auto start = std::chrono::steady_clock::now();
    EpochReport report = {.epoch = static_cast<int>(reports.size()) + 1,
                          .queries = std::ssize(queries),
                          .queries_left_out = data.query_count() - std::ssize(queries)};
    order.shuffle(std::span(queries));
    for (std::span<const std::int64_t> left = queries; !left.empty(); ++step) {
      const auto chosen = left.first(std::min(left.size(), static_cast<std::size_t>(options.batch_queries)));
      left = left.subspan(chosen.size());
      if (options.schedule) {
        optimizer.set_learning_rate(options.schedule(step), where);
      }
      const double loss = training_step(model, data.select(chosen), options, dropout, optimizer);
      report.loss += loss * static_cast<double>(chosen.size()) / static_cast<double>(queries.size());
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    reports.push_back(report);
    if (options.after_epoch && !options.after_epoch(report)) {
      break;
    }
  }
  return reports;
}

}  // namespace ranktape
