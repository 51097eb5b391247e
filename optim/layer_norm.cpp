#include <ranktape/ops/layers.hpp>
#include <ranktape/optim/layer_norm.hpp>
#include <ranktape/optim/linear.hpp>
#include <fmt/format.h>

namespace ranktape {

LayerNorm::LayerNorm(std::int64_t width, DType dtype, std::string_view name)
    : weight(Tensor::ones(Shape{width}, {.dtype = dtype, .requires_grad = true}).named(fmt::format("{}.weight", name))),
      bias(Tensor::zeros(Shape{width}, {.dtype = dtype, .requires_grad = true}).named(fmt::format("{}.bias", name))) {}

Tensor LayerNorm::operator()(Operand x) const {
  return layer_norm(x, Operand(weight, x.where()), Operand(bias, x.where()));
}

LayerNorm LayerNorm::to(Device device) const {
  LayerNorm copy = *this;
  copy.weight = detail::copy_parameter(weight, device);
  copy.bias = detail::copy_parameter(bias, device);
  return copy;
}

}  // namespace ranktape
