#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ranktape::detail {

void fill(Tensor& target, double value) {
  dispatch(target.dtype(),
           [&]<class Scalar>() { std::fill_n(data<Scalar>(target), target.size(), static_cast<Scalar>(value)); });
}

void copy_values(const Tensor& source, Tensor& target) {
  dispatch(source.dtype(), [&]<class Source>() {
    dispatch(target.dtype(), [&]<class Target>() {
      const Source* from = data<Source>(source);
      std::transform(from, from + source.size(), data<Target>(target),
                     [](Source value) { return static_cast<Target>(value); });
    });
  });
}

void add_values(Tensor& target, const Tensor& source) {
  dispatch(target.dtype(), [&]<class Scalar>() {
    Scalar* sums = data<Scalar>(target);
    const Scalar* terms = data<Scalar>(source);
    for (std::int64_t i = 0; i < target.size(); ++i) {
      sums[i] += terms[i];
    }
  });
}

void scale_values(Tensor& target, double factor) {
  dispatch(target.dtype(), [&]<class Scalar>() {
    Scalar* values = data<Scalar>(target);
    for (std::int64_t i = 0; i < target.size(); ++i) {
      values[i] *= static_cast<Scalar>(factor);
    }
  });
}

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  std::int64_t extents[Shape::max_rank];
  const int rank = std::max(a.rank(), b.rank());
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t extent_a = i <= a.rank() ? a[a.rank() - i] : 1;
    const std::int64_t extent_b = i <= b.rank() ? b[b.rank() - i] : 1;
    if (extent_a != extent_b && extent_a != 1 && extent_b != 1) {
      return std::nullopt;
    }
    extents[rank - i] = extent_a == 1 ? extent_b : extent_a;
  }
  return Shape(std::span<const std::int64_t>(extents, static_cast<std::size_t>(rank)));
}

BroadcastStrides broadcast_strides(const Shape& shape, const Shape& target) {
  BroadcastStrides result = {{1, 1, 1, 1}, {0, 0, 0, 0}};
  std::int64_t stride = 1;
  for (int i = 1; i <= target.rank(); ++i) {
    result.extents[Shape::max_rank - i] = target[target.rank() - i];
    if (i <= shape.rank()) {
      const std::int64_t extent = shape[shape.rank() - i];
      result.strides[Shape::max_rank - i] = extent == 1 ? 0 : stride;
      stride *= extent;
    }
  }
  return result;
}

Tensor sum_to_shape(const Tensor& source, const Shape& shape) {
  Tensor result = make_tensor_like(source, shape);
  const BroadcastStrides to = broadcast_strides(shape, source.shape());
  dispatch(source.dtype(), [&]<class Scalar>() {
    std::vector<double, PoolAllocator<double>> sums(static_cast<std::size_t>(shape.size()), 0.0);
    const Scalar* terms = data<Scalar>(source);
    for (std::int64_t a = 0; a < to.extents[0]; ++a) {
      for (std::int64_t b = 0; b < to.extents[1]; ++b) {
        for (std::int64_t c = 0; c < to.extents[2]; ++c) {
          double* row = sums.data() + a * to.strides[0] + b * to.strides[1] + c * to.strides[2];
          for (std::int64_t d = 0; d < to.extents[3]; ++d) {
            row[d * to.strides[3]] += static_cast<double>(*terms++);
          }
        }
      }
    }
    std::transform(sums.begin(), sums.end(), data<Scalar>(result), [](double sum) { return static_cast<Scalar>(sum); });
  });
  return result;
}

double squared_norm(const Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class Scalar>() {
    double sum = 0;
    const Scalar* values = data<Scalar>(tensor);
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
      sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
    return sum;
  });
}

std::optional<std::int64_t> first_non_finite(const Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class Scalar>() -> std::optional<std::int64_t> {
    const Scalar* values = data<Scalar>(tensor);
    const Scalar* found =
        std::find_if(values, values + tensor.size(), [](Scalar value) { return !std::isfinite(value); });
    return found == values + tensor.size() ? std::nullopt : std::optional<std::int64_t>(found - values);
  });
}

}  // namespace ranktape::detail
