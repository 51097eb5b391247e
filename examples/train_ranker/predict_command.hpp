#pragma once

#include <CLI/CLI.hpp>

namespace train_ranker {

/// `ranktape predict`: scores documents with a saved model. The command runs when it is parsed.
void add_predict_command(CLI::App& app);

}  // namespace train_ranker
