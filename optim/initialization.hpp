#pragma once

#include <ranktape/core/random.hpp>
#include <ranktape/core/tensor.hpp>

#include <cstdint>

namespace ranktape {

/// How a layer's weights [in, out] begin; U(a) is uniform in [-a, a), N(s) normal with standard deviation s.
enum class Initialization {
  linear_default,  ///< U(1 / sqrt(in)), the bias too: what PyTorch's Linear does
  xavier_uniform,  ///< U(sqrt(6 / (in + out))); the bias of this and the following is 0. Glorot and Bengio 2010
  xavier_normal,   ///< N(sqrt(2 / (in + out)))
  he_uniform,      ///< U(sqrt(6 / in)). He et al. 2015: for relu
  he_normal,       ///< N(sqrt(2 / in))
  zeros
};

/// New weights of shape [in, out], or the bias of shape [out] that goes with them. The numbers are drawn in double, in
/// the order of the elements: the same seed gives the same float32 as rounded float64 weights.
Tensor initial_weight(std::int64_t in, std::int64_t out, Initialization initialization, Random& random,
                      const TensorOptions& options = {});
Tensor initial_bias(std::int64_t in, std::int64_t out, Initialization initialization, Random& random,
                    const TensorOptions& options = {});

}  // namespace ranktape
