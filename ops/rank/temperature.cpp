#include <ranktape/core/fail.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ranktape::detail {

PerList::PerList(const char* operation, const char* name, Operand tensor, Operand values, const Lists& lists)
    : shape_(tensor->shape()), dtype_(tensor->dtype()), device_(tensor->device()) {
  if (tensor->size() != 1 && tensor->size() != lists.count()) {
    fail<ShapeError>(values.where(), operation,
                     "the {} {} has {} elements and there are {} lists; give one element, or one for each list", name,
                     describe(tensor), tensor->size(), lists.count());
  }
  const std::vector<double> numbers = tensor->to_vector<double>();
  numbers_ = Array<double>(numbers.size());
  std::copy(numbers.begin(), numbers.end(), numbers_.data());
}

Tensor PerList::gradient(const Array<double>& of_lists) const {
  Tensor result = make_tensor(shape_, dtype_, device_);
  dispatch(result.dtype(), [&]<class Scalar>() {
    Scalar* to = data<Scalar>(result);
    if (size() != 1) {
      std::transform(of_lists.data(), of_lists.data() + of_lists.size(), to,
                     [](double part) { return static_cast<Scalar>(part); });
      return;
    }
    double sum = 0;
    for (const double part : of_lists.span()) {
      sum += part;
    }
    *to = static_cast<Scalar>(sum);
  });
  return result;
}

void check_relaxation(const char* operation, Operand values, double temperature) {
  if (temperature == 0) {
    fail<NumericError>(values.where(), operation,
                       "temperature is 0, which makes hard ranks with no gradient; call rank or sort for those, or "
                       "give a positive temperature");
  }
  if (!(temperature > 0) || !std::isfinite(temperature)) {
    fail<NumericError>(values.where(), operation, "temperature is {}; it must be positive and finite", temperature);
  }
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
  const SoftRankOptions as_strength = {.regularization_strength = options.temperature,
                                       .strength_unit = options.temperature_unit};
  double inverse = inverse_strength(values, n, as_strength);
  if (power == 2 && options.temperature_unit == StrengthUnit::spread && n > 0) {
    inverse *= inverse * (options.temperature / static_cast<double>(n));  // n / (t sd^2) from n / (t sd)
  }
  return std::min(inverse, std::numeric_limits<double>::max());
}

template double inverse_temperature(const float*, std::int64_t, const RelaxationOptions&, int);
template double inverse_temperature(const double*, std::int64_t, const RelaxationOptions&, int);

Array<double> inverse_temperatures(const Tensor& values, const Lists& lists, const RelaxationOptions& options,
                                   const PerList& factor) {
  Array<double> inverse(static_cast<std::size_t>(lists.count()));
  dispatch(values.dtype(), [&]<class Scalar>() {
    for (std::int64_t list = 0; list < lists.count(); ++list) {
      RelaxationOptions own = options;
      own.temperature *= factor[list];
      inverse[static_cast<std::size_t>(list)] =
          inverse_temperature(data<Scalar>(values) + lists.begin(list), lists.size(list), own);
    }
  });
  return inverse;
}

}  // namespace ranktape::detail
