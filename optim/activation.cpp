#include <ranktape/ops/elementwise.hpp>
#include <ranktape/optim/activation.hpp>

#include <algorithm>
#include <array>

namespace ranktape {
namespace {

struct Entry {
  Activation activation;
  std::string_view name;
  Tensor (*function)(Operand);
};

constexpr std::array<Entry, 7> entries = {{
    {Activation::relu, "relu", relu},
    {Activation::leaky_relu, "leaky_relu", [](Operand x) { return leaky_relu(x); }},
    {Activation::elu, "elu", [](Operand x) { return elu(x); }},
    {Activation::gelu, "gelu", gelu},
    {Activation::silu, "silu", silu},
    {Activation::tanh, "tanh", tanh},
    {Activation::sigmoid, "sigmoid", sigmoid},
}};

const Entry& entry_of(Activation activation) {
  return *std::find_if(entries.begin(), entries.end(),
                       [&](const Entry& entry) { return entry.activation == activation; });
}

}  // namespace

Tensor apply(Activation activation, Operand x) { return entry_of(activation).function(x); }

std::string_view to_string(Activation activation) { return entry_of(activation).name; }

std::optional<Activation> activation_named(std::string_view name) {
  for (const Entry& entry : entries) {
    if (entry.name == name) {
      return entry.activation;
    }
  }
  return std::nullopt;
}

}  // namespace ranktape
