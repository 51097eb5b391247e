#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/list_layout.hpp>
#include <ranktape/ops/shape_kernels.hpp>
#include <ranktape/ops/shape_operations.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace ranktape {
namespace {

// y_i = x_{rows[i]}; the gradient of x is the sum, for each row, of those of the y made from it.
const Operation gather_rows_operation("gather_rows", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto function = [](std::span<const Tensor> x) {
    return gather_rows(x[0], std::vector<std::int64_t>{3, 0, 3, 2, 3});
  };
  return {{{sample({4})}, function}, {{sample({4, 2, 3})}, function}};
});

using Rows = std::vector<std::int64_t, detail::PoolAllocator<std::int64_t>>;

template <class Scalar>
Tensor scattered(const Tensor& gradient, const Rows& rows, const Shape& shape) {
  const std::int64_t width = shape.with(0, 1).size();
  std::vector<double, detail::PoolAllocator<double>> sums(static_cast<std::size_t>(shape.size()), 0.0);
  const Scalar* g = detail::data<Scalar>(gradient);
  for (const std::int64_t row : rows) {
    double* sum = sums.data() + row * width;
    for (std::int64_t i = 0; i < width; ++i) {
      sum[i] += static_cast<double>(*g++);
    }
  }
  Tensor result = detail::make_tensor_like(gradient, shape);
  std::transform(sums.begin(), sums.end(), detail::data<Scalar>(result),
                 [](double sum) { return static_cast<Scalar>(sum); });
  return result;
}

const std::int64_t* numbers_in(const detail::Storage& storage) {
  return static_cast<const std::int64_t*>(storage->data);
}

/// The same on the accelerator, one call per element of the result: first come the places that each row was taken to.
template <class Scalar>
Tensor scattered_there(const Tensor& gradient, const Rows& rows, const Shape& shape) {
  Rows first(static_cast<std::size_t>(shape[0]) + 1, 0);
  for (const std::int64_t row : rows) {
    ++first[static_cast<std::size_t>(row) + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  Rows sources(rows.size());
  Rows next = first;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const auto row = static_cast<std::size_t>(rows[place]);
    sources[static_cast<std::size_t>(next[row]++)] = static_cast<std::int64_t>(place);
  }
  Tensor result = detail::make_tensor_like(gradient, shape);
  const detail::Storage first_there = detail::copy_to(gradient.device(), first);
  const detail::Storage sources_there = detail::copy_to(gradient.device(), sources);
  detail::launch(result.size(), detail::kernels::ScatterRows<Scalar>{
                                    detail::data<Scalar>(gradient), detail::data<Scalar>(result),
                                    numbers_in(first_there), numbers_in(sources_there), shape.with(0, 1).size()});
  return result;
}

}  // namespace

Tensor gather_rows(Operand x, std::span<const std::int64_t> rows) {
  detail::check_axis("gather_rows", x, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= x->shape()[0]) {
      detail::fail<ShapeError>(x.where(), "gather_rows",
                               "row {} (position {} of the list) is not in {}, which has {}; rows count from 0",
                               rows[i], i, detail::describe(x), x->shape()[0]);
    }
  }
  Tensor y = detail::make_tensor_like(x, x->shape().with(0, static_cast<std::int64_t>(rows.size())));
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    const std::int64_t width = x->shape().with(0, 1).size();
    Scalar* to = detail::data<Scalar>(y);
    if (y.device() == Device::accelerator) {
      const detail::Storage there = detail::copy_to(y.device(), rows);
      detail::launch(y.size(),
                     detail::kernels::GatherRows<Scalar>{detail::data<Scalar>(x), to, numbers_in(there), width});
    } else {
      for (const std::int64_t row : rows) {
        to = std::copy_n(detail::data<Scalar>(x) + row * width, width, to);
      }
    }
    if (Recorder recorder{gather_rows_operation, {x}}) {
      recorder.record(y, [kept = Rows(rows.begin(), rows.end()), shape = x->shape()](BackwardPass& pass) {
        const bool there = pass.gradient().device() == Device::accelerator;
        pass.add(0, there ? scattered_there<Scalar>(pass.gradient(), kept, shape)
                          : scattered<Scalar>(pass.gradient(), kept, shape));
      });
    }
  });
  return y;
}

}  // namespace ranktape
