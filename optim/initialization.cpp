#include <ranktape/optim/initialization.hpp>

#include <cmath>
#include <vector>

namespace ranktape {

Tensor initial_weight(std::int64_t in, std::int64_t out, Initialization initialization, Random& random,
                      const TensorOptions& options) {
  const Shape shape = {in, out};
  const auto fan_in = static_cast<double>(in);
  const auto both = static_cast<double>(in) + static_cast<double>(out);
  const auto uniform = [&](double bound) { return Tensor::uniform(shape, -bound, bound, random, options); };
  const auto normal = [&](double deviation) {
    std::vector<double> values(static_cast<std::size_t>(shape.size()));
    for (double& value : values) {
      value = deviation * random.normal();
    }
    return Tensor::from(values, shape, options);
  };
  switch (initialization) {
    case Initialization::linear_default: return uniform(1 / std::sqrt(fan_in));
    case Initialization::xavier_uniform: return uniform(std::sqrt(6 / both));
    case Initialization::xavier_normal: return normal(std::sqrt(2 / both));
    case Initialization::he_uniform: return uniform(std::sqrt(6 / fan_in));
    case Initialization::he_normal: return normal(std::sqrt(2 / fan_in));
    case Initialization::zeros: break;
  }
  return Tensor::zeros(shape, options);
}

Tensor initial_bias(std::int64_t in, std::int64_t out, Initialization initialization, Random& random,
                    const TensorOptions& options) {
  if (initialization != Initialization::linear_default) {
    return Tensor::zeros(Shape{out}, options);
  }
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  return Tensor::uniform(Shape{out}, -bound, bound, random, options);
}

}  // namespace ranktape
