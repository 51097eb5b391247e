#pragma once

#include <ranktape/core/tensor.hpp>

namespace ranktape {

/// How operations take a tensor: a reference to it, and the line of the caller. Made by conversion at the call.
class Operand {
 public:
  /// Throws ShapeError for an undefined tensor.
  Operand(const Tensor& tensor,  // NOLINT(google-explicit-constructor): converting at the call is its purpose
          SourceLocation where = SourceLocation::current())
      : tensor_(&tensor), where_(where) {
    if (!tensor.defined()) {
      refuse_undefined(where);
    }
  }

  [[nodiscard]] const Tensor& tensor() const { return *tensor_; }
  [[nodiscard]] SourceLocation where() const { return where_; }
  operator const Tensor&() const { return *tensor_; }  // NOLINT(google-explicit-constructor): reads as the tensor
  const Tensor* operator->() const { return tensor_; }

 private:
  [[noreturn]] static void refuse_undefined(SourceLocation where);

  const Tensor* tensor_;
  SourceLocation where_;
};

}  // namespace ranktape
