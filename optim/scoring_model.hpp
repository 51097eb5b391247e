#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/optim/attention_scorer.hpp>
#include <ranktape/optim/mlp.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ranktape {

/// Any of the library's models behind one interface: what training, prediction and model files take. A copy shares the
/// parameters (they are handles); `clone` has its own.
class ScoringModel {
 public:
  ScoringModel(Mlp model) : model_(std::move(model)) {}              // NOLINT(google-explicit-constructor): a model is
  ScoringModel(AttentionScorer model) : model_(std::move(model)) {}  // NOLINT(google-explicit-constructor): one, too

  /// The scores [documents] of features [documents, features]; of an Mlp with more outputs [documents, outputs]. An Mlp
  /// does not look at the groups. Without dropout, or for training with dropout by `random`. Errors are the model's.
  [[nodiscard]] Tensor operator()(Operand features, const Groups& groups) const;
  [[nodiscard]] Tensor operator()(Operand features, const Groups& groups, Random& random) const;
  /// The same of sparse features.
  [[nodiscard]] Tensor operator()(const SparseMatrix& features, const Groups& groups,
                                  SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] Tensor operator()(const SparseMatrix& features, const Groups& groups, Random& random,
                                  SourceLocation where = SourceLocation::current()) const;

  /// With their names; no two have the same.
  [[nodiscard]] std::vector<Tensor> parameters() const;
  [[nodiscard]] std::int64_t parameter_count() const;
  [[nodiscard]] std::int64_t feature_count() const;
  [[nodiscard]] Device device() const;
  [[nodiscard]] DType dtype() const;
  /// One line: "mlp 136-64-32-1, relu, dropout 0.1, 10817 parameters".
  [[nodiscard]] std::string description() const;

  [[nodiscard]] ScoringModel clone() const { return to(device()); }
  /// A copy on a device, with parameters of its own. Throws DeviceError where this build has no accelerator.
  [[nodiscard]] ScoringModel to(Device device) const;

  /// The model itself, if it is one of that kind; null otherwise.
  template <class Model>
  [[nodiscard]] const Model* get_if() const {
    return std::get_if<Model>(&model_);
  }

 private:
  std::variant<Mlp, AttentionScorer> model_;
};

/// One number a document to rank by: a model's outputs if it has one a document; of [documents, K] the sum of their
/// sigmoids, which for ordinal_loss is the expected label.
Tensor ranking_scores(const Tensor& outputs);

}  // namespace ranktape
