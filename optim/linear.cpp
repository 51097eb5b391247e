#include <ranktape/core/fail.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/sparse_linear.hpp>
#include <ranktape/optim/linear.hpp>

namespace ranktape {

Tensor detail::copy_parameter(const Tensor& parameter, Device device) {
  const Tensor source = parameter.detach();
  const Tensor copy = device == parameter.device() ? source.clone() : source.to(device);
  copy.node()->parameter = true;
  return copy.named(parameter.name());
}

Linear::Linear(std::int64_t in, std::int64_t out, Random& random, const LinearOptions& options, SourceLocation where) {
  if (in < 1 || out < 1) {
    detail::fail<ShapeError>(where, "Linear", "{} inputs and {} outputs; there must be at least one of each", in, out);
  }
  const TensorOptions parameter = {.dtype = options.dtype, .requires_grad = true};
  weight = initial_weight(in, out, options.initialization, random, parameter).named("weight");
  if (options.bias) {
    bias = initial_bias(in, out, options.initialization, random, parameter).named("bias");
  }
}

Tensor Linear::operator()(Operand x) const {
  const Operand w(weight, x.where());
  return bias.defined() ? linear(x, w, Operand(bias, x.where())) : linear(x, w);
}

Tensor Linear::operator()(Operand x, Activation activation) const {
  const Operand w(weight, x.where());
  return bias.defined() ? linear(x, w, Operand(bias, x.where()), activation)
                        : apply(activation, Operand(linear(x, w), x.where()));
}

Tensor Linear::operator()(const SparseMatrix& x, SourceLocation where) const {
  const Operand w(weight, where);
  return bias.defined() ? linear(x, w, Operand(bias, where)) : linear(x, w);
}

Tensor Linear::operator()(const SparseMatrix& x, Activation activation, SourceLocation where) const {
  return apply(activation, Operand((*this)(x, where), where));
}

Linear Linear::named(std::string_view name) const {
  weight.named(fmt::format("{}.weight", name));
  if (bias.defined()) {
    bias.named(fmt::format("{}.bias", name));
  }
  return *this;
}

std::vector<Tensor> Linear::parameters() const {
  return bias.defined() ? std::vector<Tensor>{weight, bias} : std::vector<Tensor>{weight};
}

Linear Linear::to(Device device) const {
  Linear copy = *this;
  copy.weight = detail::copy_parameter(weight, device);
  if (bias.defined()) {
    copy.bias = detail::copy_parameter(bias, device);
  }
  return copy;
}

}  // namespace ranktape
