#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/rank/options.hpp>
#include <ranktape/ops/rank/temperature_kernels.hpp>

#include <cstdint>
#include <string>

// Internal: the temperatures of the relaxations, and numbers that may come as tensors to be differentiated.
namespace ranktape::detail {

/// The numbers of a tensor that has one for all lists, or one for each.
class PerList {
 public:
  /// Copies them, of either dtype, from either device. Throws ShapeError for another size. `name` is what error texts
  /// call the tensor.
  PerList(const char* operation, const char* name, Operand tensor, Operand values, const Lists& lists);

  double operator[](std::int64_t list) const { return numbers_[size() == 1 ? 0 : static_cast<std::size_t>(list)]; }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  /// "0.5", or "0.5 to 2" where lists have numbers of their own: times `unit`, for people.
  [[nodiscard]] std::string range_text(double unit = 1) const;
  /// The same for kernels, in memory of the values' device. Valid while this object or a copy of it is.
  [[nodiscard]] ListNumbers on_device() const { return {on_device_.data(), size() != 1}; }
  /// The tensor's gradient, in its type and on its device, from that of each list's number (on the values' device).
  [[nodiscard]] Tensor gradient(const Array<double>& of_lists) const;
  /// The same from that of the logarithm of each list's number: the number times its gradient.
  [[nodiscard]] Tensor gradient_of_logarithm(const Array<double>& of_lists) const;

 private:
  Array<double> numbers_;
  Array<double> on_device_;  // the same array where the values are on the CPU
  Shape shape_;
  DType dtype_;
  Device device_;
};

/// Throws NumericError unless the temperature is positive and finite.
void check_temperature(const char* operation, Operand values, double temperature);
/// The same, and unless every value is finite.
void check_relaxation(const char* operation, Operand values, double temperature);
/// The factors of the temperature in a tensor. Throws NumericError for one that is not positive and finite.
PerList check_temperatures(const char* operation, Operand values, const Lists& lists, Operand temperature);

/// A number as such a tensor.
inline Tensor number(double value) { return Tensor::scalar(value, {.dtype = DType::float64}); }

/// What divides one list's values: 1 / temperature in absolute units, at most the largest double. For a relaxation that
/// divides the power `power` of differences, the unit `spread` is of that power, too: scaling the values changes
/// nothing. For a list on the CPU.
template <class Scalar>
double inverse_temperature(const Scalar* values, std::int64_t n, const RelaxationOptions& options, int power = 1);

/// The same for every list of `values`, on their device, the temperature multiplied by the list's `factor` if given.
Array<double> inverse_temperatures(const Tensor& values, const Lists& lists, const RelaxationOptions& options,
                                   const PerList* factor = nullptr, int power = 1);
inline Array<double> inverse_temperatures(const Tensor& values, const Lists& lists, const RelaxationOptions& options,
                                          const PerList& factor) {
  return inverse_temperatures(values, lists, options, &factor);
}

}  // namespace ranktape::detail
