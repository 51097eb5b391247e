#include <ranktape/core/inspect/report.hpp>
#include <ranktape/ranktape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "data_options.hpp"
#include "findings.hpp"
#include "input_output.hpp"
#include "measurement.hpp"
#include "ranked_list_text.hpp"
#include "score_file.hpp"
#include "training_data.hpp"
#include "training_look.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

struct ExplainArguments {
  std::string model_file;
  std::string data_file;
  DatasetOptions data;
  std::string loss;
  std::string query;
  std::int64_t lists = 3;
  std::uint64_t seed = 0;
  std::string report_file;
  std::string command_line;
};

Dataset read_scaled(const ExplainArguments& arguments, const RankingModel& model) {
  DatasetOptions options = like(arguments.data, model.index_base, model.feature_count());
  options.text.query_file = arguments.data.text.query_file;
  const bool centred = std::ranges::any_of(model.scaler.mean, [](double mean) { return mean != 0; });
  if (centred) {
    options.text.sparse = SparseFeatures::never;
  }
  Dataset data = read_dataset(arguments.data_file, options);
  scale(data, model.scaler);
  return data;
}

std::vector<std::int64_t> chosen_queries(const ExplainArguments& arguments, const Dataset& data,
                                         const NamedLoss& loss) {
  if (arguments.query.empty()) {
    std::vector<std::int64_t> queries = queries_to_look_at(data, loss);
    if (queries.empty()) {
      throw FormatError(fmt::format("{}: no query has an order to learn: each has a single document or equal labels",
                                    shown_name(arguments.data_file)));
    }
    return queries;
  }
  for (std::int64_t query = 0; query < data.query_count(); ++query) {
    if (query_name(data, query) == arguments.query) {
      return {query};
    }
  }
  throw UsageError(
      fmt::format("explain: --query: {} has no query '{}'", shown_name(arguments.data_file), arguments.query));
}

std::string loss_text(const ExplainArguments& arguments, const RankingModel& model) {
  if (!arguments.loss.empty()) {
    return arguments.loss;
  }
  const auto note = model.notes.find("loss");
  if (note == model.notes.end()) {
    throw UsageError(
        fmt::format("explain: {} does not say what it was trained with; give --loss", arguments.model_file));
  }
  return note->second;
}

void explain(const ExplainArguments& arguments) {
  const RankingModel model = RankingModel::load(arguments.model_file);
  const NamedLoss loss = named_loss(loss_text(arguments, model));
  const Dataset data = read_scaled(arguments, model);
  const std::vector<std::int64_t> queries = chosen_queries(arguments, data, loss);
  const Inspection inspection = look_at(model.model, data, queries, loss, arguments.seed);
  const std::vector<std::string> facts = {fmt::format("Model {}: {}.", arguments.model_file, model.model.description()),
                                          fmt::format("Loss {}.", loss.name),
                                          fmt::format("{} of {} queries of {}, taken evenly.", queries.size(),
                                                      data.query_count(), shown_name(arguments.data_file))};
  for (const std::string& fact : facts) {
    fmt::print("{}\n", fact);
  }
  const std::int64_t shown = std::min(arguments.lists, std::ssize(inspection.lists));
  for (const RankedList& list : std::span(inspection.lists).first(static_cast<std::size_t>(shown))) {
    fmt::print("\n{}", text_of(list, query_name(data, queries[static_cast<std::size_t>(list.list)])));
  }
  print_findings(inspection.verdicts);
  if (!arguments.report_file.empty()) {
    write_report(arguments.report_file, inspection,
                 {.title = "ranktape: a model",
                  .facts = facts,
                  .provenance = {{"command line", arguments.command_line},
                                 {"data", fmt::format("{}, fingerprint {}", describe(data), fingerprint_of(data))}}});
    fmt::print("\nThe report is in {}\n", arguments.report_file);
  }
}

}  // namespace

void add_explain_command(CLI::App& app, const std::string& command_line) {
  const auto arguments = std::make_shared<ExplainArguments>();
  arguments->command_line = command_line;
  CLI::App* command =
      app.add_subcommand("explain", "show who pushes whom: scores, ranks, blocks and gradients of the worst queries");
  command->add_option("--model", arguments->model_file, "a file written by train")->type_name("FILE")->required();
  command->add_option("--data", arguments->data_file, "documents with labels; - is standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--loss", arguments->loss, "by default the one that the model was trained with")->check(a_loss());
  command->add_option("--query", arguments->query, "this one alone; by default up to 32, taken evenly");
  command->add_option("--lists", arguments->lists, "how many to print, the worst first")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "of losses that draw random numbers")->capture_default_str();
  command->add_option("--report", arguments->report_file, "the same as an HTML page")->type_name("FILE");
  add_data_options(*command, arguments->data);
  add_training_data_options(*command, arguments->data);
  command->callback([arguments] { explain(*arguments); });
}

}  // namespace train_ranker
