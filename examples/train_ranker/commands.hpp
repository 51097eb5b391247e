#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace train_ranker {

/// What `train` and `compare` are told on the command line.
struct TrainArguments {
  std::string train_file;
  std::string valid_file;  ///< shown after each epoch; empty: the test file, or nothing
  std::string test_file;
  std::string loss = "spearman";
  double strength = 0;  ///< of the soft ranks, per item; 0: the loss's own default
  std::vector<std::int64_t> hidden = {64, 32};
  std::string activation = "relu";
  double dropout = 0;
  bool layer_norm = false;
  double learning_rate = 1e-3;
  int epochs = 20;
  int batch_queries = 16;
  std::uint64_t seed = 0;
  std::string model_file = "model.safetensors";
  ranktape::Device device = ranktape::Device::cpu;
  int seeds = 5;  ///< `compare` only
};

/// The loss of a name; throws std::invalid_argument with the names there are.
ranktape::RankingLoss loss_of(const std::string& name, double strength);
std::vector<std::string> loss_names();

void train_command(const TrainArguments& arguments);
void compare_command(const TrainArguments& arguments);

}  // namespace train_ranker
