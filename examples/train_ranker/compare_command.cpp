#include <ranktape/ranktape.hpp>

#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "measurement.hpp"
#include "results_table.hpp"
#include "train_options.hpp"
#include "training_data.hpp"
#include "training_run.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

struct Contender {
  std::string name;
  std::string loss;
  bool linear_from_zero = false;
};

const std::vector<Contender>& contenders() {
  static const std::string peers = "spearman(normalization=soft_ranks, temperature=1, temperature_unit=absolute)";
  static const std::vector<Contender> all = {
      {"Spearman, norm of the hard ranks (default)", "spearman"},
      {"Spearman, norm of the soft ranks (the peers' form)", peers},
      {"soft NDCG + 0.3 Spearman", "soft_ndcg(temperature=1) + 0.3 * spearman"},
      {"linear model from zero, default loss", "spearman", true},
      {"linear model from zero, the peers' form", peers, true},
  };
  return all;
}

void compare(TrainOptions options, int seeds) {
  const std::vector<std::string> names = TrainOutput().metrics;
  const std::vector<MetricSpecification> metrics = parse_metrics(names);
  const TrainingData data = read_training_data(options);
  fmt::print("\n{} epochs, mean and standard deviation over {} seeds, test data ({}):\n", options.epochs, seeds,
             describe(MetricOptions{}));
  const std::vector<std::int64_t> hidden = options.hidden;
  std::vector<ResultsRow> rows;
  for (const Contender& contender : contenders()) {
    options.loss = contender.loss;
    options.hidden = contender.linear_from_zero ? std::vector<std::int64_t>() : hidden;
    options.initialization = contender.linear_from_zero ? Initialization::zeros : Initialization::linear_default;
    std::vector<std::vector<double>> runs;
    for (int seed = 0; seed < seeds; ++seed) {
      TrainingRun run(options, data, static_cast<std::uint64_t>(seed));
      run.finish();
      runs.push_back(measure(metrics, run.trainer().model(), *data.test).values);
    }
    rows.push_back(summary_of(contender.name, runs));
  }
  print_results(names, rows);
}

}  // namespace

void add_compare_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("compare", "train with several losses and seeds, and show them beside each other");
  const auto options = std::make_shared<TrainOptions>();
  const auto seeds = std::make_shared<int>(5);
  add_training_options(*command, *options);
  command->get_option("--test")->required();
  command->add_option("--seeds", *seeds, "how many")->check(at_least(1))->capture_default_str();
  command->callback([=] {
    check_model_options(*command, *options);
    compare(*options, *seeds);
  });
}

}  // namespace train_ranker
