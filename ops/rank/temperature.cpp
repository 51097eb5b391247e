#include <ranktape/core/backend.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ops/rank/temperature.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ranktape::detail {

PerList::PerList(const char* operation, const char* name, Operand tensor, Operand values, const Lists& lists)
    : shape_(tensor->shape()), dtype_(tensor->dtype()), device_(tensor->device()) {
  if (tensor->size() != 1 && tensor->size() != lists.count()) {
    fail<ShapeError>(values.where(), operation,
                     "the {} {} has {} elements and there are {} lists; give one element, or one for each list", name,
                     describe(tensor), tensor->size(), lists.count());
  }
  const Tensor numbers = tensor->detach().to(Device::cpu).to(DType::float64);
  const auto count = static_cast<std::size_t>(numbers.size());
  numbers_ = Array<double>(count);
  std::copy_n(data<double>(numbers), count, numbers_.data());
  on_device_ = numbers_;
  if (values->device() != Device::cpu) {
    on_device_ = Array<double>(count, values->device());
    copy_bytes(on_device_.data(), values->device(), numbers_.data(), Device::cpu, count * sizeof(double));
  }
}

std::string PerList::range_text(double unit) const {
  if (size() == 0) {
    return "none";
  }
  const auto [least, greatest] = std::ranges::minmax(numbers_.span());
  const std::string text = number_text(least * unit);
  return least == greatest ? text : text + " to " + number_text(greatest * unit);
}

namespace {

/// The sum of all numbers, on their device.
Array<double> sum_of_numbers(const Array<double>& numbers) {
  if (numbers.device() == Device::accelerator) {
    const auto count = static_cast<std::int64_t>(numbers.size());
    return sums_of_lists(ListEntries::of({nullptr, count, 1}, count), kernels::NumberTerm<double>{numbers.data()});
  }
  Array<double> sum(1);
  sum[0] = std::accumulate(numbers.data(), numbers.data() + numbers.size(), 0.0);
  return sum;
}

}  // namespace

Tensor PerList::gradient(const Array<double>& of_lists) const {
  const Array<double> parts = size() == 1 && of_lists.size() != 1 ? sum_of_numbers(of_lists) : of_lists;
  Tensor result = make_tensor(shape_, dtype_, parts.device());
  dispatch(dtype_, [&]<class Scalar>() {
    for_each_index(parts.device(), result.size(), 1,
                   kernels::Convert<double, Scalar>{parts.data(), data<Scalar>(result)});
  });
  return device_ == result.device() ? result : result.to(device_);
}

Tensor PerList::gradient_of_logarithm(const Array<double>& of_lists) const {
  const Array<double> quotients(of_lists.size(), of_lists.device());
  for_each_index(of_lists.device(), static_cast<std::int64_t>(of_lists.size()), 1,
                 kernels::DivideByNumber{of_lists.data(), on_device(), quotients.data()});
  return gradient(quotients);
}

void check_temperature(const char* operation, Operand values, double temperature) {
  if (temperature == 0) {
    fail<NumericError>(values.where(), operation,
                       "temperature is 0, which makes hard ranks with no gradient; call rank or sort for those, or "
                       "give a positive temperature");
  }
  if (!(temperature > 0) || !std::isfinite(temperature)) {
    fail<NumericError>(values.where(), operation, "temperature is {}; it must be positive and finite", temperature);
  }
}

void check_relaxation(const char* operation, Operand values, double temperature) {
  check_temperature(operation, values, temperature);
  check_finite_values(operation, values);
}

PerList check_temperatures(const char* operation, Operand values, const Lists& lists, Operand temperature) {
  PerList factors(operation, "temperature", temperature, values, lists);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const double factor = factors[static_cast<std::int64_t>(i)];
    if (!(factor > 0) || !std::isfinite(factor)) {
      fail<NumericError>(values.where(), operation,
                         "element {} of the temperature {} is {}; it must be positive and finite: learn its logarithm "
                         "and give its exponential",
                         i, describe(temperature), factor);
    }
  }
  return factors;
}

template <class Scalar>
double inverse_temperature(const Scalar* values, std::int64_t n, const RelaxationOptions& options, int power) {
  return InverseOfList{options.temperature, options.temperature_unit, power}(ListView<const Scalar>{values, n, 1});
}

template double inverse_temperature(const float*, std::int64_t, const RelaxationOptions&, int);
template double inverse_temperature(const double*, std::int64_t, const RelaxationOptions&, int);

namespace {

/// The sum of squared deviations of each list, on the accelerator.
template <class Scalar>
Array<double> squares_of_lists(const Scalar* values, const Lists& lists) {
  const ListEntries documents = lists.entries_on_accelerator();
  const Array<double> offsets = sums_of_lists(documents, kernels::OffsetTerm<Scalar>{values});
  return sums_of_lists(documents, kernels::SquareTerm<Scalar>{values, documents.lists, offsets.data()});
}

}  // namespace

Array<double> inverse_temperatures(const Tensor& values, const Lists& lists, const RelaxationOptions& options,
                                   const PerList* factor, int power) {
  Array<double> inverse(static_cast<std::size_t>(lists.count()), values.device());
  const InverseOfList formula = {options.temperature, options.temperature_unit, power};
  const ListNumbers factors = factor != nullptr ? factor->on_device() : ListNumbers{nullptr, false};
  dispatch(values.dtype(), [&]<class Scalar>() {
    const Scalar* x = data<Scalar>(values);
    if (values.device() == Device::accelerator) {
      const bool measured = options.temperature_unit == StrengthUnit::spread;
      const Array<double> squares = measured ? squares_of_lists(x, lists) : Array<double>();
      launch(lists.count(),
             kernels::InverseTemperature{lists.on_accelerator(), formula, factors, squares.data(), inverse.data()});
      return;
    }
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      InverseOfList own = formula;
      own.temperature *= factors[list];
      inverse[static_cast<std::size_t>(list)] = own(ListView<const Scalar>{x + lists.begin(list), lists.size(list), 1});
    }
  });
  return inverse;
}

}  // namespace ranktape::detail
