#include "predict_command.hpp"

#include "choice.hpp"
#include "input_output.hpp"
#include "score_file.hpp"

#include <memory>

namespace train_ranker {

using namespace ranktape;

namespace {

struct PredictArguments {
  std::string model_file;
  std::string data_file;
  std::string query_file;
  std::string output_file = "-";
  ScoreFormat format = ScoreFormat::scores;
  std::string run_name = "ranktape";
};

void predict(const PredictArguments& arguments) {
  const RankingModel model = RankingModel::load(arguments.model_file);
  const Dataset data = read_data(arguments.data_file, {.index_base = model.index_base,
                                                       .features = model.feature_count(),
                                                       .extra_features = ExtraFeatures::ignore,
                                                       .scattered_queries = ScatteredQueries::merge,
                                                       .allow_negative_labels = true,
                                                       .one_query = true,
                                                       .query_file = arguments.query_file});
  const std::vector<float> scores = model.score(data.features).to_vector<float>();
  write_text(arguments.output_file, format_scores(scores, data, arguments.format, arguments.run_name));
}

}  // namespace

void add_predict_command(CLI::App& app) {
  const auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command = app.add_subcommand("predict", "score documents with a saved model");
  command->add_option("--model", arguments->model_file, "a file written by train")->type_name("FILE")->required();
  command
      ->add_option("--data", arguments->data_file,
                   "LETOR / SVMlight data, gzip or not; its labels do not matter; - is standard input")
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
  command->callback([arguments] { predict(*arguments); });
}

}  // namespace train_ranker
