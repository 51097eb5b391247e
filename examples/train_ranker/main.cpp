#include <ranktape/ranktape.hpp>

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "input_output.hpp"
#include "interrupt.hpp"

namespace {

constexpr int failed = 1;
constexpr int bad_input = 2;

void run(const std::vector<std::string>& arguments) {
  CLI::App app("Trains ranking models on LETOR data with differentiable ranking losses.", "ranktape");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(ranktape::version));
  const std::string command_line = train_ranker::shell_words(arguments);
  train_ranker::add_train_command(app, command_line);
  train_ranker::add_compare_command(app);
  train_ranker::add_predict_command(app);
  train_ranker::add_evaluate_command(app);
  train_ranker::add_convert_command(app);
  train_ranker::add_inspect_command(app);
  train_ranker::add_explain_command(app, command_line);
  train_ranker::add_losses_command(app);
  try {
    train_ranker::parse_command_line(app, arguments);
  } catch (const CLI::Success& help) {
    app.exit(help);
  }
}

int tell(const std::exception& error, int status) {
  fmt::print(stderr, "ranktape: {}\n", train_ranker::in_terms_of_options(error.what()));
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // epochs appear as they end, also in a pipe
  try {
    run({argv + 1, argv + argc});
    return 0;
  } catch (const train_ranker::UsageError& error) {
    return tell(error, bad_input);
  } catch (const ranktape::FormatError& error) {
    return tell(error, bad_input);
  } catch (const train_ranker::Interrupted&) {
    return train_ranker::interrupted_status;
  } catch (const std::exception& error) {
    return tell(error, failed);
  }
}
