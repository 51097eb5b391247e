#include "predict_command.hpp"

#include "choice.hpp"
#include "data_options.hpp"
#include "input_output.hpp"
#include "score_file.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <memory>

namespace train_ranker {

using namespace ranktape;

namespace {

struct PredictArguments {
  std::string model_file;
  std::string data_file;
  std::string query_file;
  DatasetOptions data;
  std::string output_file = "-";
  ScoreFormat format = ScoreFormat::scores;
  std::string run_name = "ranktape";
};

void predict(const PredictArguments& arguments) {
  const RankingModel model = RankingModel::load(arguments.model_file);
  DatasetOptions options = like(arguments.data, model.index_base, model.feature_count());
  options.text.scattered_queries = ScatteredQueries::merge;
  options.text.allow_negative_labels = true;
  options.text.one_query = model.model.get_if<Mlp>() != nullptr;  // others look at the queries
  options.text.query_file = arguments.query_file;
  const Dataset data = read_dataset(arguments.data_file, options);
  if (data.summary.ignored_values > 0) {
    fmt::print(stderr, "ranktape: {}: {} values of features that the model does not know were left out\n",
               shown_name(arguments.data_file), data.summary.ignored_values);
  }
  const Tensor scores =
      data.sparse_features ? model.score(*data.sparse_features, data.groups) : model.score(data.features, data.groups);
  write_text(arguments.output_file,
             format_scores(scores.to_vector<float>(), data, arguments.format, arguments.run_name));
}

}  // namespace

void add_predict_command(CLI::App& app) {
  const auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command = app.add_subcommand("predict", "score documents with a saved model");
  command->add_option("--model", arguments->model_file, "a file written by train")->type_name("FILE")->required();
  command
      ->add_option("--data", arguments->data_file,
                   "documents to score; their labels do not matter; - is standard input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--query-file", arguments->query_file,
                   "documents of each query, one count a line, where rows have no qid (FILE.query is found)")
      ->type_name("FILE");
  command->add_option("--output", arguments->output_file, "- is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  add_choice<ScoreFormat>(
      *command, "--format", {{"scores", ScoreFormat::scores}, {"tsv", ScoreFormat::tsv}, {"trec", ScoreFormat::trec}},
      [arguments](ScoreFormat format) { arguments->format = format; },
      "scores: one a line; tsv: query, document, score; trec: a run file")
      ->default_str("scores");
  command->add_option("--run-name", arguments->run_name, "the last column of a run file")
      ->check([](const std::string& name) {
        const bool one_word = !name.empty() && name.find_first_of(" \t\r\n") == std::string::npos;
        return one_word ? std::string() : "'" + name + "' is not one word";
      })
      ->capture_default_str();
  add_data_options(*command, arguments->data);
  command->callback([arguments] { predict(*arguments); });
}

}  // namespace train_ranker
