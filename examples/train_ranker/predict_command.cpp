#include "commands.hpp"
#include "evaluation.hpp"

#include <fmt/core.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

namespace train_ranker {

using namespace ranktape;

namespace {

std::vector<float> read_scores(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) {
    throw FormatError(fmt::format("{}: cannot be opened; give a file with one score a line", file));
  }
  std::vector<float> scores;
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    float score = 0;
    const char* end = line.data() + line.size() - (line.ends_with('\r') ? 1 : 0);
    const auto [stop, error] = std::from_chars(line.data(), end, score);
    if (error != std::errc() || stop != end) {
      throw FormatError(fmt::format("{}:{}: '{}' is not a number; give one score a line", file, number, line));
    }
    scores.push_back(score);
  }
  return scores;
}

}  // namespace

void predict_command(const PredictArguments& arguments) {
  const RankingModel model = RankingModel::load(arguments.model_file);
  const Dataset data = read_letor(arguments.data_file, {.index_base = model.index_base,
                                                        .features = model.feature_count(),
                                                        .extra_features = ExtraFeatures::ignore,
                                                        .allow_negative_labels = true,
                                                        .one_query = true});
  std::string text;
  for (const float score : model.score(data.features).to_vector<float>()) {
    text += fmt::format("{}\n", score);
  }
  if (arguments.output_file == "-") {
    fmt::print("{}", text);
  } else {
    write_file_atomically(arguments.output_file, text);
  }
}

void evaluate_command(const EvaluateArguments& arguments) {
  const Dataset data = read_letor(arguments.data_file);
  const std::vector<float> scores = read_scores(arguments.scores_file);
  if (static_cast<std::int64_t>(scores.size()) != data.document_count()) {
    throw FormatError(fmt::format("{}: holds {} scores, but {} has {} documents", arguments.scores_file, scores.size(),
                                  arguments.data_file, data.document_count()));
  }
  const Evaluation evaluation = evaluate(Tensor::from(scores), data);
  print_table({{arguments.scores_file, evaluation.values}});
  print_left_out(evaluation, data);
}

}  // namespace train_ranker
