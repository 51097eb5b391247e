#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/rank/options.hpp>

#include <cstdint>

namespace ranktape {

/// What pooling did in the last soft_rank, soft_sort or spearman_loss of this thread, over all its lists of two or
/// more documents. docs/strength.md says how to read it.
struct RankDiagnostics {
  std::int64_t lists = 0;
  std::int64_t documents = 0;
  std::int64_t blocks = 0;
  std::int64_t single_block_lists = 0;  ///< every document in one block
  std::int64_t single_documents = 0;    ///< blocks of one document

  /// Near 0: few blocks, the ranks are nearly linear in the scores; 1: every rank is hard.
  [[nodiscard]] double blocks_per_document() const { return share_of(blocks); }

  /// The share of documents that are blocks of their own. For soft_rank and spearman_loss these have their hard rank,
  /// and the gradient of their score is exactly zero. Of soft_sort they come out as they went in, and their gradient is
  /// passed on whole: none is zero there, and the share is that of places that are not softened.
  [[nodiscard]] double zero_gradients() const { return share_of(single_documents); }

 private:
  [[nodiscard]] double share_of(std::int64_t part) const {
    return documents == 0 ? 0 : static_cast<double>(part) / static_cast<double>(documents);
  }
};
RankDiagnostics rank_diagnostics();

/// What one strength is in every unit: which options of {regularization_strength, strength_unit} mean the same.
struct EffectiveStrength {
  double absolute = 0;
  double per_item = 0;  ///< absolute * n
  double spread = 0;    ///< absolute * n / (standard deviation of the list): how soft the ranks are, whatever the scale
};

/// The strength that `options` mean for these values, as the geometric mean over the lists of two or more documents
/// (all zero if there is none); a list whose values are all equal counts with a standard deviation of 1, as in
/// StrengthUnit::spread. One pass over the values, which soft_rank does not make: call it when you want to know.
/// Shapes and errors as soft_rank.
EffectiveStrength effective_strength(Operand values, const SoftRankOptions& options = {});
EffectiveStrength effective_strength(Operand values, const Groups& groups, const SoftRankOptions& options = {});

}  // namespace ranktape
