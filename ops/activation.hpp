#pragma once

#include <ranktape/core/operand.hpp>

#include <optional>
#include <string_view>

namespace ranktape {

/// What stands between the layers of a network; each is the operation of that name (elementwise.hpp).
enum class Activation { relu, leaky_relu, elu, gelu, silu, tanh, sigmoid };

Tensor apply(Activation activation, Operand x);

std::string_view to_string(Activation activation);
/// The activation of that name, if there is one: for files and command lines.
std::optional<Activation> activation_named(std::string_view name);

}  // namespace ranktape
