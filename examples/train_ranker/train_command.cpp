#include "commands.hpp"
#include "evaluation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>

namespace train_ranker {

using namespace ranktape;

namespace {

/// What is trained on, and a second set that is looked at, of the same width and with the same scaling.
struct Prepared {
  Dataset train;
  std::optional<Dataset> valid;
  std::optional<Dataset> test;
  FeatureScaler scaler;

  explicit Prepared(const TrainArguments& arguments) : train(read_letor(arguments.train_file)) {
    scaler = FeatureScaler::fit(train.features);
    train.features = scaler.apply(train.features);
    if (!arguments.test_file.empty()) {
      test = read_like_training(arguments.test_file);
    }
    if (!arguments.valid_file.empty()) {
      valid = read_like_training(arguments.valid_file);
    }
  }

 private:
  [[nodiscard]] Dataset read_like_training(const std::string& file) const {
    Dataset data = read_letor(
        file,
        {.index_base = train.index_base, .features = train.feature_count(), .extra_features = ExtraFeatures::ignore});
    data.features = scaler.apply(data.features);
    return data;
  }
};

Mlp make_model(const TrainArguments& arguments, std::int64_t features, std::uint64_t seed) {
  std::vector<std::int64_t> sizes = {features};
  sizes.insert(sizes.end(), arguments.hidden.begin(), arguments.hidden.end());
  sizes.push_back(1);
  Random random(seed);
  return Mlp(sizes, random,
             {.activation = *activation_named(arguments.activation),
              .dropout = arguments.dropout,
              .layer_norm = arguments.layer_norm});
}

TrainingOptions training_options(const TrainArguments& arguments, std::uint64_t seed) {
  return {.epochs = arguments.epochs,
          .batch_queries = arguments.batch_queries,
          .seed = seed,
          .adam = {.learning_rate = arguments.learning_rate},
          .loss = loss_of(arguments.loss, arguments.strength)};
}

Tensor scores_of(const Mlp& model, const Dataset& data) { return model(data.features.to(model.device())); }

std::string describe(const Dataset& data) {
  return fmt::format("{} documents of {} queries, {} features", data.document_count(), data.query_count(),
                     data.feature_count());
}

TableRow summary_row(const std::string& name, const std::vector<Evaluation>& runs) {
  TableRow row{name, {}, {}};
  const auto count = static_cast<double>(runs.size());
  for (std::size_t m = 0; m < metric_names().size(); ++m) {
    double sum = 0;
    for (const Evaluation& run : runs) {
      sum += run.values[m];
    }
    double squares = 0;
    for (const Evaluation& run : runs) {
      squares += (run.values[m] - sum / count) * (run.values[m] - sum / count);
    }
    row.values.push_back(sum / count);
    row.deviations.push_back(count > 1 ? std::sqrt(squares / (count - 1)) : 0);
  }
  return row;
}

}  // namespace

void train_command(const TrainArguments& arguments) {
  const Prepared data(arguments);
  fmt::print("Training data {}: {}\n", arguments.train_file, describe(data.train));
  if (data.test) {
    fmt::print("Test data {}: {}\n", arguments.test_file, describe(*data.test));
  }
  // With no validation file the test set is shown, as in LightGBM's own example: it decides nothing, as the number of
  // epochs is fixed.
  const Dataset* watched = data.valid ? &*data.valid : data.test ? &*data.test : nullptr;

  const Mlp model = make_model(arguments, data.train.feature_count(), arguments.seed).to(arguments.device);
  std::vector<TableRow> table;
  if (data.test) {
    table.push_back({"before training", evaluate(scores_of(model, *data.test), *data.test).values});
  }
  fmt::print("\nLoss {}, Adam at {}, {} epochs of batches of {} queries, seed {}, on the {}\n", arguments.loss,
             arguments.learning_rate, arguments.epochs, arguments.batch_queries, arguments.seed,
             to_string(arguments.device));
  TrainingOptions options = training_options(arguments, arguments.seed);
  options.after_epoch = [&](const EpochReport& report) {
    if (report.epoch == 1 && report.queries_left_out > 0) {
      fmt::print("{} of {} training queries have one document or equal labels: left out\n", report.queries_left_out,
                 data.train.query_count());
    }
    fmt::print("epoch {:>3}  loss {:.4f}", report.epoch, report.loss);
    if (watched != nullptr) {
      const Evaluation now = evaluate(scores_of(model, *watched), *watched);
      fmt::print("  {} NDCG@10 {:.4f}  Spearman {:.4f}", data.valid ? "validation" : "test", now.ndcg_at_10,
                 now.spearman);
    }
    fmt::print("  {:.2f} s\n", report.seconds);
    return true;
  };
  const auto start = std::chrono::steady_clock::now();
  train(model, data.train, options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("Trained in {:.1f} s\n", seconds.count());

  if (data.test) {
    const Evaluation after = evaluate(scores_of(model, *data.test), *data.test);
    table.push_back({"after training", after.values});
    fmt::print("\nTest set (gain 2^label - 1, ties in file order):\n");
    print_table(table);
    print_left_out(after, *data.test);
  }
  RankingModel{model, data.scaler, data.train.index_base}.save(arguments.model_file);
  fmt::print("\nThe model is in {} ({} bytes); `ranktape predict --model {} --data FILE` scores documents with it.\n",
             arguments.model_file, std::filesystem::file_size(arguments.model_file), arguments.model_file);
}

void compare_command(const TrainArguments& arguments) {
  const Prepared data(arguments);
  struct Kind {
    std::string name;
    std::string loss;
    std::vector<std::int64_t> hidden;
    bool zero_start;
  };
  const std::vector<Kind> kinds = {
      {"norm of the hard ranks, 32 / n (default)", "spearman", arguments.hidden, false},
      {"norm of the soft ranks, 1 (the peers' form)", "spearman_soft_ranks", arguments.hidden, false},
      {"linear model from zero, default loss", "spearman", {}, true},
      {"linear model from zero, the peers' form", "spearman_soft_ranks", {}, true},
  };
  fmt::print("\nSpearman loss, {} epochs, mean and standard deviation over {} seeds, test set:\n", arguments.epochs,
             arguments.seeds);
  std::vector<TableRow> table;
  for (const Kind& kind : kinds) {
    TrainArguments chosen = arguments;
    chosen.loss = kind.loss;
    chosen.hidden = kind.hidden;
    std::vector<Evaluation> runs;
    for (int seed = 0; seed < arguments.seeds; ++seed) {
      const auto number = static_cast<std::uint64_t>(seed);
      const Mlp start = make_model(chosen, data.train.feature_count(), number);
      if (kind.zero_start) {
        for (Tensor parameter : start.parameters()) {
          std::ranges::fill(parameter.mutable_values<float>(), 0.0F);
        }
      }
      const Mlp model = start.to(arguments.device);
      train(model, data.train, training_options(chosen, number));
      runs.push_back(evaluate(scores_of(model, *data.test), *data.test));
    }
    table.push_back(summary_row(kind.name, runs));
  }
  print_table(table);
}

}  // namespace train_ranker
