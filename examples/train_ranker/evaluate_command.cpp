#include "evaluate_command.hpp"

#include "choice.hpp"
#include "data_options.hpp"
#include "evaluation_report.hpp"
#include "input_output.hpp"
#include "measurement.hpp"
#include "score_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>

namespace train_ranker {

using namespace ranktape;

namespace {

struct EvaluateArguments {
  std::string data_file;
  std::string query_file;
  DatasetOptions data;
  std::string scores_file;
  std::string second_scores_file;
  std::vector<std::string> metrics;
  MetricConvention convention = MetricConvention::ranktape;
  std::optional<Gain> gain;  ///< these five: unless the convention is to decide
  std::optional<Ties> ties;
  std::optional<NoRelevant> no_relevant;
  std::optional<double> relevant_label;
  std::optional<double> largest_label;
  ResamplingOptions resampling;
  bool json = false;
  std::string per_query_file;
};

MetricOptions metric_options(const EvaluateArguments& arguments) {
  MetricOptions options = metric_options_of(arguments.convention);
  options.gain = arguments.gain.value_or(options.gain);
  options.ties = arguments.ties.value_or(options.ties);
  options.no_relevant = arguments.no_relevant.value_or(options.no_relevant);
  options.relevant_label = arguments.relevant_label.value_or(options.relevant_label);
  options.largest_label = arguments.largest_label.value_or(options.largest_label);
  return options;
}

std::vector<MetricSpecification> metric_specifications(const EvaluateArguments& arguments,
                                                       const MetricOptions& options) {
  std::vector<std::string> names = arguments.metrics;
  if (names.empty()) {
    names = {"ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "spearman"};
    if (options.ties != Ties::together) {  // which says nothing about a first relevant document
      names.insert(names.end() - 1, "mrr");
    }
  }
  std::vector<MetricSpecification> specifications;
  std::transform(names.begin(), names.end(), std::back_inserter(specifications),
                 [](const std::string& name) { return parse_metric(name); });
  return specifications;
}

/// The documents of the data set as a program with this convention would have them: trec_eval breaks ties by their
/// names, so each query's come in ascending order of these.
std::vector<std::size_t> document_order(const Dataset& data, MetricConvention convention) {
  std::vector<std::size_t> order(static_cast<std::size_t>(data.document_count()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (convention == MetricConvention::trec_eval) {
    std::vector<std::string> names;
    for (std::int64_t query = 0; query < data.query_count(); ++query) {
      const auto first = static_cast<std::size_t>(data.groups.begin(query));
      const auto last = static_cast<std::size_t>(data.groups.begin(query + 1));
      for (std::size_t document = first; document < last; ++document) {
        names.push_back(document_name(data, query, static_cast<std::int64_t>(document)));
      }
      std::stable_sort(order.begin() + data.groups.begin(query), order.begin() + data.groups.begin(query + 1),
                       [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
    }
  }
  return order;
}

std::vector<Metric> metrics_of(const std::vector<double>& scores, const Dataset& data,
                               const std::vector<MetricSpecification>& specifications, const MetricOptions& options,
                               MetricConvention convention) {
  const std::vector<std::size_t> order = document_order(data, convention);
  const std::vector<double> all_labels = data.labels.to_vector<double>();
  std::vector<double> ordered_scores;
  std::vector<double> ordered_labels;
  ordered_scores.reserve(order.size());
  ordered_labels.reserve(order.size());
  for (const std::size_t document : order) {
    ordered_scores.push_back(scores[document]);
    ordered_labels.push_back(all_labels[document]);
  }
  // These two keep scores as float: more of them tie.
  const bool single = convention == MetricConvention::trec_eval || convention == MetricConvention::xgboost;
  const Tensor score_tensor = Tensor::from(ordered_scores, {.dtype = single ? DType::float32 : DType::float64});
  const Tensor label_tensor = Tensor::from(ordered_labels, {.dtype = DType::float64});
  try {
    return evaluate_metrics(score_tensor, label_tensor, data.groups, specifications, options);
  } catch (const NumericError& error) {
    throw FormatError(fmt::format("{}: {}", shown_name(data.source), without_place(error)));
  }
}

EvaluatedMetric compare(const MetricSpecification& specification, std::vector<Metric> systems,
                        const ResamplingOptions& resampling) {
  EvaluatedMetric metric{
      .specification = specification, .systems = std::move(systems), .interval = {}, .comparison = {}};
  ResamplingOptions at_least_one = resampling;  // its interval and p-value are not shown if there are to be none
  at_least_one.resamples = std::max<std::int64_t>(resampling.resamples, 1);
  if (metric.systems.size() == 2) {
    metric.comparison = compare_paired(metric.systems[0].per_list, metric.systems[1].per_list, at_least_one);
  } else if (resampling.resamples > 0) {
    metric.interval = bootstrap_interval(metric.systems.front().per_list, resampling);
  }
  return metric;
}

void evaluate(const EvaluateArguments& arguments) {
  const MetricOptions options = metric_options(arguments);
  const std::vector<MetricSpecification> specifications = metric_specifications(arguments, options);
  DatasetOptions reading = arguments.data;
  reading.text.scattered_queries = ScatteredQueries::merge;
  reading.text.allow_nan = true;
  reading.text.allow_negative_labels = true;
  reading.text.query_file = arguments.query_file;
  const Dataset data = read_dataset(arguments.data_file, reading);
  EvaluationReport report{.data = data,
                          .data_name = shown_name(arguments.data_file),
                          .score_names = {shown_name(arguments.scores_file)},
                          .convention = arguments.convention,
                          .options = options,
                          .resampling = arguments.resampling,
                          .metrics = {}};
  std::vector<std::vector<Metric>> systems = {
      metrics_of(read_scores(arguments.scores_file, data), data, specifications, options, arguments.convention)};
  if (!arguments.second_scores_file.empty()) {
    report.score_names.push_back(shown_name(arguments.second_scores_file));
    systems.push_back(metrics_of(read_scores(arguments.second_scores_file, data), data, specifications, options,
                                 arguments.convention));
  }
  for (std::size_t i = 0; i < specifications.size(); ++i) {
    std::vector<Metric> of_systems;
    of_systems.reserve(systems.size());
    for (std::vector<Metric>& system : systems) {
      of_systems.push_back(std::move(system[i]));
    }
    report.metrics.push_back(compare(specifications[i], std::move(of_systems), arguments.resampling));
  }
  if (!arguments.per_query_file.empty()) {
    write_text(arguments.per_query_file, per_query_table(report));
  }
  write_text("-", arguments.json ? as_json(report) : as_table(report));
}

/// The names of these values as choices on the command line.
template <class Value>
std::vector<std::pair<std::string, Value>> named(std::initializer_list<Value> values) {
  std::vector<std::pair<std::string, Value>> choices;
  std::transform(values.begin(), values.end(), std::back_inserter(choices),
                 [](Value value) { return std::pair(std::string(to_string(value)), value); });
  return choices;
}

void add_metric_options(CLI::App& command, const std::shared_ptr<EvaluateArguments>& arguments) {
  command
      .add_option("--metrics", arguments->metrics,
                  "such as ndcg@10,map,mrr@5,err,precision@5,recall@10,hit_rate@3,"
                  "kendall,spearman,pairwise_accuracy")
      ->delimiter(',')
      ->check(a_metric())
      ->type_name("NAME[@k],");
  add_choice<MetricConvention>(
      command, "--convention",
      named({MetricConvention::ranktape, MetricConvention::lightgbm, MetricConvention::xgboost,
             MetricConvention::trec_eval, MetricConvention::scikit_learn, MetricConvention::ranklib}),
      [arguments](MetricConvention convention) { arguments->convention = convention; },
      "the options that reproduce a program's numbers")
      ->default_str("ranktape");
  add_choice<Gain>(
      command, "--gain", named({Gain::exponential, Gain::linear}), [arguments](Gain gain) { arguments->gain = gain; },
      "of a document: 2^label - 1, or the label");
  add_choice<Ties>(
      command, "--ties", named({Ties::stable, Ties::averaged, Ties::reversed, Ties::together}),
      [arguments](Ties ties) { arguments->ties = ties; }, "the order of documents with equal scores");
  add_choice<NoRelevant>(
      command, "--no-relevant", named({NoRelevant::skip, NoRelevant::zero, NoRelevant::one}),
      [arguments](NoRelevant no_relevant) { arguments->no_relevant = no_relevant; },
      "what a query without a relevant document counts as");
  command.add_option("--relevant-label", arguments->relevant_label, "labels from here on are relevant");
  command.add_option("--largest-label", arguments->largest_label, "of the scale of labels, for err");
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command = app.add_subcommand("evaluate", "metrics of a file of scores, or of two compared");
  command->add_option("--data", arguments->data_file, "the data that was scored, with labels; - is standard input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--query-file", arguments->query_file,
                   "documents of each query, one count a line, where rows have no qid (FILE.query is found)")
      ->type_name("FILE");
  command
      ->add_option("--scores", arguments->scores_file,
                   "one score a line in the order of the data, or what predict writes with --format tsv or trec; - is "
                   "standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("--scores-b", arguments->second_scores_file, "scores to compare with these, query by query")
      ->type_name("FILE");
  add_metric_options(*command, arguments);
  command
      ->add_option("--bootstrap", arguments->resampling.resamples, "resamples for intervals and the test; 0: neither")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--confidence", arguments->resampling.confidence, "of the intervals")
      ->check([](const std::string& text) {
        const double confidence = std::strtod(text.c_str(), nullptr);
        return confidence > 0 && confidence < 1 ? std::string() : "'" + text + "' is not between 0 and 1";
      })
      ->capture_default_str();
  command->add_option("--seed", arguments->resampling.seed, "of the resamples")->capture_default_str();
  add_choice<bool>(
      *command, "--format", {{"table", false}, {"json", true}}, [arguments](bool json) { arguments->json = json; },
      "of what is printed")
      ->default_str("table");
  command->add_option("--per-query", arguments->per_query_file, "write every query's metrics there, tab-separated")
      ->type_name("FILE");
  add_data_options(*command, arguments->data);
  command->callback([arguments] {
    const int from_standard_input = (arguments->data_file == "-" ? 1 : 0) + (arguments->scores_file == "-" ? 1 : 0) +
                                    (arguments->second_scores_file == "-" ? 1 : 0);
    if (from_standard_input > 1) {
      throw UsageError("evaluate: only one of --data, --scores and --scores-b can be standard input");
    }
    evaluate(*arguments);
  });
}

}  // namespace train_ranker
