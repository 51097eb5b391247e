#include <ranktape/ranktape.hpp>

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <string>

#include "choice.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "data_options.hpp"
#include "training_data.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

struct ConvertArguments {
  std::string data_file;
  std::string output_file;
  DatasetOptions data;
  bool text = false;
};

void convert(const ConvertArguments& arguments) {
  const Dataset data = read_dataset(arguments.data_file, arguments.data);
  if (arguments.text) {
    write_letor(arguments.output_file, data);
  } else {
    write_dataset_cache(arguments.output_file, data, {.source = arguments.data_file == "-" ? "" : arguments.data_file});
  }
  if (arguments.output_file != "-") {
    fmt::print("{}: {}, {} bytes\n", arguments.output_file, describe(data),
               std::filesystem::file_size(arguments.output_file));
  }
}

}  // namespace

void add_convert_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("convert", "turn data into a binary file that opens at once, or back into text");
  const auto arguments = std::make_shared<ConvertArguments>();
  command->add_option("--data", arguments->data_file, "in any format; - is standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--output", arguments->output_file, "where it goes; - is standard output, for text")
      ->required()
      ->type_name("FILE");
  add_choice<bool>(
      *command, "--format", {{"cache", false}, {"letor", true}}, [=](bool text) { arguments->text = text; },
      "cache: the binary file; letor: text")
      ->default_str("cache");
  add_data_options(*command, arguments->data);
  command->callback([=] {
    if (arguments->output_file == "-" && !arguments->text) {
      throw UsageError("convert: a binary file has to be a file; give --output a name, or --format letor");
    }
    convert(*arguments);
  });
}

}  // namespace train_ranker
