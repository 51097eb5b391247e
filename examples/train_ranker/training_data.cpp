#include "training_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>

namespace train_ranker {

using namespace ranktape;

namespace {

Dataset read_like(const TrainingData& data, const std::string& file) {
  Dataset read = read_letor(file, {.index_base = data.train.index_base,
                                   .features = data.train.feature_count(),
                                   .extra_features = ExtraFeatures::ignore});
  read.features = data.scaler.apply(read.features);
  return read;
}

// Queries drawn by the seed for validation, the others for training, both in the order of the file.
void split_off_validation(TrainingData& data, double share, std::uint64_t seed) {
  std::vector<std::int64_t> queries(static_cast<std::size_t>(data.train.query_count()));
  std::iota(queries.begin(), queries.end(), 0);
  Random random(seed);
  random.split().shuffle(queries);
  const auto count = static_cast<std::ptrdiff_t>(share * static_cast<double>(queries.size()) + 0.5);
  std::sort(queries.begin(), queries.begin() + count);
  std::sort(queries.begin() + count, queries.end());
  const auto chosen = std::span<const std::int64_t>(queries);
  data.valid = data.train.subset(chosen.first(static_cast<std::size_t>(count)));
  data.train = data.train.subset(chosen.subspan(static_cast<std::size_t>(count)));
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
       fmt::format("queries of the {} data are also in the training data: the result will look better than it is", name));
}

void note_training_set(TrainingData& data) {
  const DatasetSummary& summary = data.train.summary;
  note(data, summary.queries_without_relevant_document, "training queries have no relevant document");
  note(data, summary.constant_label_queries, "training queries have equal labels throughout: no order to learn");
  note(data, summary.single_document_queries, "training queries have a single document: no order to learn");
  note(data, summary.constant_features, "features are the same in every training document: they say nothing");
}

}  // namespace

TrainingData read_training_data(const TrainOptions& options) {
  TrainingData data;
  data.train = read_letor(options.train_file);
  if (options.valid_share > 0) {
    split_off_validation(data, options.valid_share, options.seed);
  }
  data.scaler = FeatureScaler::fit(data.train.features);
  data.train.features = data.scaler.apply(data.train.features);
  note_training_set(data);
  if (data.valid) {
    data.valid->features = data.scaler.apply(data.valid->features);
  } else if (!options.valid_file.empty()) {
    data.valid = read_like(data, options.valid_file);
    note_set(data, *data.valid, "validation");
  }
  if (!options.test_file.empty()) {
    data.test = read_like(data, options.test_file);
    note_set(data, *data.test, "test");
  }
  return data;
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
