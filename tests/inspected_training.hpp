#pragma once

#include <ranktape/core/inspect/inspection.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/named_loss.hpp>
#include <ranktape/optim/scoring_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace ranktape::tests {

struct InspectedTrainingOptions {
  std::string loss = "spearman";
  AdamOptions adam = {};
  std::uint64_t seed = 0;
  std::int64_t batch_queries = 16;
};

/// A training that keeps its history and may be looked at in any step. The data must outlive it.
class InspectedTraining {
 public:
  InspectedTraining(const ScoringModel& model, const Dataset& data, const InspectedTrainingOptions& options = {})
      : model_(model),
        data_(&data),
        batch_queries_(options.batch_queries),
        loss_(named_loss(options.loss)),
        optimizer_(model.parameters(), options.adam),
        random_(options.seed),
        queries_(trainable_queries(data, loss_.constant_labels)) {}

  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      step([](const Tape&, const Gradients&) {});
    }
  }

  /// One step, and what it shows before the weights change.
  Inspection look() {
    Inspection inspection;
    step([&](const Tape& tape, const Gradients& gradients) { inspection = inspect(tape, gradients, history_); });
    return inspection;
  }

  [[nodiscard]] const TrainingHistory& history() const { return history_; }

 private:
  Batch next_batch() {
    if (next_ == 0) {
      random_.shuffle(queries_);
    }
    const std::size_t count = std::min(queries_.size() - next_, static_cast<std::size_t>(batch_queries_));
    Batch batch = data_->select(std::span(queries_).subspan(next_, count));
    next_ = (next_ + count) % queries_.size();
    batch.features = batch.features.to(model_.dtype());
    batch.targets = batch.targets.to(model_.dtype());
    return batch;
  }

  template <class Look>
  void step(const Look& look) {
    const Batch batch = next_batch();
    const Tape tape;
    const Tensor outputs = model_(batch.features, batch.groups, random_);
    const Tensor loss = loss_.loss(outputs, batch, random_);
    const Gradients gradients = loss.backward({.keep_intermediate = true});
    history_.points.push_back({.step = std::ssize(history_.points) + 1,
                               .loss = loss.item(),
                               .gradient_norm = gradients_of_parameters(gradients),
                               .score_deviation = deviation(ranking_scores(outputs.detach()), batch.groups)});
    look(tape, gradients);
    update(gradients);
  }

  [[nodiscard]] double gradients_of_parameters(const Gradients& gradients) const {
    double squares = 0;
    for (const Tensor& parameter : model_.parameters()) {
      if (const Tensor* gradient = gradients.find(parameter)) {
        squares += std::pow(norm_of(gradient->to_vector<double>()), 2);
      }
    }
    return std::sqrt(squares);
  }

  void update(const Gradients& gradients) {
    std::vector<std::vector<double>> before;
    for (const Tensor& parameter : model_.parameters()) {
      before.push_back(parameter.to_vector<double>());
    }
    optimizer_.step(gradients);
    history_.updates.clear();
    for (const Tensor& parameter : model_.parameters()) {
      const std::vector<double>& old = before[history_.updates.size()];
      std::vector<double> change = parameter.to_vector<double>();
      std::ranges::transform(change, old, change.begin(), std::minus<>());
      history_.updates.push_back(
          {.name = std::string(parameter.name()), .weight_norm = norm_of(old), .update_norm = norm_of(change)});
    }
  }

  static double norm_of(const std::vector<double>& values) {
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
  }

  static double deviation(const Tensor& scores, const Groups& groups) {
    const std::vector<double> variances = variance(scores, groups).to_vector<double>();
    return std::transform_reduce(variances.begin(), variances.end(), 0.0, std::plus<>(),
                                 [](double variance) { return std::sqrt(variance); }) /
           static_cast<double>(variances.size());
  }

  ScoringModel model_;
  const Dataset* data_;
  std::int64_t batch_queries_;
  NamedLoss loss_;
  Adam optimizer_;
  Random random_;
  std::vector<std::int64_t> queries_;
  std::size_t next_ = 0;
  TrainingHistory history_;
};

/// Queries of `shortest` to `longest` documents with 12 features, and labels 0 to 4 that follow them with some noise.
inline Dataset make_graded_data(std::int64_t queries, std::int64_t shortest, std::int64_t longest,
                                std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<std::int64_t> sizes;
  for (std::int64_t i = 0; i < queries; ++i) {
    sizes.push_back(shortest + (i * 7) % (longest - shortest + 1));
  }
  Dataset data;
  data.groups = Groups::from_sizes(sizes);
  data.features = Tensor::randn(Shape{data.groups.documents(), 12}, random);
  const std::span<const float> x = data.features.values<float>();
  const std::vector<float> noise = Tensor::randn(Shape{data.groups.documents()}, random).to_vector<float>();
  std::vector<float> labels;
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const float value = 2 + x[12 * i] - x[12 * i + 1] * x[12 * i + 2] + 0.5F * noise[i];
    labels.push_back(std::clamp(std::round(value), 0.F, 4.F));
  }
  data.labels = Tensor::from(labels);
  return data;
}

}  // namespace ranktape::tests
