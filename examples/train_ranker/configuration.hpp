#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace train_ranker {

/// The arguments with the options of the file of `--config FILE`, if there is one, put in front of the command's own:
/// `epochs = 30` as `--epochs=30`. Keys stand at the top of the file or in a table named like the command. Throws
/// UsageError with file and line.
std::vector<std::string> with_configuration(const CLI::App& app, std::vector<std::string> arguments);

}  // namespace train_ranker
