#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/attention.hpp>
#include <ranktape/ops/attention_kernels.hpp>
#include <ranktape/ops/attention_list.hpp>
#include <ranktape/ops/broadcast.hpp>
#include <ranktape/ops/list_layout.hpp>

#include <cmath>
#include <utility>

namespace ranktape {
namespace {

using detail::Array;
using detail::kernels::AttentionPlaces;

const Operation attention_operation("grouped_attention", [](Random& random) -> std::vector<OperationExample> {
  const auto sample = [&](const Shape& shape) { return Tensor::randn(shape, random, {.dtype = DType::float64}); };
  const auto example = [&](const Groups& groups, std::int64_t columns, int heads) {
    const Shape shape = {groups.documents(), columns};
    return OperationExample{{sample(shape), sample(shape), sample(shape)}, [=](std::span<const Tensor> x) {
                              return grouped_attention(x[0], x[1], x[2], groups, heads);
                            }};
  };
  return {example(Groups::from_sizes({3, 0, 1, 5}), 4, 2), example(Groups::from_sizes({4, 2}), 3, 3),
          example(Groups::from_sizes({6}), 10, 1)};
});

struct Inputs {
  const Tensor& queries;
  const Tensor& keys;
  const Tensor& values;
  const Groups& groups;
  std::int64_t heads;

