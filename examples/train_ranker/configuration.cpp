#include "configuration.hpp"

#include <ranktape/core/io/file.hpp>
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
  Configuration(const CLI::App& app, const CLI::App& command, std::string file, std::vector<std::string> given)
      : app_(app),
        command_(command),
        file_(std::move(file)),
        configured_{.arguments = std::move(given), .places = {}} {}

  ConfiguredArguments arguments() {
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
        fail(value, fmt::format("[{}] is no command{}", name, ranktape::nearest_or_all(name, command_names(app_))));
      }
    }
    return std::move(configured_);
  }

 private:
  [[nodiscard]] std::string place_of(const toml::node& node) const {
    return fmt::format("{}:{}", file_, node.source().begin.line);
  }

  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    throw UsageError(fmt::format("{}: {}", place_of(node), what));
  }

  [[nodiscard]] toml::table parse() const {
    try {
      return toml::parse(ranktape::read_file(file_), file_);
    } catch (const toml::parse_error& error) {
      throw UsageError(fmt::format("{}:{}: {}", file_, error.source().begin.line, error.description()));
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
    const std::string option = fmt::format("--{}", key);
    if (key == "config") {
      fail(node, "a configuration file cannot name another");
    }
    if (command_.get_option_no_throw(option) == nullptr) {
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
    if (value.empty()) {
      fail(node, fmt::format("'{}' is empty; leave it out", key));
    }
    if (!given_by_hand(option)) {
      configured_.places[option] = place_of(node);
      configured_.arguments.insert(configured_.arguments.begin() + 1, fmt::format("{}={}", option, value));
    }
  }

  [[nodiscard]] bool given_by_hand(const std::string& option) const {
    return configured_.places.find(option) == configured_.places.end() &&
           std::ranges::any_of(configured_.arguments, [&](const std::string& argument) {
             return argument == option || argument.starts_with(option + "=");
           });
  }

  const CLI::App& app_;
  const CLI::App& command_;
  std::string file_;
  ConfiguredArguments configured_;
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

ConfiguredArguments with_configuration(const CLI::App& app, std::vector<std::string> arguments) {
  const CLI::App* command = arguments.empty() ? nullptr : find_command(app, arguments.front());
  const auto file = configuration_file(arguments);
  if (command == nullptr || !file || command->get_option_no_throw("--config") == nullptr) {
    return {.arguments = std::move(arguments), .places = {}};
  }
  return Configuration(app, *command, *file, std::move(arguments)).arguments();
}

}  // namespace train_ranker
