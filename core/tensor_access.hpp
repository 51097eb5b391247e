#pragma once

#include <ranktape/core/tensor.hpp>

#include <string>

// How operations, the library's and a user's own, make tensors and reach their elements.
namespace ranktape::detail {

/// A new tensor with uninitialised elements.
Tensor make_tensor(const Shape& shape, DType dtype, Device device);
/// One over memory that there is: of the shape's elements, on its device.
Tensor make_tensor(const Shape& shape, DType dtype, Storage storage);
inline Tensor make_tensor_like(const Tensor& model) {
  return make_tensor(model.shape(), model.dtype(), model.device());
}
inline Tensor make_tensor_like(const Tensor& model, const Shape& shape) {
  return make_tensor(shape, model.dtype(), model.device());
}
/// Another tensor over the same elements, of another shape with as many.
Tensor share_elements(const Tensor& tensor, const Shape& shape);

/// The elements without any check, for kernels that have checked.
template <class T>
T* data(const Tensor& tensor) {
  return static_cast<T*>(tensor.node()->storage->data);
}

/// The same for their owner (an optimizer), which is about to write them: tapes that saved them will notice.
template <class T>
T* written(const Tensor& tensor) {
  ++tensor.node()->storage->version;
  return data<T>(tensor);
}

/// Whether nobody else can see this tensor's elements, so that they may be overwritten.
inline bool owns_elements_alone(const Tensor& tensor) {
  return tensor.node().is_sole_owner() && tensor.node()->storage.is_sole_owner();
}

/// "'scores' [3, 4] float32" or "[3, 4] float32", for error texts.
std::string describe(const Tensor& tensor);

}  // namespace ranktape::detail
