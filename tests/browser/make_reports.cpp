// make_reports FOLDER DATA: writes the reports that the browser tests open, and prints what each took.
#include "../inspection_samples.hpp"

#include <ranktape/core/inspect/report.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace ranktape;

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void write(const std::filesystem::path& path, const Inspection& inspection, const ReportOptions& options = {}) {
  const Clock::time_point start = Clock::now();
  const std::size_t bytes = report_html(inspection, options).size();
  const double render = milliseconds_since(start);
  const Clock::time_point again = Clock::now();
  write_report(path, inspection, options);
  std::printf("%-14s %8zu bytes, rendered in %5.1f ms, rendered and written in %5.1f ms\n", path.filename().c_str(),
              bytes, render, milliseconds_since(again));
}

void write(const std::filesystem::path& path, const Tape& tape, const Gradients& gradients,
           const TrainingHistory& history, const ReportOptions& options) {
  const Clock::time_point start = Clock::now();
  const Inspection inspection = inspect(tape, gradients, history);
  std::printf("%-14s inspected in %.1f ms\n", path.filename().c_str(), milliseconds_since(start));
  write(path, inspection, options);
}

double norm_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value * value;
  }
  return std::sqrt(sum);
}

// The last step of a training on real queries, with its history.
void write_trained(const std::filesystem::path& path, const std::filesystem::path& data_folder) {
  const Dataset data = read_dataset(data_folder / "rank.train.gz");
  const Tensor dense = data.sparse_features ? data.sparse_features->to_dense() : data.features;
  Dataset scaled = data;
  scaled.sparse_features.reset();
  scaled.features = FeatureScaler::fit(dense).apply(dense);
  const std::vector<Batch> batches = scaled.batches(16);
  Random random(7);
  const Mlp model({data.feature_count(), 64, 32, 1}, random);
  Adam optimizer(model.parameters(), {.learning_rate = 0.001});
  TrainingHistory history = {.metric_name = "ndcg@10"};
  constexpr std::int64_t steps = 240;
  double seconds = 0;
  for (std::int64_t step = 1; step <= steps; ++step) {
    const Batch& batch = batches[static_cast<std::size_t>(step) % batches.size()];
    const Clock::time_point start = Clock::now();
    Tape tape;
    const Tensor scores = model(batch.features).named("scores");
    const Tensor loss = spearman_loss(scores, batch.targets, batch.groups);
    const Gradients gradients = loss.backward({.keep_intermediate = true});
    seconds += milliseconds_since(start) / 1e3;
    HistoryPoint point = {.step = step, .loss = loss.item()};
    std::vector<double> all;
    history.updates.clear();
    std::vector<std::vector<double>> before;
    for (const Tensor& parameter : model.parameters()) {
      before.push_back(parameter.to_vector<double>());
      const std::vector<double> gradient = gradients[parameter].to_vector<double>();
      all.insert(all.end(), gradient.begin(), gradient.end());
    }
    point.gradient_norm = norm_of(all);
    if (step % 8 == 0) {
      const Tape::Pause pause;
      point.metric = ndcg(model(scaled.features), scaled.labels, scaled.groups, {.k = 10}).mean;
    }
    history.points.push_back(point);
    Inspection inspection;
    if (step == steps) {
      const Clock::time_point looking = Clock::now();
      inspection = inspect(tape, gradients);
      std::printf("%-14s inspected in %.1f ms\n", path.filename().c_str(), milliseconds_since(looking));
    }
    optimizer.step(gradients);
    for (std::size_t i = 0; i < before.size(); ++i) {
      std::vector<double> after = model.parameters()[i].to_vector<double>();
      for (std::size_t k = 0; k < after.size(); ++k) {
        after[k] -= before[i][k];
      }
      history.updates.push_back({std::string(model.parameters()[i].name()), norm_of(before[i]), norm_of(after)});
    }
    if (step == steps) {
      inspection.history = history;
      inspection.verdicts = find_verdicts(inspection);
      write(path, inspection,
            {.title = "Training a small model with soft ranks",
             .facts = {"A multi-layer perceptron of 64 and 32 hidden units after 240 steps of 16 queries."},
             .provenance = {{"data", data_folder.filename().string()}, {"seed", "7"}, {"loss", "spearman_loss"}}});
    }
  }
  std::printf("%-14s a step took %.2f ms\n", path.filename().c_str(), 1e3 * seconds / steps);
}

// A tape of about `count` records that ends in a loss over sixteen lists of twenty documents.
void write_long(const std::filesystem::path& path, std::int64_t count) {
  Random random(3);
  const Groups groups = Groups::from_sizes(std::vector<std::int64_t>(16, 20));
  const Shape shape = {count > 100'000 ? 20 : 320};
  const Tensor labels = Tensor::randn(Shape{320}, random);
  const Tensor start = Tensor::randn(shape, random, {.requires_grad = true}).named("start");
  const Tensor shift = Tensor::randn(shape, random, {.requires_grad = true}).named("shift");
  Tape tape;
  Tensor values = start;
  while (std::ssize(tape.records()) < count - 4) {
    values = relu(values + shift * 0.001) * 1.0002;  // four records
  }
  const Tensor scores = (shape.size() == 320 ? values : values + Tensor::randn(Shape{16, 20}, random)).named("scores");
  const Tensor loss = spearman_loss(reshape(scores, Shape{320}), labels, groups);
  write(path, tape, loss.backward({.keep_intermediate = true}), {}, {.title = "A long tape"});
}

// Lists of thousands of documents and of 48, with many at the same score, pooled and with a temperature.
void write_crowded(const std::filesystem::path& path) {
  Random random(11);
  const Groups groups = Groups::from_sizes({3000, 48, 48, 7});
  const std::int64_t documents = 3103;
  std::vector<double> rounded = Tensor::randn(Shape{documents}, random).to_vector<double>();
  std::vector<double> labels = Tensor::randn(Shape{documents}, random).to_vector<double>();
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    rounded[i] = std::round(10 * rounded[i]) / 10;
    labels[i] = std::clamp(std::round(rounded[i] + labels[i]) + 0.0, 0.0, 4.0);  // no -0
  }
  const Tensor scores = Tensor::from(rounded, Shape{documents}, {.requires_grad = true}).named("scores of one decimal");
  const Tensor relevance = Tensor::from(labels, Shape{documents});
  Tape tape;
  const Tensor loss = spearman_loss(scores, relevance, groups) + soft_ndcg_loss(scores, relevance, groups);
  write(path, tape, loss.backward({.keep_intermediate = true}), {}, {.title = "Crowded lists"});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: make_reports FOLDER DATA\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  write_trained(folder / "trained.html", arguments[2]);
  write_long(folder / "long.html", 10'000);
  write_long(folder / "sampled.html", 1'000'000);
  const std::vector<std::string> texts = tests::hostile_texts();
  write(folder / "hostile.html", tests::hostile_inspection(),
        {.title = texts[0],
         .facts = texts,
         .tables = {{texts[0], texts, {texts, texts}}},
         .provenance = {{texts[0], texts[2]}}});
  write(folder / "faulty.html", tests::faulty_inspection());
  write_crowded(folder / "crowded.html");
  write(folder / "raw_scores.html", tests::of_raw_scores(tests::sample_inspection(30, 2)));
  write(folder / "empty.html", {});
}
