#include "commands.hpp"

#include <stdexcept>

namespace train_ranker {

using namespace ranktape;

std::vector<std::string> loss_names() { return {"spearman", "spearman_soft_ranks", "mse"}; }

RankingLoss loss_of(const std::string& name, double strength) {
  if (name == "spearman") {
    SpearmanOptions options;
    if (strength > 0) {
      options.rank.regularization_strength = strength;
    }
    return [options](const Tensor& predictions, const Tensor& targets, const Groups& groups) {
      return spearman_loss(predictions, targets, groups, options);
    };
  }
  if (name == "spearman_soft_ranks") {  // as torchsort's README and the other peers have it
    const SpearmanOptions options = {.rank = {.regularization_strength = strength > 0 ? strength : 1.0},
                                     .normalization = Normalization::soft_ranks};
    return [options](const Tensor& predictions, const Tensor& targets, const Groups& groups) {
      return spearman_loss(predictions, targets, groups, options);
    };
  }
  if (name == "mse") {
    return [](const Tensor& predictions, const Tensor& targets, const Groups&) {
      return mean(square(predictions - targets));
    };
  }
  throw std::invalid_argument("there is no loss '" + name + "'");
}

}  // namespace train_ranker
