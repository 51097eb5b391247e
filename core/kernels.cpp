#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace ranktape::detail {

namespace {

constexpr double nanoseconds_each = 0.3;

template <class Kernel>
void run(const Tensor& tensor, const Kernel& kernel) {
  for_each_index(tensor.device(), tensor.size(), nanoseconds_each, kernel);
}

}  // namespace

void fill(Tensor& target, double value) {
  dispatch(target.dtype(), [&]<class Scalar>() {
    run(target, kernels::Fill<Scalar>{data<Scalar>(target), static_cast<Scalar>(value)});
  });
}

void copy_values(const Tensor& source, Tensor& target) {
  if (source.device() != target.device()) {  // converted where they are, then moved
    if (source.dtype() != target.dtype()) {
      Tensor converted = make_tensor(source.shape(), target.dtype(), source.device());
      copy_values(source, converted);
      copy_values(converted, target);
      return;
    }
    copy_bytes(data<void>(target), target.device(), data<void>(source), source.device(),
               static_cast<std::size_t>(source.size()) * size_of(source.dtype()));
    return;
  }
  dispatch(source.dtype(), [&]<class Source>() {
    dispatch(target.dtype(), [&]<class Target>() {
      run(source, kernels::Convert<Source, Target>{data<Source>(source), data<Target>(target)});
    });
  });
}

void add_values(Tensor& target, const Tensor& source) {
  dispatch(target.dtype(), [&]<class Scalar>() {
    run(target, kernels::AddTo<Scalar>{data<Scalar>(source), data<Scalar>(target)});
  });
}

void scale_values(Tensor& target, double factor) {
  dispatch(target.dtype(), [&]<class Scalar>() {
    run(target, kernels::Scale<Scalar>{data<Scalar>(target), static_cast<Scalar>(factor)});
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
  if (source.device() == Device::accelerator) {
    dispatch(source.dtype(), [&]<class Scalar>() {
      using Part = kernels::SumBroadcast<Scalar>;
      const std::int64_t size = std::max<std::int64_t>(result.size(), 1);
      const std::int64_t terms = source.size() / size;
      const std::int64_t count = (terms + Part::terms_per_part - 1) / Part::terms_per_part;
      const Array<double> parts(static_cast<std::size_t>(count * result.size()), source.device());
      launch(count * result.size(), Part{data<Scalar>(source), parts.data(), to, size, terms});
      launch(result.size(), kernels::SumParts<Scalar>{parts.data(), data<Scalar>(result), size, count});
    });
    return result;
  }
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

namespace {

std::int64_t stretches_of(const Tensor& tensor) { return (tensor.size() + kernels::stretch - 1) / kernels::stretch; }

}  // namespace

double squared_norm(const Tensor& tensor) {
  const std::int64_t count = stretches_of(tensor);
  const Array<double> sums(static_cast<std::size_t>(count), tensor.device());
  dispatch(tensor.dtype(), [&]<class Scalar>() {
    constexpr double nanoseconds = nanoseconds_each * static_cast<double>(kernels::stretch);
    for_each_index(tensor.device(), count, nanoseconds,
                   kernels::SquaresOfStretch<Scalar>{data<Scalar>(tensor), tensor.size(), sums.data()});
  });
  const Array<double> here = tensor.device() == Device::cpu ? sums : Array<double>(sums.size());
  if (tensor.device() != Device::cpu) {
    copy_bytes(here.data(), Device::cpu, sums.data(), tensor.device(), sums.size() * sizeof(double));
  }
  return std::accumulate(here.data(), here.data() + here.size(), 0.0);
}

double element(const Tensor& tensor, std::int64_t index) {
  return dispatch(tensor.dtype(), [&]<class Scalar>() {
    const Scalar* const found = data<Scalar>(tensor) + index;
    Scalar value = 0;
    if (tensor.device() == Device::cpu) {
      value = *found;
    } else {
      copy_bytes(&value, Device::cpu, found, tensor.device(), sizeof(value));
    }
    return static_cast<double>(value);
  });
}

namespace {

// Without a branch inside a stretch, which the compiler vectorises: every operation that ranks asks.
template <class Scalar>
std::int64_t first_non_finite_on_cpu(const Scalar* values, std::int64_t size) {
  for (std::int64_t begin = 0; begin < size; begin += kernels::stretch) {
    const std::int64_t end = std::min(begin + kernels::stretch, size);
    kernels::BitsOf<Scalar> found = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      found |= kernels::is_non_finite(values[i]);
    }
    if (found != 0) {
      return std::find_if(values + begin, values + end, kernels::is_non_finite<Scalar>) - values;
    }
  }
  return size;
}

}  // namespace

void locate_non_finite(const Tensor& tensor, FirstNonFinite* to) {
  const std::int64_t size = tensor.size();
  const std::int64_t count = stretches_of(tensor);
  const Array<std::int64_t> found(static_cast<std::size_t>(count), tensor.device());
  dispatch(tensor.dtype(), [&]<class Scalar>() {
    const Scalar* const values = data<Scalar>(tensor);
    launch(count, kernels::NonFiniteOfStretch<Scalar>{values, size, found.data()});
    launch(1, kernels::FirstNonFiniteOf<Scalar>{values, size, found.data(), count, to});
  });
}

std::optional<FirstNonFinite> first_non_finite(const Tensor& tensor) {
  const std::int64_t size = tensor.size();
  FirstNonFinite first = {size, 0};
  if (tensor.device() == Device::cpu) {
    dispatch(tensor.dtype(), [&]<class Scalar>() {
      const Scalar* const values = data<Scalar>(tensor);
      const std::int64_t element = first_non_finite_on_cpu(values, size);
      first = {element, element == size ? 0.0 : static_cast<double>(values[element])};
    });
  } else {
    const Array<FirstNonFinite> there(1, tensor.device());
    locate_non_finite(tensor, there.data());
    copy_bytes(&first, Device::cpu, there.data(), tensor.device(), sizeof(first));
  }
  return first.element == size ? std::nullopt : std::optional(first);
}

}  // namespace ranktape::detail
