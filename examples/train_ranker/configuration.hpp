#pragma once

#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <vector>

namespace train_ranker {

struct ConfiguredArguments {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> places;  ///< "file:line" of each option, such as --epochs, that the file gave
};

/// The arguments with the options of the file of `--config FILE`, if there is one, that they do not give themselves:
/// `epochs = 30` as `--epochs=30`. Keys stand at the top of the file or in a table named like the command. Throws
/// UsageError with file and line.
ConfiguredArguments with_configuration(const CLI::App& app, std::vector<std::string> arguments);

}  // namespace train_ranker
