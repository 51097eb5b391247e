#include "configuration.hpp"

#include <ranktape/core/suggestion.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "command_line.hpp"

namespace train_ranker {
namespace {

const CLI::App* find_command(const CLI::App& app, std::string_view name) {
  const auto found = app.get_subcommands([name](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

// Reads one file for one command.
class Configuration {
 public:
  Configuration(const CLI::App& app, const CLI::App& command, std::string file)
      : app_(app), command_(command), file_(std::move(file)) {}

  std::vector<std::string> arguments() {
    const toml::table table = parse();
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      if (!value.is_table()) {
        add(name, value);
      } else if (name == command_.get_name()) {
        for (const auto& [inner, inner_value] : *value.as_table()) {
          add(inner.str(), inner_value);
        }
      } else if (find_command(app_, name) == nullptr) {
        fail(value, fmt::format("[{}] is no command", name));
      }
    }
    return std::move(arguments_);
  }

 private:
  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    throw UsageError(fmt::format("{}:{}: {}", file_, node.source().begin.line, what));
  }

  [[nodiscard]] toml::table parse() const {
    try {
      return toml::parse_file(file_);
    } catch (const toml::parse_error& error) {
      const auto line = error.source().begin.line;
      throw UsageError(line == 0 ? fmt::format("{}: {}", file_, error.description())
                                 : fmt::format("{}:{}: {}", file_, line, error.description()));
    }
  }

  [[nodiscard]] std::string text_of(std::string_view key, const toml::node& node) const {
    if (const auto text = node.value_exact<std::string>()) {
      return *text;
    }
    if (const auto whole = node.value_exact<std::int64_t>()) {
      return fmt::format("{}", *whole);
    }
    if (const auto number = node.value_exact<double>()) {
      return fmt::format("{}", *number);
    }
    if (const auto flag = node.value_exact<bool>()) {
      return *flag ? "true" : "false";
    }
    fail(node, fmt::format("'{}' is neither text, number, true or false, nor an array of these", key));
  }

  void add(std::string_view key, const toml::node& node) {
    const CLI::Option* option = command_.get_option_no_throw("--" + std::string(key));
    if (option == nullptr || key == "config") {
      std::vector<std::string> names;
      for (const CLI::Option* known : command_.get_options()) {
        names.insert(names.end(), known->get_lnames().begin(), known->get_lnames().end());
      }
      fail(node, fmt::format("{} has no option '{}'{}", command_.get_name(), key, ranktape::did_you_mean(key, names)));
    }
    std::string value;
    if (const toml::array* array = node.as_array()) {
      for (const toml::node& element : *array) {
        value += (value.empty() ? "" : ",") + text_of(key, element);
      }
    } else {
      value = text_of(key, node);
    }
    arguments_.push_back(fmt::format("--{}={}", key, value));
  }

  const CLI::App& app_;
  const CLI::App& command_;
  std::string file_;
  std::vector<std::string> arguments_;
};

std::optional<std::string> configuration_file(const std::vector<std::string>& arguments) {
  std::optional<std::string> file;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    constexpr std::string_view with_value = "--config=";
    if (arguments[i].starts_with(with_value)) {
      file = arguments[i].substr(with_value.size());
    } else if (arguments[i] == "--config" && i + 1 < arguments.size()) {
      file = arguments[i + 1];
    }
  }
  return file;
}

}  // namespace

std::vector<std::string> with_configuration(const CLI::App& app, std::vector<std::string> arguments) {
  const CLI::App* command = arguments.empty() ? nullptr : find_command(app, arguments.front());
  const auto file = configuration_file(arguments);
  if (command == nullptr || !file || command->get_option_no_throw("--config") == nullptr) {
    return arguments;
  }
  const std::vector<std::string> given = Configuration(app, *command, *file).arguments();
  arguments.insert(arguments.begin() + 1, given.begin(), given.end());
  return arguments;
}

}  // namespace train_ranker
