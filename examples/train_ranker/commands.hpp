#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace train_ranker {

// Each adds one command, which runs when the command line has been parsed.

/// `command_line` is what was typed, for its report.
void add_train_command(CLI::App& app, const std::string& command_line);
/// Several losses beside each other, over several seeds: what `examples/run.sh` ends with.
void add_compare_command(CLI::App& app);
void add_predict_command(CLI::App& app);
void add_evaluate_command(CLI::App& app);
void add_convert_command(CLI::App& app);
/// What a model file holds.
void add_inspect_command(CLI::App& app);
/// The worst queries of a saved model, with who pushes whom. `command_line` as above.
void add_explain_command(CLI::App& app, const std::string& command_line);
/// The losses that there are, with their options.
void add_losses_command(CLI::App& app);

}  // namespace train_ranker
