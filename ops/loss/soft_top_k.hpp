#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/loss/reduction.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cstdint>

namespace ranktape {

struct SoftTopKOptions {
  std::int64_t k = 10;
  double temperature = 0.3;  ///< of the memberships; divides: lower is sharper
  StrengthUnit temperature_unit = StrengthUnit::absolute;
  double relevant_label = 1;  ///< labels from here on are relevant
  Reduction reduction = Reduction::mean;
  LossWeights weights = {};  ///< a document's weight multiplies its relevance
};

/// 1 - precision@k and 1 - recall@k, softly: with p the memberships of the k largest scores, lapsum_top_k,
///   precision: 1 - sum over relevant i of p_i / k,    recall: the same over the number of relevant documents.
/// Both become one minus the metric as the temperature falls.
/// Lists that no order could make better or worse have no information and are not counted: k or fewer documents, no
/// relevant one (of a weight that is not 0), or nothing else. Targets are constants. Shapes and errors as
/// soft_ndcg_loss; NumericError for k below 1. Targets may be of any sign. Cost: O(n log n), back O(n).
Tensor soft_precision_loss(Operand predictions, Operand targets, const SoftTopKOptions& options = {});
Tensor soft_precision_loss(Operand predictions, Operand targets, const Groups& groups,
                           const SoftTopKOptions& options = {});
Tensor soft_recall_loss(Operand predictions, Operand targets, const SoftTopKOptions& options = {});
Tensor soft_recall_loss(Operand predictions, Operand targets, const Groups& groups,
                        const SoftTopKOptions& options = {});

}  // namespace ranktape
