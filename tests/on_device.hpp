#pragma once

#include <ranktape/core/random.hpp>
#include <ranktape/core/tensor.hpp>

#include <initializer_list>
#include <vector>

// Tests of operations make their tensors with these, so that the same file tests either device: main.cpp takes
// `--device accelerator`.
namespace ranktape::tests {

inline Device device_under_test = Device::cpu;

inline TensorOptions on_device(TensorOptions options) {
  options.device = device_under_test;
  return options;
}

/// Copies of tensors there.
inline std::vector<Tensor> on_device(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> copies;
  for (const Tensor& tensor : tensors) {
    copies.push_back(tensor.to(device_under_test));
  }
  return copies;
}

template <class Range>
Tensor from(const Range& values, const Shape& shape, const TensorOptions& options = {}) {
  return Tensor::from(values, shape, on_device(options));
}
template <class Range>
Tensor from(const Range& values, const TensorOptions& options = {}) {
  return Tensor::from(values, on_device(options));
}
inline Tensor from(std::initializer_list<double> values, const Shape& shape, const TensorOptions& options = {}) {
  return Tensor::from(values, shape, on_device(options));
}
inline Tensor from(std::initializer_list<double> values, const TensorOptions& options = {}) {
  return Tensor::from(values, on_device(options));
}
inline Tensor zeros(const Shape& shape, const TensorOptions& options = {}) {
  return Tensor::zeros(shape, on_device(options));
}
inline Tensor ones(const Shape& shape, const TensorOptions& options = {}) {
  return Tensor::ones(shape, on_device(options));
}
inline Tensor full(const Shape& shape, double value, const TensorOptions& options = {}) {
  return Tensor::full(shape, value, on_device(options));
}
inline Tensor scalar(double value, const TensorOptions& options = {}) {
  return Tensor::scalar(value, on_device(options));
}
inline Tensor arange(std::int64_t count, double start = 0, double step = 1, const TensorOptions& options = {}) {
  return Tensor::arange(count, start, step, on_device(options));
}
inline Tensor randn(const Shape& shape, Random& random, const TensorOptions& options = {}) {
  return Tensor::randn(shape, random, on_device(options));
}
inline Tensor uniform(const Shape& shape, double low, double high, Random& random, const TensorOptions& options = {}) {
  return Tensor::uniform(shape, low, high, random, on_device(options));
}

}  // namespace ranktape::tests
