#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/layers.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <ranktape/optim/check_options.hpp>
#include <ranktape/optim/mlp.hpp>

namespace ranktape {

Mlp::Mlp(const std::vector<std::int64_t>& sizes, Random& random, const MlpOptions& options, SourceLocation where)
    : sizes_(sizes), options_(options) {
  if (sizes.size() < 2) {
    detail::fail<ShapeError>(where, "Mlp", "{} layer sizes [{}]; give at least the numbers of features and of outputs",
                             sizes.size(), fmt::join(sizes, ", "));
  }
  for (const std::int64_t size : sizes) {
    if (size < 1) {
      detail::fail<ShapeError>(where, "Mlp", "layer size {} of [{}]; each must be at least 1", size,
                               fmt::join(sizes, ", "));
    }
  }
  detail::check_fraction(where, "Mlp", "dropout", options.dropout);
  const TensorOptions parameter = {.dtype = options.dtype, .requires_grad = true};
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const Linear layer(sizes[i], sizes[i + 1], random,
                       {.initialization = options.initialization, .dtype = options.dtype}, where);
    layer.weight.named(fmt::format("layers.{}.weight", i));
    layer.bias.named(fmt::format("layers.{}.bias", i));
    layers_.push_back(layer);
    if (options.layer_norm && i + 2 < sizes.size()) {
      norms_.push_back({Tensor::ones(Shape{sizes[i + 1]}, parameter).named(fmt::format("norms.{}.weight", i)),
                        Tensor::zeros(Shape{sizes[i + 1]}, parameter).named(fmt::format("norms.{}.bias", i))});
    }
  }
}

Tensor Mlp::operator()(Operand features) const { return evaluate(features, nullptr); }

Tensor Mlp::operator()(Operand features, Random& random) const { return evaluate(features, &random); }

Tensor Mlp::evaluate(Operand features, Random* random) const {
  const SourceLocation where = features.where();
  if (features->shape().rank() != 2 || features->shape()[1] != sizes_.front()) {
    detail::fail<ShapeError>(where, "Mlp", "features {} are not of the shape [documents, {}] that the model takes",
                             detail::describe(features), sizes_.front());
  }
  Tensor x = features;
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
    if (norms_.empty()) {
      x = layers_[i](Operand(x, where), options_.activation);
    } else {
      x = layers_[i](Operand(x, where));
      x = layer_norm(Operand(x, where), Operand(norms_[i].weight, where), Operand(norms_[i].bias, where));
      x = apply(options_.activation, Operand(x, where));
    }
    if (random != nullptr) {
      x = dropout(Operand(x, where), options_.dropout, *random);
    }
  }
  x = layers_.back()(Operand(x, where));
  return sizes_.back() == 1 ? reshape(Operand(x, where), Shape{x.shape()[0]}) : x;
}

std::vector<Tensor> Mlp::parameters() const {
  std::vector<Tensor> parameters;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    parameters.push_back(layers_[i].weight);
    parameters.push_back(layers_[i].bias);
    if (i < norms_.size()) {
      parameters.push_back(norms_[i].weight);
      parameters.push_back(norms_[i].bias);
    }
  }
  return parameters;
}

Mlp Mlp::to(Device device) const {
  Mlp copy = *this;
  for (Linear& layer : copy.layers_) {
    layer = layer.to(device);
  }
  for (Norm& norm : copy.norms_) {
    norm = {detail::copy_parameter(norm.weight, device), detail::copy_parameter(norm.bias, device)};
  }
  return copy;
}

}  // namespace ranktape
