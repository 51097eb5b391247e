#include "training_data.hpp"
#include "tmp_split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

Dataset read_like(const Dataset& train, const std::string& file) {
  return read_letor(
      file,
      {.index_base = train.index_base, .features = train.feature_count(), .extra_features = ExtraFeatures::ignore});
}

void note(TrainingData& data, std::int64_t count, const std::string& what) {
  if (count > 0) {
    data.notes.push_back(fmt::format("{} {}", count, what));
  }
}

void note_set(TrainingData& data, const Dataset& set, const std::string& name) {
  note(data, set.summary.ignored_values,
       fmt::format("values of the {} data belong to features that the training data do not have: left out", name));
  note(data, count_shared_queries(data.train, set),
       fmt::format("queries of the {} data are also in the training data: the result will look better than it is",
                   name));
}

void note_training_set(TrainingData& data) {
  const DatasetSummary& summary = data.train.summary;
  note(data, summary.queries_without_relevant_document, "training queries have no relevant document");
  note(data, summary.constant_label_queries, "training queries have equal labels throughout: no order to learn");
  note(data, summary.single_document_queries, "training queries have a single document: no order to learn");
  note(data, summary.constant_features, "features are the same in every training document: they say nothing");
}

}  // namespace

TrainingData prepare(const TrainOptions& options, Dataset train, std::optional<Dataset> valid,
                     std::optional<Dataset> test) {
  TrainingData data = {std::move(train), std::move(valid), std::move(test), {}, {}};
  if (options.valid_share > 0) {
    DatasetSplit split = split_queries(data.train, options.valid_share, options.seed);
    data.train = std::move(split.train);
    data.valid = std::move(split.valid);
  }
  note_training_set(data);
  data.scaler = FeatureScaler::fit(data.train.features);
  data.train.features = data.scaler.apply(data.train.features);
  if (data.valid) {
    note_set(data, *data.valid, "validation");
    data.valid->features = data.scaler.apply(data.valid->features);
  }
  if (data.test) {
    note_set(data, *data.test, "test");
    data.test->features = data.scaler.apply(data.test->features);
  }
  return data;
}

Dataset read_training_file(const TrainOptions& options) { return read_letor(options.train_file); }

TrainingData read_training_data(const TrainOptions& options) {
  Dataset train = read_training_file(options);
  std::optional<Dataset> valid;
  std::optional<Dataset> test;
  if (!options.valid_file.empty()) {
    valid = read_like(train, options.valid_file);
  }
  if (!options.test_file.empty()) {
    test = read_like(train, options.test_file);
  }
  return prepare(options, std::move(train), std::move(valid), std::move(test));
}

std::string TrainingData::fingerprint() const {
  constexpr std::uint64_t basis = 0xcbf29ce484222325;  // FNV-1a
  constexpr std::uint64_t prime = 0x100000001b3;
  std::uint64_t hash = basis;
  const auto take = [&](std::uint64_t bits) { hash = (hash ^ bits) * prime; };
  std::ranges::for_each(train.groups.offsets(), [&](std::int64_t offset) { take(static_cast<std::uint64_t>(offset)); });
  std::ranges::for_each(train.labels.values<float>(), [&](float label) { take(std::bit_cast<std::uint32_t>(label)); });
  std::ranges::for_each(scaler.mean, [&](double mean) { take(std::bit_cast<std::uint64_t>(mean)); });
  std::ranges::for_each(scaler.scale, [&](double scale) { take(std::bit_cast<std::uint64_t>(scale)); });
  return fmt::format("{:016x}", hash);
}

std::string describe(const Dataset& data) {
  return fmt::format("{} documents of {} queries, {} features", data.document_count(), data.query_count(),
                     data.feature_count());
}

}  // namespace train_ranker
