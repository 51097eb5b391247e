#pragma once

#include <ranktape/ranktape.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace train_ranker {

enum class ModelKind { mlp, attention };
enum class LearningRateSchedule { constant, cosine, one_cycle };

/// What decides which model comes out: the same of these, and the same data, give the same bytes.
struct TrainOptions {
  std::string train_file;
  std::string valid_file;  ///< chooses the best epoch; none, and no share: the last one counts
  std::string test_file;
  double valid_share = 0;  ///< of the training queries, instead of a file
  ranktape::DatasetOptions data;
  ranktape::FeatureScalerOptions scaling = {.limit = 10};

  ModelKind model_kind = ModelKind::mlp;
  std::vector<std::int64_t> hidden = {64, 32};
  std::string activation = "relu";
  double dropout = 0;
  bool layer_norm = false;
  bool residual = false;
  ranktape::Initialization initialization = ranktape::Initialization::linear_default;  ///< no option of the program's
  std::int64_t width = 64;  ///< of the attention model, as the following
  std::int64_t heads = 4;
  std::int64_t blocks = 2;
  std::int64_t feed_forward = 128;

  std::string loss = "spearman";
  double learning_rate = 1e-3;
  LearningRateSchedule schedule = LearningRateSchedule::constant;
  double weight_decay = 0;
  double clip_norm = 0;  ///< 0: none
  int epochs = 20;
  int batch_queries = 16;
  int patience = 0;
  std::string metric = "ndcg@10";
  std::uint64_t seed = 0;
  ranktape::Device device = ranktape::Device::cpu;
};

/// What it prints, where it writes, and what may differ when a training goes on.
struct TrainOutput {
  std::string model_file = "model.safetensors";
  std::string log_file;
  std::string report_file;
  std::string command_line;     ///< as typed, for the report
  std::string checkpoint_file;  ///< empty: beside the model
  double checkpoint_seconds = 30;
  bool resume = false;
  bool quiet = false;
  std::vector<std::string> metrics = {"ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "mrr", "spearman"};
  int folds = 0;
  int threads = 0;
};

/// The options of data, model and training, for `train` and `compare`.
void add_training_options(CLI::App& command, TrainOptions& options);
/// Throws UsageError for sizes that do not go together. `command` must have been parsed.
void check_model_options(const CLI::App& command, const TrainOptions& options);
/// Those of `train` alone.
void add_output_options(CLI::App& command, TrainOptions& options, TrainOutput& output);

/// Name and value of every option that decides about the model, for the log, the model file, and to see whether a
/// checkpoint is of the same training. `command` must have been parsed.
using Settings = std::map<std::string, std::string>;
Settings settings_of(const CLI::App& command);

}  // namespace train_ranker
