#pragma once

#include <ranktape/optim/optimizer.hpp>

#include <vector>

namespace ranktape {

struct SgdOptions {
  double learning_rate = 0.01;
  double momentum = 0;      ///< 0: none; 0.9 is usual
  double dampening = 0;     ///< of the gradient that enters the momentum, from the second step on
  bool nesterov = false;    ///< look ahead along the momentum; wants momentum, and no dampening
  double weight_decay = 0;  ///< adds weight_decay * parameter to the gradient
};

/// Stochastic gradient descent, with momentum as PyTorch has it:
///
///     g = gradient + weight_decay * p
///     b = g at a parameter's first step, later momentum * b + (1 - dampening) * g
///     p = p - learning_rate * (momentum == 0 ? g : nesterov ? g + momentum * b : b)
///
/// in the parameter's own type; the coefficients are computed in double, then rounded to it.
class Sgd final : public Optimizer {
 public:
  /// Throws NumericError for an option out of its range, TapeError for a tensor that is no parameter.
  explicit Sgd(std::vector<Tensor> parameters, const SgdOptions& options = {},
               SourceLocation where = SourceLocation::current());

  /// `learning_rate` is the one at the start: `learning_rate()` is the present one.
  [[nodiscard]] const SgdOptions& options() const { return options_; }

 private:
  void update(Tensor& parameter, const Tensor& gradient, Slot& slot) override;

  SgdOptions options_;
};

}  // namespace ranktape
