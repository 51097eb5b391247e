#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/operand.hpp>

#include <cstdint>
#include <string_view>

namespace ranktape {

/// A layer that standardises each row of its input (`layer_norm`), then scales and shifts it by parameters, which begin
/// as ones and zeros. A copy shares them.
struct LayerNorm {
  /// Of rows of `width` values; the parameters are named "NAME.weight" and "NAME.bias".
  LayerNorm(std::int64_t width, DType dtype, std::string_view name);

  [[nodiscard]] Tensor operator()(Operand x) const;
  /// A copy on a device, with parameters of its own.
  [[nodiscard]] LayerNorm to(Device device) const;

  Tensor weight;  ///< [width]
  Tensor bias;    ///< [width]
};

}  // namespace ranktape
