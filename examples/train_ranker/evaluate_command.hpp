#pragma once

#include <CLI/CLI.hpp>

namespace train_ranker {

/// `ranktape evaluate`: metrics of a file of scores, or of two compared. The command runs when it is parsed.
void add_evaluate_command(CLI::App& app);

}  // namespace train_ranker
