#pragma once

#include <CLI/CLI.hpp>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

// What all commands have in common on the command line.
namespace train_ranker {

/// Wrong use of the program: exit status 2, with the text.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Parses the arguments (without the program's name). Options may be repeated, the last one counts; a command with an
/// option --config takes options from that TOML file, which those on the command line override. Throws UsageError with
/// the nearest name for one that there is not, and CLI::Success for --help and --version.
void parse_command_line(CLI::App& app, std::vector<std::string> arguments);

/// Of the commands that there are.
std::vector<std::string> command_names(const CLI::App& app);

/// "ranktape train --loss 'soft_ndcg(k=5)'": what a shell takes apart into the program and these arguments.
std::string shell_words(const std::vector<std::string>& arguments);

/// Adds --config.
void add_configuration_option(CLI::App& command);

/// Checks for CLI::Option::check, with texts that say what the value is.
CLI::Validator at_least(double least);
CLI::Validator above(double bound, double most = std::numeric_limits<double>::max());
CLI::Validator between(double least, double below);  ///< `below` itself is not allowed
CLI::Validator one_of(std::vector<std::string> names);

}  // namespace train_ranker
