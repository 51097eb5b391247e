#include "command_line.hpp"

#include <ranktape/core/suggestion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "configuration.hpp"

namespace train_ranker {
namespace {

const CLI::App* chosen_command(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? nullptr : chosen.front();
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::optional<std::string> describe_unknown_option(const CLI::App& command, const std::vector<std::string>& arguments) {
  const std::vector<std::string> names = option_names(command);
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (name.starts_with("--") && std::ranges::find(names, name) == names.end()) {
      return fmt::format("{}: there is no option '{}'{}", command.get_name(), name,
                         ranktape::did_you_mean(name, names));
    }
  }
  return std::nullopt;
}

std::string describe_missing_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  const std::vector<std::string> names = command_names(app);
  const auto word = std::ranges::find_if(arguments, [](const std::string& text) { return !text.starts_with('-'); });
  if (word == arguments.end()) {
    return fmt::format("a command is needed: one of {}", fmt::join(names, ", "));
  }
  return fmt::format("there is no command '{}'{}", *word, ranktape::nearest_or_all(*word, names));
}

std::string kind_of_value(const CLI::Option& option) {
  const std::string& type = option.get_type_name();
  return type == "FLOAT" ? "a number" : type == "INT" || type == "UINT" ? "a whole number" : "true or false";
}

// "Could not convert: --epochs = x" says neither what was expected nor that this is about the value.
std::string describe_conversion(const CLI::App& command, const std::string& error) {
  const std::size_t begin = error.find("--");
  const std::size_t end = error.find(" = ", std::min(begin, error.size()));
  const CLI::Option* option =
      end == std::string::npos ? nullptr : command.get_option_no_throw(error.substr(begin, end - begin));
  if (option == nullptr || option->results().empty()) {
    return error;
  }
  return fmt::format("{}: '{}' is not {}", option->get_name(), option->results().back(), kind_of_value(*option));
}

// "file:line" if the option that the text is about comes from the configuration file, else the command's name.
std::string place_of(const CLI::App& command, const std::string& text,
                     const std::map<std::string, std::string>& places) {
  const auto place = places.find(text.substr(0, text.find(':')));
  return place == places.end() ? command.get_name() : place->second;
}

// In words that name the nearest thing that there is. A misspelt option comes first: what lacks may be what it stands
// for.
std::string text_of(const CLI::App& app, const CLI::ParseError& error, const ConfiguredArguments& given) {
  const CLI::App* command = chosen_command(app);
  if (command == nullptr) {
    return describe_missing_command(app, given.arguments);
  }
  if (const auto unknown = describe_unknown_option(*command, given.arguments)) {
    return *unknown;
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> left = app.remaining(true);
    const auto word =
        std::ranges::find_if(left, [command](const std::string& text) { return text != command->get_name(); });
    return fmt::format("{}: '{}' belongs to no option", command->get_name(), word == left.end() ? "" : *word);
  }
  const bool conversion = dynamic_cast<const CLI::ConversionError*>(&error) != nullptr;
  const std::string text = conversion ? describe_conversion(*command, error.what()) : error.what();
  return fmt::format("{}: {}", place_of(*command, text, given.places), text);
}

void let_last_count(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    for (CLI::Option* option : command->get_options()) {
      if (option->get_expected_max() == 1 || option->get_delimiter() != '\0') {
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      }
    }
  }
}

template <class Accept>
CLI::Validator number_check(std::string wanted, Accept accept) {
  return {[wanted, accept](const std::string& text) -> std::string {
            double value = 0;
            const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool good = error == std::errc() && stop == text.data() + text.size() && accept(value);
            return good ? "" : fmt::format("{} is not {}", text, wanted);
          },
          ""};
}

}  // namespace

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

void parse_command_line(CLI::App& app, std::vector<std::string> arguments) {
  let_last_count(app);
  const ConfiguredArguments given = with_configuration(app, std::move(arguments));
  std::vector<std::string> reversed(given.arguments.rbegin(), given.arguments.rend());  // as CLI11 wants them
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success&) {
    throw;
  } catch (const CLI::ParseError& error) {
    throw UsageError(text_of(app, error, given));
  }
}

std::string shell_words(const std::vector<std::string>& arguments) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";  // nothing to any shell
  std::string line = "ranktape";
  for (const std::string& argument : arguments) {
    if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) {
      line += " " + argument;
      continue;
    }
    line += " '";
    for (const char c : argument) {
      line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    line += "'";
  }
  return line;
}

void add_configuration_option(CLI::App& command) {
  command.add_option("--config", "a TOML file with options by these names; those given here override it")
      ->type_name("FILE");
}

CLI::Validator at_least(double least) {
  return number_check(fmt::format("a number from {}", least), [least](double value) { return value >= least; });
}

CLI::Validator above(double bound, double most) {
  return number_check(fmt::format("a number above {}", bound),
                      [=](double value) { return value > bound && value <= most; });
}

CLI::Validator between(double least, double below) {
  return number_check(fmt::format("a number from {} to below {}", least, below),
                      [=](double value) { return value >= least && value < below; });
}

CLI::Validator one_of(std::vector<std::string> names) {
  return {[names](const std::string& text) -> std::string {
            if (std::ranges::find(names, text) != names.end()) {
              return "";
            }
            return fmt::format("'{}' is none of {}{}", text, fmt::join(names, ", "),
                               ranktape::did_you_mean(text, names));
          },
          ""};
}

}  // namespace train_ranker
