#pragma once

#include <ranktape/ops/rank/relaxed_rank.hpp>
#include <ranktape/optim/training.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape {

/// A loss made from text.
struct NamedLoss {
  std::string name = {};  ///< the text with every option that it has, those left out with their defaults
  RankingLoss loss = {};
  /// Whether a query with constant labels teaches it something (TrainingOptions::constant_labels).
  bool constant_labels = false;
  std::int64_t outputs = 1;                      ///< how many numbers a document it takes from the model
  std::optional<RelaxedRankOptions> ranks = {};  ///< of the soft ranks that it makes of the scores, if any
  /// Whether it divides by the norm of soft ranks: blind to the scale of the scores (see spearman_loss).
  bool normalizes_soft_ranks = false;
};

/// The loss of a text such as
///
///     spearman      soft_ndcg + 0.3 * spearman      lambdarank(sigma=2, truncation=10)
///
/// a weighted sum of losses by name, each with options of its own. Losses of soft ranks that stand in one sum share the
/// ranks that the first asks for; what it leaves out is that of RankMixtureOptions, not the loss's own. Throws
/// FormatError for a name or an option that there is not, with the nearest that there is.
NamedLoss named_loss(std::string_view specification);

/// What a loss is called and can be told.
struct LossDescription {
  struct Option {
    std::string name;
    std::string otherwise;  ///< the default
    std::string allowed;    ///< in words
  };
  std::string name;
  std::string summary;
  std::vector<Option> options;
};
std::vector<LossDescription> named_losses();

}  // namespace ranktape
