#pragma once

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ops/activation.hpp>
#include <ranktape/ops/elementwise_activation_formulas.hpp>

#include <array>

// Internal: from an activation's number to its formula.
namespace ranktape::detail {

inline constexpr std::array activations = {Activation::relu,   Activation::leaky_relu, Activation::elu,
                                           Activation::gelu,   Activation::silu,       Activation::tanh,
                                           Activation::sigmoid};

/// Calls function(formula) with the formula of that activation.
template <class Function>
decltype(auto) with_formula(Activation activation, Function&& function) {
  switch (activation) {
    case Activation::leaky_relu: return function(formulas::LeakyRelu{});
    case Activation::elu: return function(formulas::Elu{});
    case Activation::gelu: return function(formulas::Gelu{});
    case Activation::silu: return function(formulas::Silu{});
    case Activation::tanh: return function(formulas::Tanh{});
    case Activation::sigmoid: return function(formulas::Sigmoid{});
    case Activation::relu: break;
  }
  return function(formulas::Relu{});
}

/// Tells of a record that applies this formula where it is flat, if it is.
template <class Formula>
void describe_limits(RecordDetails& details) {
  if constexpr (requires { Formula::limits; }) {
    details.limits.assign(Formula::limits.begin(), Formula::limits.end());
  }
}

}  // namespace ranktape::detail
