#include "commands.hpp"
#include "evaluate_command.hpp"
#include "predict_command.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <exception>

namespace {

constexpr int failed = 1;
constexpr int bad_input = 2;

void add_training_options(CLI::App& command, train_ranker::TrainArguments& arguments) {
  command.add_option("--train", arguments.train_file, "training data: LETOR / SVMlight, gzip or not")->required();
  command.add_option("--test", arguments.test_file, "test data, evaluated before and after");
  command.add_option("--hidden", arguments.hidden, "sizes of the hidden layers; none: --hidden 0 is a linear model")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--activation", arguments.activation, "between the layers")
      ->check(CLI::IsMember({"relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"}))
      ->capture_default_str();
  command.add_option("--dropout", arguments.dropout, "share of hidden values left out in training")
      ->capture_default_str();
  command.add_flag("--layer-norm", arguments.layer_norm, "standardise hidden values");
  command.add_option("--learning-rate", arguments.learning_rate, "of Adam")->capture_default_str();
  command.add_option("--epochs", arguments.epochs, "passes over the training queries")->capture_default_str();
  command.add_option("--batch-queries", arguments.batch_queries, "queries per step")->capture_default_str();
  command
      .add_option_function<std::string>(
          "--device",
          [&](const std::string& name) {
            arguments.device = name == "cpu" ? ranktape::Device::cpu : ranktape::Device::accelerator;
          },
          "where to train")
      ->check(CLI::IsMember({"cpu", "accelerator"}))
      ->default_str("cpu");
}

}  // namespace

int main(int argc, char** argv) {
  using namespace train_ranker;
  CLI::App app("Trains ranking models on LETOR data with differentiable ranking losses.", "ranktape");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(ranktape::version));

  TrainArguments training;
  CLI::App* train = app.add_subcommand("train", "train a model and save it");
  add_training_options(*train, training);
  train->add_option("--valid", training.valid_file, "validation data, evaluated after every epoch");
  train->add_option("--loss", training.loss, "what is minimised")
      ->check(CLI::IsMember(loss_names()))
      ->capture_default_str();
  train->add_option("--strength", training.strength, "of the soft ranks (spearman: per item; 0: the loss's default)");
  train->add_option("--seed", training.seed, "the same seed gives the same bits")->capture_default_str();
  train->add_option("--model", training.model_file, "where the model is written")->capture_default_str();

  CLI::App* compare = app.add_subcommand(
      "compare", "train with the default Spearman loss and with the peers' form of it, several seeds");
  add_training_options(*compare, training);
  compare->get_option("--test")->required();
  compare->add_option("--seeds", training.seeds, "how many")->check(CLI::PositiveNumber)->capture_default_str();

  add_predict_command(app);
  add_evaluate_command(app);

  try {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // epochs appear as they end, also in a pipe
    app.parse(argc, argv);
    if (training.hidden == std::vector<std::int64_t>{0}) {
      training.hidden.clear();
    }
    if (train->parsed()) {
      train_command(training);
    } else if (compare->parsed()) {
      compare_command(training);
    }
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_input;
  } catch (const ranktape::FormatError& error) {
    fmt::print(stderr, "ranktape: {}\n", error.what());
    return bad_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "ranktape: {}\n", error.what());
    return failed;
  }
}
