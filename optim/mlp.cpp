#include <ranktape/core/fail.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/layers.hpp>
#include <ranktape/optim/check_features.hpp>
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
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const Linear layer(sizes[i], sizes[i + 1], random,
                       {.initialization = options.initialization, .dtype = options.dtype}, where);
    layers_.push_back(layer.named(fmt::format("layers.{}", i)));
    if (options.layer_norm && i + 2 < sizes.size()) {
      norms_.emplace_back(sizes[i + 1], options.dtype, fmt::format("norms.{}", i));
    }
  }
}

Tensor Mlp::operator()(Operand features) const { return evaluate(features.tensor(), nullptr, features.where()); }
Tensor Mlp::operator()(Operand features, Random& random) const {
  return evaluate(features.tensor(), &random, features.where());
}
Tensor Mlp::operator()(const SparseMatrix& features, SourceLocation where) const {
  return evaluate(features, nullptr, where);
}
Tensor Mlp::operator()(const SparseMatrix& features, Random& random, SourceLocation where) const {
  return evaluate(features, &random, where);
}

template <class Features>
Tensor Mlp::evaluate(const Features& features, Random* random, SourceLocation where) const {
  detail::check_features("Mlp", features, sizes_.front(), where);
  const auto hidden_layer = [&](std::size_t i, const auto& x) {
    Tensor y;
    if (norms_.empty()) {
      y = layers_[i](x, options_.activation, where);
    } else {
      y = norms_[i](Operand(layers_[i](x, where), where));
      y = apply(options_.activation, Operand(y, where));
    }
    return random == nullptr ? y : dropout(Operand(y, where), options_.dropout, *random);
  };
  if (layers_.size() == 1) {
    return detail::as_scores(layers_.front()(features, where), where);
  }
  Tensor x = hidden_layer(0, features);
  for (std::size_t i = 1; i + 1 < layers_.size(); ++i) {
    const Tensor y = hidden_layer(i, x);
    const bool adds_input = options_.residual && sizes_[i] == sizes_[i + 1];
    x = adds_input ? Operand(x, where) + Operand(y, where) : y;
  }
  return detail::as_scores(layers_.back()(x, where), where);
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
  for (LayerNorm& norm : copy.norms_) {
    norm = norm.to(device);
  }
  return copy;
}

}  // namespace ranktape
