#include <ranktape/ops/activation_formula.hpp>
#include <ranktape/ops/elementwise.hpp>

namespace ranktape {

Tensor apply(Activation activation, Operand x) {
  switch (activation) {
    case Activation::leaky_relu: return leaky_relu(x);
    case Activation::elu: return elu(x);
    case Activation::gelu: return gelu(x);
    case Activation::silu: return silu(x);
    case Activation::tanh: return tanh(x);
    case Activation::sigmoid: return sigmoid(x);
    case Activation::relu: break;
  }
  return relu(x);
}

std::string_view to_string(Activation activation) {
  return detail::with_formula(activation, [](const auto& formula) { return std::string_view(formula.name); });
}

std::optional<Activation> activation_named(std::string_view name) {
  for (const Activation activation : detail::activations) {
    if (to_string(activation) == name) {
      return activation;
    }
  }
  return std::nullopt;
}

}  // namespace ranktape
