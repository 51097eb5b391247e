#include <ranktape/optim/named_loss.hpp>

#include <fmt/core.h>

#include "commands.hpp"

namespace train_ranker {

void add_losses_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("losses", "list the losses for train --loss, with their options");
  command->callback([] {
    for (const ranktape::LossDescription& loss : ranktape::named_losses()) {
      fmt::print("{}\n    {}\n", loss.name, loss.summary);
      for (const auto& option : loss.options) {
        fmt::print("    {}={}: {}\n", option.name, option.otherwise, option.allowed);
      }
    }
    fmt::print(
        "\nA loss is one of these, with options in brackets, or a sum: 'soft_ndcg + 0.3 * spearman',\n"
        "'lambdarank(sigma=2, truncation=10)'. soft_ndcg, spearman and soft_mrr in one sum share soft ranks: sigmoid "
        "at\n"
        "temperature 1, unless the first of them says otherwise.\n");
  });
}

}  // namespace train_ranker
