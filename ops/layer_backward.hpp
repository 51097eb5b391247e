#pragma once

#include <ranktape/ops/activation.hpp>
#include <ranktape/ops/matrix_product.hpp>

#include <optional>

// Internal: backward of a whole layer in one pass over its rows.
namespace ranktape::detail {

/// For Y = f(X W + 1 b') and the gradient G of Y. What is null is not computed.
template <class Scalar>
struct LayerBackward {
  MatrixView<Scalar> x;
  MatrixView<Scalar> weight;
  MatrixView<Scalar> gradient;
  std::optional<Activation> activation;  ///< none: f(z) = z
  const Scalar* points = nullptr;        ///< Y or X W + 1 b', whichever the derivative of f is a function of

  Scalar* by_x = nullptr;
  Scalar* by_weight = nullptr;
  Scalar* by_bias = nullptr;

  void run() const;
};

}  // namespace ranktape::detail
