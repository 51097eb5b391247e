#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/ops/activation.hpp>
#include <ranktape/optim/layer_norm.hpp>
#include <ranktape/optim/linear.hpp>

#include <cstdint>
#include <vector>

namespace ranktape {

struct AttentionScorerOptions {
  std::int64_t width = 64;  ///< of what stands for a document between the layers; the heads must divide it
  int heads = 4;
  int blocks = 2;
  std::int64_t feed_forward = 128;           ///< hidden width of the two layers behind the attention
  Activation activation = Activation::relu;  ///< between these two
  double dropout = 0;                        ///< probability, in training: after attention, and twice in the layers
  Initialization initialization = Initialization::linear_default;
  DType dtype = DType::float32;
};

/// A scorer of documents that sees the others of their query: the context-aware ranker of Pobrotyn, Bartczak, Synowiec,
/// Bialobrzeski and Bojar, "Context-Aware Learning to Rank with Self-Attention" (SIGIR eCom 2020; allRank), without
/// positional encoding, so that the order of a query's documents means nothing. A linear layer to `width`; `blocks`
/// times (an encoder of Vaswani et al. 2017, norms in front)
///
///     x = x + dropout(attention(norm(x)))
///     x = x + dropout(contract(dropout(activation(expand(norm(x))))))
///
/// then a norm and a linear layer to one score. Groups are ragged, nothing is padded. The weights inside the attention
/// are not dropped out. A copy shares the parameters (they are handles); `clone` has its own.
class AttentionScorer {
 public:
  /// Throws ShapeError for a size that is not positive or heads that do not divide the width, NumericError for a
  /// dropout outside [0, 1).
  AttentionScorer(std::int64_t features, Random& random, const AttentionScorerOptions& options = {},
                  SourceLocation where = SourceLocation::current());

  /// The scores [documents] of features [documents, features]. Without dropout. Throws ShapeError for features of
  /// another width, and groups of another number of documents.
  [[nodiscard]] Tensor operator()(Operand features, const Groups& groups) const;
  /// The same for training, with dropout by `random`; the same as above if the model has none.
  [[nodiscard]] Tensor operator()(Operand features, const Groups& groups, Random& random) const;
  /// The same of sparse features.
  [[nodiscard]] Tensor operator()(const SparseMatrix& features, const Groups& groups,
                                  SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] Tensor operator()(const SparseMatrix& features, const Groups& groups, Random& random,
                                  SourceLocation where = SourceLocation::current()) const;

  /// "input.weight", "input.bias", for each block "blocks.0.attention_norm", "blocks.0.queries", "blocks.0.keys",
  /// "blocks.0.values", "blocks.0.attended", "blocks.0.feed_forward_norm", "blocks.0.expand" and "blocks.0.contract",
  /// then "norm" and "output", each with ".weight" and ".bias".
  [[nodiscard]] std::vector<Tensor> parameters() const;
  [[nodiscard]] std::int64_t feature_count() const { return input_.weight.shape()[0]; }
  [[nodiscard]] const AttentionScorerOptions& options() const { return options_; }
  [[nodiscard]] Device device() const { return input_.weight.device(); }
  [[nodiscard]] AttentionScorer clone() const { return to(device()); }
  /// A copy on a device, with parameters of its own: make its optimizer from the copy's. Throws DeviceError where this
  /// build has no accelerator.
  [[nodiscard]] AttentionScorer to(Device device) const;

 private:
  struct Block {
    LayerNorm attention_norm;
    Linear queries;
    Linear keys;
    Linear values;
    Linear attended;
    LayerNorm feed_forward_norm;
    Linear expand;
    Linear contract;
  };

  /// Calls function(layer) for every layer, in the order of `parameters`.
  template <class Scorer, class Function>
  static void for_each_layer(Scorer& scorer, const Function& function);

  template <class Features>
  [[nodiscard]] Tensor evaluate(const Features& features, const Groups& groups, Random* random,
                                SourceLocation where) const;

  AttentionScorerOptions options_;
  Linear input_;
  std::vector<Block> blocks_;
  LayerNorm norm_;
  Linear output_;
};

}  // namespace ranktape
