#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "command_line.hpp"

namespace train_ranker {

/// An option that takes one of a few names, each with its value; a misspelt one gets a suggestion.
template <class Value>
CLI::Option* add_choice(CLI::App& command, const std::string& option,
                        const std::vector<std::pair<std::string, Value>>& choices, std::function<void(Value)> choose,
                        const std::string& description) {
  std::vector<std::string> names;
  for (const auto& choice : choices) {
    names.push_back(choice.first);
  }
  return command
      .add_option_function<std::string>(
          option,
          [choices, choose = std::move(choose)](const std::string& name) {
            choose(std::find_if(choices.begin(), choices.end(), [&](const auto& choice) {
                     return choice.first == name;
                   })->second);
          },
          description)
      ->check(one_of(names))
      ->type_name(fmt::format("{}", fmt::join(names, "|")));
}

}  // namespace train_ranker
