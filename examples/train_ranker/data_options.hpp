#pragma once

#include <ranktape/ranktape.hpp>

#include <CLI/CLI.hpp>

namespace train_ranker {

/// The heading of these options in --help.
inline constexpr const char* data_format_group = "Data format";

/// Adds the options that say how files of documents are to be read, whichever command reads them: format, columns of
/// tables, counts of queries.
void add_data_options(CLI::App& command, ranktape::DatasetOptions& options);

/// Those that only data to learn from need.
void add_training_data_options(CLI::App& command, ranktape::DatasetOptions& options);

/// The same for data that go with others, already read or in a model: of the same width, index base and kind.
ranktape::DatasetOptions like(const ranktape::DatasetOptions& options, int index_base, std::int64_t features);

}  // namespace train_ranker
