#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/ops/activation.hpp>
#include <ranktape/optim/initialization.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace ranktape {

struct LinearOptions {
  bool bias = true;
  Initialization initialization = Initialization::linear_default;
  DType dtype = DType::float32;
};

/// A linear layer: x weight + bias for x of shape [n, in]. A copy shares the parameters; `clone` has its own.
struct Linear {
  /// Throws ShapeError unless both sizes are positive.
  Linear(std::int64_t in, std::int64_t out, Random& random, const LinearOptions& options = {},
         SourceLocation where = SourceLocation::current());

  [[nodiscard]] Tensor operator()(Operand x) const;
  /// The same with an activation behind it, in one operation.
  [[nodiscard]] Tensor operator()(Operand x, Activation activation) const;
  /// The same with the caller's line given, and of sparse x.
  [[nodiscard]] Tensor operator()(const Tensor& x, SourceLocation where) const { return (*this)(Operand(x, where)); }
  [[nodiscard]] Tensor operator()(const Tensor& x, Activation activation, SourceLocation where) const {
    return (*this)(Operand(x, where), activation);
  }
  [[nodiscard]] Tensor operator()(const SparseMatrix& x, SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] Tensor operator()(const SparseMatrix& x, Activation activation,
                                  SourceLocation where = SourceLocation::current()) const;
  /// Renames the parameters to "NAME.weight" and "NAME.bias"; returns the layer.
  [[nodiscard]] Linear named(std::string_view name) const;
  /// "weight" and, if there is one, "bias".
  [[nodiscard]] std::vector<Tensor> parameters() const;
  [[nodiscard]] Linear clone() const { return to(weight.device()); }
  /// A copy on a device, with parameters of its own. Throws DeviceError where this build has no accelerator.
  [[nodiscard]] Linear to(Device device) const;

  Tensor weight;  ///< [in, out]
  Tensor bias;    ///< [out]; undefined if the layer has none
};

namespace detail {

/// A copy of a parameter, with its name, in memory of its own.
Tensor copy_parameter(const Tensor& parameter, Device device);

}  // namespace detail
}  // namespace ranktape
