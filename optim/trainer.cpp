#include <ranktape/core/fail.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/clip.hpp>
#include <ranktape/optim/model_batch.hpp>
#include <ranktape/optim/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

namespace ranktape {
namespace {

const TrainingOptions& checked(const TrainingOptions& options, SourceLocation where) {
  if (options.epochs < 0 || options.batch_queries < 1) {
    detail::fail<NumericError>(where, "train", "{} epochs in batches of {} queries; there must be at least 0, of 1",
                               options.epochs, options.batch_queries);
  }
  if (options.look_every < 0) {
    detail::fail<NumericError>(where, "train", "look_every is {}; there must be at least 1 step, or 0 for none",
                               options.look_every);
  }
  if (!options.loss) {
    detail::fail<NumericError>(where, "train", "the loss is an empty function; leave it out for spearman_loss");
  }
  return options;
}

std::vector<std::int64_t> checked_queries(const Dataset& data, bool constant_labels, SourceLocation where) {
  std::vector<std::int64_t> queries = trainable_queries(data, constant_labels);
  if (queries.empty()) {
    detail::fail<NumericError>(where, "train",
                               "each of the {} queries has fewer than two documents or constant labels: there is no "
                               "order to learn",
                               data.query_count());
  }
  return queries;
}

}  // namespace

Trainer::Trainer(const ScoringModel& model, const Dataset& data, const TrainingOptions& options, SourceLocation where)
    : model_(model),
      data_(&data),
      options_(checked(options, where)),
      where_(where),
      queries_(checked_queries(data, options.constant_labels, where)),
      optimizer_(model_.parameters(), options.adam, where),
      random_(Random(options.seed).split()),
      queries_done_(queries_.size()) {}

std::int64_t Trainer::steps_of_epoch() const {
  return (std::ssize(queries_) + options_.batch_queries - 1) / options_.batch_queries;
}

std::int64_t Trainer::step_in_epoch() const {
  return (static_cast<std::int64_t>(queries_done_) + options_.batch_queries - 1) / options_.batch_queries;
}

std::int64_t Trainer::steps_done() const {
  const bool between = queries_done_ == queries_.size();
  return epochs_done_ * steps_of_epoch() + (between ? 0 : step_in_epoch());
}

// An order of the epoch's own, not the last one shuffled again: a training that goes on in the middle finds it without
// those before.
void Trainer::begin_epoch() {
  order_ = queries_;
  Random(options_.seed, static_cast<std::uint64_t>(epochs_done_) + 1).shuffle(order_);
}

// Returns the loss. A new batch each time, so that no more than one is copied at any time.
double Trainer::train_on(const Batch& batch) {
  const Tape tape;
  const Tensor predictions = detail::predictions_of(model_, batch, random_);
  const Tensor loss = options_.loss(predictions, batch, random_);
  const double value = loss.item();
  const bool looks = options_.look_every > 0 && (options_.look_at_step || options_.look_after_step) &&
                     (steps_done() + 1) % options_.look_every == 0;
  // Of a loss gone wrong, the check tells where.
  Gradients gradients = loss.backward({.keep_intermediate = looks, .check_finite = !std::isfinite(value)});
  if (looks) {
    step_looked_at({.step = steps_done() + 1,
                    .learning_rate = optimizer_.learning_rate(),
                    .tape = tape,
                    .batch = batch,
                    .predictions = predictions,
                    .loss = loss,
                    .gradients = gradients,
                    .parameters = optimizer_.parameters()});
  } else {
    step_by(std::move(gradients));
  }
  return value;
}

void Trainer::step_by(Gradients gradients) {
  report_.gradient_norm += clip_by_norm(gradients, options_.clip_norm);
  optimizer_.step(gradients);
}

void Trainer::step_looked_at(const TrainingStep& step) {
  const Tape::Pause pause;  // the tape is what the step computed, not what is computed of it
  if (options_.look_at_step) {
    options_.look_at_step(step);
  }
  step_by(step.gradients.of_parameters());
  if (options_.look_after_step) {
    options_.look_after_step(step);
  }
}

bool Trainer::step(SourceLocation where) {
  if (finished()) {
    detail::fail<NumericError>(where, "Trainer::step", "all {} epochs are done", options_.epochs);
  }
  const auto start = std::chrono::steady_clock::now();
  if (queries_done_ == queries_.size()) {
    queries_done_ = 0;
    report_ = {};
    seconds_ = 0;
  }
  if (queries_done_ == 0 || order_.empty()) {
    begin_epoch();
  }
  if (options_.schedule) {
    optimizer_.set_learning_rate(options_.schedule(steps_done()), where_);
  }
  const std::size_t count = std::min(queries_.size() - queries_done_, static_cast<std::size_t>(options_.batch_queries));
  const auto chosen = std::span<const std::int64_t>(order_).subspan(queries_done_, count);
  const double loss = train_on(detail::batch_for(model_, data_->select(chosen)));
  report_.loss += loss * static_cast<double>(count);
  report_.learning_rate = optimizer_.learning_rate();
  queries_done_ += count;
  const bool ends_epoch = queries_done_ == queries_.size();
  epochs_done_ += ends_epoch ? 1 : 0;
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return ends_epoch;
}

EpochReport Trainer::report() const {
  EpochReport report = report_;
  const bool between = queries_done_ == queries_.size();
  report.epoch = between ? epochs_done_ : epochs_done_ + 1;
  report.loss /= static_cast<double>(std::max<std::size_t>(queries_done_, 1));
  report.gradient_norm /= static_cast<double>(std::max<std::int64_t>(step_in_epoch(), 1));
  report.seconds = seconds_;
  report.queries = std::ssize(queries_);
  report.documents =
      std::accumulate(queries_.begin(), queries_.end(), std::int64_t{0},
                      [this](std::int64_t sum, std::int64_t query) { return sum + data_->groups.size(query); });
  report.queries_left_out = data_->query_count() - report.queries;
  return report;
}

}  // namespace ranktape
