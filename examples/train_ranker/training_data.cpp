#include "training_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>

#include "data_options.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

Dataset read_like(const Dataset& train, const std::string& file, const DatasetOptions& options) {
  DatasetOptions same = like(options, train.index_base, train.feature_count());
  same.text.sparse = train.sparse_features ? SparseFeatures::always : SparseFeatures::never;
  return read_dataset(file, same);
}

void note(TrainingData& data, const std::string& what, std::int64_t count) {
  if (count > 0) {
    data.notes.push_back(fmt::format("{}: {}", what, count));
  }
}

void note_set(TrainingData& data, const Dataset& set, const std::string& name) {
  note(data, fmt::format("Values in the {} data of features that the training data do not have, left out", name),
       set.summary.ignored_values);
  note(data, fmt::format("Queries of the {} data that are also in the training data, and flatter the model", name),
       count_shared_queries(data.train, set));
}

void note_training_set(TrainingData& data) {
  const DatasetSummary& summary = data.train.summary;
  note(data, "Training queries without a relevant document", summary.queries_without_relevant_document);
  note(data, "Training queries with equal labels throughout: no order to learn", summary.constant_label_queries);
  note(data, "Training queries with a single document: no order to learn", summary.single_document_queries);
  note(data, "Features that are the same in every training document, and say nothing", summary.constant_features);
}

// FNV-1a of words.
class Hash {
 public:
  void take(std::uint64_t bits) { value_ = (value_ ^ bits) * prime; }
  void take_values(std::span<const float> values) {
    std::ranges::for_each(values, [this](float value) { take(std::bit_cast<std::uint32_t>(value)); });
  }
  void take_lists(const Dataset& data) {
    std::ranges::for_each(data.groups.offsets(),
                          [this](std::int64_t offset) { take(static_cast<std::uint64_t>(offset)); });
    take_values(data.labels.values<float>());
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  static constexpr std::uint64_t prime = 0x100000001b3;
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

void scale(Dataset& data, const FeatureScaler& scaler) {
  if (data.sparse_features) {
    data.sparse_features = scaler.apply(*data.sparse_features);
  } else {
    data.features = scaler.apply(data.features);
  }
}

TrainingData prepare(const TrainOptions& options, Dataset train, std::optional<Dataset> valid,
                     std::optional<Dataset> test) {
  TrainingData data = {std::move(train), std::move(valid), std::move(test), {}, {}};
  if (options.valid_share > 0) {
    DatasetSplit split = split_queries(data.train, options.valid_share, options.seed);
    data.train = std::move(split.train);
    data.valid = std::move(split.valid);
  }
  note_training_set(data);
  data.scaler = data.train.sparse_features ? FeatureScaler::fit(*data.train.sparse_features, options.scaling)
                                           : FeatureScaler::fit(data.train.features, options.scaling);
  scale(data.train, data.scaler);
  if (data.valid) {
    note_set(data, *data.valid, "validation");
    scale(*data.valid, data.scaler);
  }
  if (data.test) {
    note_set(data, *data.test, "test");
    scale(*data.test, data.scaler);
  }
  return data;
}

Dataset read_training_file(const TrainOptions& options) { return read_dataset(options.train_file, options.data); }

TrainingData read_training_data(const TrainOptions& options) {
  Dataset train = read_training_file(options);
  std::optional<Dataset> valid;
  std::optional<Dataset> test;
  if (!options.valid_file.empty()) {
    valid = read_like(train, options.valid_file, options.data);
  }
  if (!options.test_file.empty()) {
    test = read_like(train, options.test_file, options.data);
  }
  return prepare(options, std::move(train), std::move(valid), std::move(test));
}

std::string TrainingData::fingerprint() const {
  Hash hash;
  hash.take_lists(train);
  std::ranges::for_each(scaler.mean, [&](double mean) { hash.take(std::bit_cast<std::uint64_t>(mean)); });
  std::ranges::for_each(scaler.scale, [&](double scale) { hash.take(std::bit_cast<std::uint64_t>(scale)); });
  return hash.text();
}

std::string fingerprint_of(const Dataset& data) {
  Hash hash;
  hash.take_lists(data);
  if (data.sparse_features) {
    std::ranges::for_each(data.sparse_features->offsets(),
                          [&](std::int64_t offset) { hash.take(static_cast<std::uint64_t>(offset)); });
    std::ranges::for_each(data.sparse_features->indices(),
                          [&](std::int32_t index) { hash.take(static_cast<std::uint64_t>(index)); });
    hash.take_values(data.sparse_features->values());
  } else {
    hash.take_values(data.features.values<float>());
  }
  return hash.text();
}

std::string describe(const Dataset& data) {
  return fmt::format("{} documents of {} queries, {} features{}{}", data.document_count(), data.query_count(),
                     data.feature_count(), data.sparse_features ? ", sparse" : "",
                     data.query_weights.defined() || data.document_weights.defined() ? ", weights" : "");
}

}  // namespace train_ranker
