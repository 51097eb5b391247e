#pragma once

#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/ops/activation.hpp>
#include <ranktape/optim/layer_norm.hpp>
#include <ranktape/optim/linear.hpp>

#include <cstdint>
#include <vector>

namespace ranktape {

struct MlpOptions {
  Activation activation = Activation::relu;
  double dropout = 0;       ///< probability that a hidden value is left out while training
  bool layer_norm = false;  ///< standardise each document's hidden values, before the activation
  bool residual = false;    ///< a hidden layer behind one of the same width adds its input to what it gives
  Initialization initialization = Initialization::linear_default;
  DType dtype = DType::float32;
};

/// A multi-layer perceptron: `Mlp({136, 64, 32, 1}, random)` takes 136 features through hidden layers of 64 and 32 to
/// one score; `Mlp({136, 1}, random)` is the linear model. Each hidden layer is linear, [layer_norm,] activation,
/// [dropout, plus its input]; the last one is linear. A copy shares the parameters (they are handles); `clone` has its
/// own.
class Mlp {
 public:
  /// `sizes` from the number of features to that of the outputs. Throws ShapeError for fewer than two or one that is
  /// not positive, NumericError for a dropout outside [0, 1).
  Mlp(const std::vector<std::int64_t>& sizes, Random& random, const MlpOptions& options = {},
      SourceLocation where = SourceLocation::current());

  /// The outputs for features of shape [documents, sizes.front()]: [documents] from a model with one output, else
  /// [documents, outputs]. Without dropout. Throws ShapeError for features of another width.
  [[nodiscard]] Tensor operator()(Operand features) const;
  /// The same for training, with dropout by `random`; the same as above if the model has none.
  [[nodiscard]] Tensor operator()(Operand features, Random& random) const;
  /// The same of sparse features: the first layer costs as much as there are entries.
  [[nodiscard]] Tensor operator()(const SparseMatrix& features, SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] Tensor operator()(const SparseMatrix& features, Random& random,
                                  SourceLocation where = SourceLocation::current()) const;

  /// "layers.0.weight", "layers.0.bias", with layer_norm "norms.0.weight", "norms.0.bias", "layers.1.weight", ...
  [[nodiscard]] std::vector<Tensor> parameters() const;
  [[nodiscard]] const std::vector<std::int64_t>& sizes() const { return sizes_; }
  [[nodiscard]] std::int64_t feature_count() const { return sizes_.front(); }
  [[nodiscard]] const MlpOptions& options() const { return options_; }
  [[nodiscard]] Device device() const { return layers_.front().weight.device(); }
  [[nodiscard]] Mlp clone() const { return to(device()); }
  /// A copy on a device, with parameters of its own: make its optimizer from the copy's. Throws DeviceError where this
  /// build has no accelerator.
  [[nodiscard]] Mlp to(Device device) const;

 private:
  template <class Features>
  [[nodiscard]] Tensor evaluate(const Features& features, Random* random, SourceLocation where) const;

  std::vector<std::int64_t> sizes_;
  MlpOptions options_;
  std::vector<Linear> layers_;
  std::vector<LayerNorm> norms_;  // one a hidden layer, or none
};

}  // namespace ranktape
