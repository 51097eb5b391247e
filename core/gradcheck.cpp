#include <ranktape/core/fail.hpp>
#include <ranktape/core/gradcheck.hpp>
#include <ranktape/core/gradients.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ranktape {
namespace {

double dot(const Tensor& a, const Tensor& b) {
  const auto x = a.values<double>();
  const auto y = b.values<double>();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * y[i];
  }
  return sum;
}

}  // namespace

GradcheckReport gradcheck(const std::function<Tensor(std::span<const Tensor>)>& function,
                          const std::vector<Tensor>& inputs, const GradcheckOptions& options, SourceLocation where) {
  std::vector<Tensor> parameters;
  for (const Tensor& input : inputs) {
    if (input.dtype() != DType::float64) {
      detail::fail<DTypeError>(where, "gradcheck",
                               "input {} is not float64; differences of float32 values are mostly rounding",
                               detail::describe(input));
    }
    parameters.push_back(Tensor::from(input.to_vector<double>(), input.shape(),
                                      {.dtype = DType::float64, .device = input.device(), .requires_grad = true}));
  }

  Random random(20260101);
  Tensor cotangent;
  Gradients gradients;
  {
    const Tape tape;
    const Tensor output = function(parameters);
    cotangent = Tensor::randn(output.shape(), random, {.dtype = DType::float64, .device = output.device()});
    if (output.requires_grad()) {
      gradients = output.backward({.cotangent = cotangent}, where);
    }
  }
  const Tensor weights = cotangent.to(Device::cpu);
  const Tape::Pause pause;  // a tape around this call has nothing to learn from the differences
  const auto weighted = [&] { return dot(function(parameters).to(Device::cpu), weights); };

  GradcheckReport report;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Tensor& parameter = parameters[i];
    std::vector<double> point = parameter.to_vector<double>();
    const std::vector<double> analytic = gradients.contains(parameter) ? gradients[parameter].to_vector<double>()
                                                                       : std::vector<double>(point.size(), 0.0);
    std::vector<double> numeric(point.size());
    const auto value_with = [&](std::size_t element, double value) {
      std::vector<double> moved = point;
      moved[element] = value;
      const Tensor original = std::exchange(
          parameter, Tensor::from(moved, parameter.shape(), {.dtype = DType::float64, .device = parameter.device()}));
      const double result = weighted();
      parameter = original;
      return result;
    };
    for (std::size_t k = 0; k < point.size(); ++k) {
      const double step = options.step * std::max(1.0, std::abs(point[k]));
      numeric[k] = (value_with(k, point[k] + step) - value_with(k, point[k] - step)) / (2 * step);
    }
    const double scale = std::accumulate(numeric.begin(), numeric.end(), 0.0, [](double largest, double value) {
      return std::max(largest, std::abs(value));
    });
    for (std::size_t k = 0; k < point.size(); ++k) {
      const double error = std::abs(analytic[k] - numeric[k]);
      report.largest_error = std::max(report.largest_error, error);
      if (report.passed && !(error <= options.absolute_tolerance + options.relative_tolerance * scale)) {
        report.passed = false;
        report.message = fmt::format("input {}, element {} at {}: gradient {}, central difference {}", i, k, point[k],
                                     analytic[k], numeric[k]);
      }
    }
  }
  return report;
}

}  // namespace ranktape
