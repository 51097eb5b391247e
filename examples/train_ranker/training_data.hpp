#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "train_options.hpp"

namespace train_ranker {

/// What is trained on and what is looked at, all of the same width and scaled by the training data.
struct TrainingData {
  ranktape::Dataset train;
  std::optional<ranktape::Dataset> valid;
  std::optional<ranktape::Dataset> test;
  ranktape::FeatureScaler scaler;
  std::vector<std::string> notes;  ///< what a person should know before training: one sentence each

  /// Tells training data apart, by labels and the distribution of every feature.
  [[nodiscard]] std::string fingerprint() const;
};

/// Replaces the features, dense or sparse, by scaled ones.
void scale(ranktape::Dataset& data, const ranktape::FeatureScaler& scaler);

/// Scales what was read by the training data.
TrainingData prepare(const TrainOptions& options, ranktape::Dataset train, std::optional<ranktape::Dataset> valid,
                     std::optional<ranktape::Dataset> test);
ranktape::Dataset read_training_file(const TrainOptions& options);
/// Reads all files of the options, and prepares them.
TrainingData read_training_data(const TrainOptions& options);

/// Tells data apart by all of their values, as read and scaled: a hash of groups, labels and features.
std::string fingerprint_of(const ranktape::Dataset& data);

/// "3005 documents of 201 queries, 300 features"
std::string describe(const ranktape::Dataset& data);

}  // namespace train_ranker
