#include "data_options.hpp"

#include <string>

#include "choice.hpp"
#include "command_line.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

constexpr const char* group = data_format_group;

void add_table_options(CLI::App& command, TableColumns& columns) {
  const auto add = [&](const char* name, std::string& value, const char* description) {
    command.add_option(name, value, description)->type_name("COLUMN")->group(group);
  };
  add("--label-column", columns.label, "of a table; by default label, relevance or target");
  add("--query-column", columns.query, "by default qid or query_id");
  add("--document-column", columns.document, "by default docid or document_id");
  add("--weight-column", columns.weight, "of a document; by default none");
  command.add_option("--feature-columns", columns.features, "by default all others")
      ->delimiter(',')
      ->type_name("COLUMN,")
      ->group(group);
  command
      .add_flag_function(
          "--no-header", [&columns](std::int64_t) { columns.header = false; },
          "the table's first line is a document; columns are numbers from 1")
      ->group(group);
}

}  // namespace

void add_data_options(CLI::App& command, DatasetOptions& options) {
  add_choice<DatasetFormat>(
      command, "--data-format",
      {{"automatic", DatasetFormat::automatic},
       {"letor", DatasetFormat::letor},
       {"table", DatasetFormat::table},
       {"cache", DatasetFormat::cache}},
      [&options](DatasetFormat format) { options.format = format; },
      "automatic: a file of convert by its first bytes, a table by its name (.csv, .tsv), else LETOR / SVMlight text")
      ->default_str("automatic")
      ->group(group);
  add_choice<SparseFeatures>(
      command, "--sparse",
      {{"automatic", SparseFeatures::automatic}, {"always", SparseFeatures::always}, {"never", SparseFeatures::never}},
      [&options](SparseFeatures sparse) { options.text.sparse = sparse; },
      "keep only the values given; automatic: where few are")
      ->default_str("automatic")
      ->group(group);
  command
      .add_flag_function(
          "--merge-queries", [&options](std::int64_t) { options.text.scattered_queries = ScatteredQueries::merge; },
          "bring together the rows of a query that comes back")
      ->group(group);
  command.add_option("--max-errors", options.text.max_errors, "bad lines to name before giving up")
      ->check(at_least(1))
      ->capture_default_str()
      ->group(group);
  add_table_options(command, options.columns);
}

void add_training_data_options(CLI::App& command, DatasetOptions& options) {
  command
      .add_option("--query-file", options.text.query_file,
                  "documents of each query of the training data, one count a line, where rows have no qid "
                  "(FILE.query is found)")
      ->type_name("FILE")
      ->group(group);
  command.add_flag("--one-query", options.text.one_query, "a file without queries is one list")->group(group);
  command.add_flag("--allow-negative-labels", options.text.allow_negative_labels, "for losses without gains")
      ->group(group);
}

DatasetOptions like(const DatasetOptions& options, int index_base, std::int64_t features) {
  DatasetOptions same = options;
  same.text.index_base = index_base;
  same.text.features = features;
  same.text.extra_features = ExtraFeatures::ignore;
  same.text.query_file.clear();
  return same;
}

}  // namespace train_ranker
