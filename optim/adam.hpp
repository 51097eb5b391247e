#pragma once

#include <ranktape/optim/optimizer.hpp>

#include <vector>

namespace ranktape {

struct AdamOptions {
  double learning_rate = 0.001;
  double beta1 = 0.9;                   ///< decay of the mean gradient
  double beta2 = 0.999;                 ///< decay of the mean squared gradient
  double epsilon = 1e-8;                ///< added to the root, after its bias correction
  double weight_decay = 0;              ///< adds weight_decay * parameter to the gradient,
  bool decoupled_weight_decay = false;  ///< or (AdamW) shrinks the parameter by learning_rate * weight_decay instead
  bool amsgrad = false;                 ///< divide by the largest mean square so far
};

/// Adam (Kingma and Ba, ICLR 2015), AdamW (Loshchilov and Hutter, ICLR 2019), AMSGrad (Reddi et al., ICLR 2018). At the
/// t-th step of a parameter:
///
///     coupled:   g = gradient + weight_decay * p            decoupled: p = p * (1 - learning_rate * weight_decay)
///     m = m + (1 - beta1) * (g - m)
///     v = beta2 * v + (1 - beta2) * g * g
///     w = amsgrad ? max(w, v) : v
///     p = p - (learning_rate / (1 - beta1^t)) * m / (sqrt(w) * (1 / sqrt(1 - beta2^t)) + epsilon)
///
/// in this order, in the parameter's own type; the coefficients are computed in double, then rounded to it.
class Adam final : public Optimizer {
 public:
  /// Throws NumericError for an option out of its range, TapeError for a tensor that is no parameter.
  explicit Adam(std::vector<Tensor> parameters, const AdamOptions& options = {},
                SourceLocation where = SourceLocation::current());

  /// `learning_rate` is the one at the start: `learning_rate()` is the present one.
  [[nodiscard]] const AdamOptions& options() const { return options_; }

 private:
  void update(Tensor& parameter, const Tensor& gradient, Slot& slot) override;

  AdamOptions options_;
};

}  // namespace ranktape
