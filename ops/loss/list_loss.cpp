#include <ranktape/core/backend.hpp>
#include <ranktape/core/deferred_checks.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/host_copy.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/ops/loss/list_loss.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <cmath>

namespace ranktape::detail {
namespace {

template <class Scalar>
ListLoss sum_on_cpu(const kernels::WeightedListLoss<Scalar>& weighted, std::int64_t count) {
  ListLoss total;
  for (std::int64_t list = 0; list < count; ++list) {
    total += weighted.at(list);
  }
  return total;
}

template <class Scalar>
void sum_or_mean(const kernels::WeightedListLoss<Scalar>& weighted, std::int64_t count, bool is_mean, Device device,
                 Scalar* result, double* divisor) {
  if (device == Device::cpu) {
    const ListLoss total = sum_on_cpu(weighted, count);
    kernels::TotalLoss<Scalar>{&total, is_mean, result, divisor}(0);
  } else {
    const auto total = sums_of_lists(ListEntries::of({nullptr, count, 1}, count), weighted);
    launch(1, kernels::TotalLoss<Scalar>{total.data(), is_mean, result, divisor});
  }
}

}  // namespace

void check_type_and_device(const char* operation, Operand predictions, const char* called, const Tensor& other) {
  if (predictions->dtype() != other.dtype()) {
    fail<DTypeError>(predictions.where(), operation,
                     "predictions {} and {} {} differ in type; convert one with to(DType)", describe(predictions),
                     called, describe(other));
  }
  if (predictions->device() != other.device()) {
    fail<DeviceError>(predictions.where(), operation,
                      "predictions {} are on {} and {} {} on {}; move one with to(Device)", describe(predictions),
                      to_string(predictions->device()), called, describe(other), to_string(other.device()));
  }
}

void check_alike(const char* operation, Operand predictions, const char* called, const Tensor& other) {
  if (predictions->shape() != other.shape()) {
    fail<ShapeError>(predictions.where(), operation,
                     "predictions {} and {} {} differ in shape; each document needs one of each", describe(predictions),
                     called, describe(other));
  }
  check_type_and_device(operation, predictions, called, other);
}

void check_not_negative(const char* operation, Operand values, const char* rule) {
  const Tensor refused = make_tensor_like(values);
  dispatch(values->dtype(), [&]<class Scalar>() {
    for_each_index(values->device(), values->size(), 1,
                   kernels::NegativeAsInfinite<Scalar>{data<Scalar>(values), data<Scalar>(refused)});
  });
  const auto report = [operation, rule, where = values.where()](const std::string& described,
                                                                const FirstNonFinite& bad) {
    fail<NumericError>(where, operation, "element {} of {} is {}; {}", bad.element, described,
                       bad.value < 0 ? "negative" : fmt::format("{}", bad.value), rule);
  };
  if (values->device() != Device::cpu && checks_are_deferred()) {
    find_non_finite_later(
        refused, [report, described = describe(values)](const FirstNonFinite& bad) { report(described, bad); });
  } else if (const auto bad = first_non_finite(refused)) {
    report(describe(values), *bad);
  }
}

void check_weights(const char* operation, Operand documents, const Lists& lists, const LossWeights& weights) {
  constexpr const char* rule = "weights must be finite and not negative";
  if (weights.queries.defined()) {
    if (weights.queries.shape() != Shape{lists.count()}) {
      fail<ShapeError>(documents.where(), operation, "the weights of the queries {} must be of shape [{}]: one a list",
                       describe(weights.queries), lists.count());
    }
    check_type_and_device(operation, documents, "weights of the queries", weights.queries);
    check_not_negative(operation, Operand(weights.queries, documents.where()), rule);
  }
  if (weights.documents.defined()) {
    if (weights.documents.shape() != documents->shape()) {
      fail<ShapeError>(documents.where(), operation,
                       "the weights of the documents {} must be of shape {}: one a document",
                       describe(weights.documents), to_string(documents->shape()));
    }
    check_type_and_device(operation, documents, "weights of the documents", weights.documents);
    check_not_negative(operation, Operand(weights.documents, documents.where()), rule);
  }
}

void check_positive(const char* operation, Operand predictions, const char* option, double value) {
  if (!(value > 0 && std::isfinite(value))) {
    fail<NumericError>(predictions.where(), operation, "{} {} must be a finite number greater than 0", option, value);
  }
}

Lists lists_of_loss(const char* operation, Operand predictions, Operand targets, const Groups* groups,
                    const LossWeights& weights, const char* called) {
  check_alike(operation, predictions, called, targets);
  Lists lists = groups == nullptr ? Lists::rows(operation, predictions) : Lists::of(operation, predictions, *groups);
  check_finite_values(operation, predictions);
  check_finite_values(operation, targets);
  check_weights(operation, predictions, lists, weights);
  return lists;
}

template <class Scalar>
WeightsView<Scalar> view_weights(const Tensor& weights) {
  return {weights.defined() ? data<Scalar>(weights) : nullptr};
}
template WeightsView<float> view_weights(const Tensor& weights);
template WeightsView<double> view_weights(const Tensor& weights);

ListLosses::ListLosses(const Lists& lists, Device device, std::int64_t width)
    : lists_(lists),
      width_(width),
      found_(static_cast<std::size_t>(lists.count()), device),
      derivative_(static_cast<std::size_t>(lists.documents() * width), device),
      factors_(static_cast<std::size_t>(lists.count()), device) {}

Tensor ListLosses::reduce(Reduction reduction, const Tensor& query_weights, DType dtype) const {
  const Device device = found_.device();
  const std::int64_t count = lists_.count();
  const bool is_each = reduction == Reduction::none;
  Tensor result = make_tensor(is_each ? Shape{count} : Shape{}, dtype, device);
  dispatch(dtype, [&]<class Scalar>() {
    const kernels::WeightedListLoss<Scalar> weighted = {found_.data(), view_weights<Scalar>(query_weights)};
    const Array<double> divisor = is_each ? Array<double>() : Array<double>(1, device);
    if (is_each) {
      for_each_index(device, count, 1, kernels::LossOfEach<Scalar>{weighted, data<Scalar>(result)});
    } else {
      sum_or_mean(weighted, count, reduction == Reduction::mean, device, data<Scalar>(result), divisor.data());
    }
    for_each_index(device, count, 1, kernels::ListFactor<Scalar>{weighted, divisor.data(), factors_.data()});
  });
  return result;
}

Tensor ListLosses::gradient(const Tensor& of_result, const Shape& shape, DType dtype) const {
  Tensor result = make_tensor(shape, dtype, of_result.device());
  const bool is_one = of_result.shape().rank() == 0;
  dispatch(of_result.dtype(), [&]<class Scalar>() {
    dispatch(dtype, [&]<class To>() {
      const Scalar* const given = data<Scalar>(of_result);
      To* const to = data<To>(result);
      if (of_result.device() == Device::accelerator) {
        launch(shape.size(), kernels::ListLossGradient<Scalar, To>{lists_.on_accelerator(), factors_.data(), given,
                                                                   is_one, derivative_.data(), width_, to});
        return;
      }
      for (std::int64_t list = 0; list < lists_.count(); ++list) {
        const double factor = factors_[static_cast<std::size_t>(list)] * static_cast<double>(given[is_one ? 0 : list]);
        const std::int64_t end = (lists_.begin(list) + lists_.size(list)) * width_;
        for (std::int64_t i = lists_.begin(list) * width_; i < end; ++i) {
          to[i] = static_cast<To>(derivative_[static_cast<std::size_t>(i)] * factor);
        }
      }
    });
  });
  return result;
}

ListLossDetails ListLosses::details(const Tensor& targets) const {
  ListLossDetails details = {.offsets = lists_.offsets(), .targets = targets};
  for (const ListLoss& list : host_copy(found_)) {
    details.values.push_back(list.counts > 0 ? list.loss : 0);
    details.counts.push_back(list.counts > 0);
  }
  return details;
}

}  // namespace ranktape::detail