  [[nodiscard]] std::int64_t width() const { return queries.shape()[1] / heads; }
  [[nodiscard]] std::int64_t rows() const { return queries.shape()[0] * heads; }
  [[nodiscard]] double scale() const { return 1 / std::sqrt(static_cast<double>(width())); }
  /// Of the kernels that walk a list for each index.
  [[nodiscard]] AttentionPlaces places() const {
    return {{detail::offsets_on_accelerator(groups), groups.longest(), groups.count()}, heads, width()};
  }
  [[nodiscard]] std::int64_t chunks() const {
    return rows() * ((width() + detail::kernels::attention_columns - 1) / detail::kernels::attention_columns);
  }
};

void check(const Operand& queries, const Operand& keys, const Operand& values, const Groups& groups, int heads) {
  constexpr const char* operation = "grouped_attention";
  detail::check_same_kind(operation, queries, keys);
  detail::check_same_kind(operation, queries, values);
  if (queries->shape().rank() != 2 || keys->shape() != queries->shape() || values->shape() != queries->shape()) {
    detail::fail<ShapeError>(queries.where(), operation,
                             "queries {}, keys {} and values {} must have one shape, [documents, heads * width]",
                             detail::describe(queries), detail::describe(keys), detail::describe(values));
  }
  static_cast<void>(detail::ListLayout::of_groups(operation, queries, groups));
  if (heads < 1 || queries->shape()[1] % heads != 0) {
    detail::fail<ShapeError>(queries.where(), operation,
                             "{} heads do not divide the {} columns of the queries {} into equal parts", heads,
                             queries->shape()[1], detail::describe(queries));
  }
}

/// Calls function(list, first row of the head, where its sum lies) for every list with documents and every head.
template <class Scalar, class Function>
void for_each_head(const Inputs& inputs, const Function& function) {
  constexpr double nanoseconds = 0.1;  // for a multiply-add
  const double longest = static_cast<double>(inputs.groups.longest());
  const double work = nanoseconds * static_cast<double>(inputs.groups.documents()) * longest *
                      static_cast<double>(inputs.queries.shape()[1]);
  detail::parallel_chunks(inputs.groups.count() * inputs.heads, work, [&](std::int64_t chunk) {
    const std::int64_t list = chunk / inputs.heads;
    if (inputs.groups.size(list) == 0) {
      return;
    }
    const std::int64_t row = inputs.groups.begin(list) * inputs.heads + chunk % inputs.heads;
    const std::int64_t place = row * inputs.width();
    function(detail::AttentionList<Scalar>{.documents = inputs.groups.size(list),
                                           .width = inputs.width(),
                                           .heads = inputs.heads,
                                           .queries = detail::data<Scalar>(inputs.queries) + place,
                                           .keys = detail::data<Scalar>(inputs.keys) + place,
                                           .values = detail::data<Scalar>(inputs.values) + place},
             place, row);
  });
}

template <class Scalar>
void forward(const Inputs& inputs, const Tensor& y, const Array<double>& log_sums) {
  Scalar* const to = detail::data<Scalar>(y);
  if (y.device() == Device::cpu) {
    for_each_head<Scalar>(inputs, [&](const auto& list, std::int64_t place, std::int64_t row) {
      detail::attend(list, to + place, log_sums.data() + row);
    });
    return;
  }
  const Scalar* const queries = detail::data<Scalar>(inputs.queries);
  const Scalar* const keys = detail::data<Scalar>(inputs.keys);
  const Scalar* const values = detail::data<Scalar>(inputs.values);
  const AttentionPlaces places = inputs.places();
  const double scale = inputs.scale();
  detail::launch(inputs.rows(),
                 detail::kernels::AttentionNormaliser<Scalar>{places, queries, keys, log_sums.data(), scale});
  detail::launch(inputs.chunks(),
                 detail::kernels::AttentionOutput<Scalar>{places, queries, keys, values, log_sums.data(), to, scale});
}

template <class Scalar>
void backward(BackwardPass& pass, const Inputs& inputs, const Tensor& y, const Array<double>& log_sums) {
  const Tensor& gradient = pass.gradient();
  const Scalar* const g = detail::data<Scalar>(gradient);
  Tensor by_queries = detail::make_tensor_like(y);
  Tensor by_keys = detail::make_tensor_like(y);
  Tensor by_values = detail::make_tensor_like(y);
  Scalar* const to_queries = detail::data<Scalar>(by_queries);
  Scalar* const to_keys = detail::data<Scalar>(by_keys);
  Scalar* const to_values = detail::data<Scalar>(by_values);
  if (y.device() == Device::cpu) {
    for_each_head<Scalar>(inputs, [&](const auto& list, std::int64_t place, std::int64_t row) {
      detail::attend_backward(list, log_sums.data() + row,
                              detail::AttentionListGradients<Scalar>{.output = detail::data<Scalar>(y) + place,
                                                                     .gradient = g + place,
                                                                     .by_queries = to_queries + place,
                                                                     .by_keys = to_keys + place,
                                                                     .by_values = to_values + place});
    });
  } else {
    const Array<double> products(log_sums.size(), Device::accelerator);
    detail::launch(inputs.rows(), detail::kernels::AttentionRowProduct<Scalar>{g, detail::data<Scalar>(y),
                                                                               products.data(), inputs.width()});
    const detail::kernels::AttentionGradientInputs<Scalar> kernel_inputs = {inputs.places(),
                                                                            detail::data<Scalar>(inputs.queries),
                                                                            detail::data<Scalar>(inputs.keys),
                                                                            detail::data<Scalar>(inputs.values),
                                                                            g,
                                                                            log_sums.data(),
                                                                            products.data(),
                                                                            inputs.scale()};
    detail::launch(inputs.chunks(), detail::kernels::AttentionQueryGradient<Scalar>{kernel_inputs, to_queries});
    detail::launch(inputs.chunks(),
                   detail::kernels::AttentionKeyValueGradient<Scalar>{kernel_inputs, to_keys, to_values});
  }
  pass.add(0, std::move(by_queries));
  pass.add(1, std::move(by_keys));
  pass.add(2, std::move(by_values));
}

}  // namespace

Tensor grouped_attention(Operand queries, Operand keys, Operand values, const Groups& groups, int heads) {
  check(queries, keys, values, groups, heads);
  Tensor y = detail::make_tensor_like(queries);
  const Array<double> log_sums(static_cast<std::size_t>(y.shape()[0] * heads), y.device());
  detail::dispatch(y.dtype(), [&]<class Scalar>() {
    forward<Scalar>({queries, keys, values, groups, heads}, y, log_sums);
    if (Recorder recorder{attention_operation, {queries, keys, values}}) {
      recorder.record(
          y,
          [q = Saved(queries), k = Saved(keys), v = Saved(values), saved_y = Saved(y), groups, heads,
           log_sums](BackwardPass& pass) {
            backward<Scalar>(pass, {q.tensor(), k.tensor(), v.tensor(), groups, heads}, saved_y.tensor(), log_sums);
          },
          [heads, count = groups.count()](RecordDetails& details) {
            details.add("groups", count);
            details.add("heads", heads);
          });
    }
  });
  return y;
}

}  // namespace ranktape
