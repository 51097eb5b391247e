#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/shape.hpp>
#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor_node.hpp>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ranktape {

class Gradients;
class Random;
struct BackwardOptions;

struct TensorOptions {
  DType dtype = DType::float32;
  Device device = Device::cpu;
  bool requires_grad = false;  ///< a parameter: a tape differentiates with respect to it
};

/// An array of numbers, contiguous and row-major, of up to four dimensions. A cheap handle: copies share the elements
/// and the gradient's identity. Operations make new tensors and never write to their inputs.
/// A default-constructed tensor is undefined: it can only be assigned to, and asked `defined()`.
class Tensor {
 public:
  Tensor() = default;
  /// A float32 vector on the CPU: `Tensor({1.f, 2.f})`.
  explicit Tensor(std::initializer_list<float> values);

  /// Copies a contiguous range of float, double or integer values. Throws ShapeError if the count does not fit `shape`.
  template <class Range>
  static Tensor from(const Range& values, const Shape& shape, const TensorOptions& options = {},
                     SourceLocation where = SourceLocation::current()) {
    using Value = std::remove_cvref_t<decltype(*std::data(values))>;
    return from_span(std::span<const Value>(std::data(values), std::size(values)), shape, options, where);
  }
  template <class Range>
  static Tensor from(const Range& values, const TensorOptions& options = {},
                     SourceLocation where = SourceLocation::current()) {
    return from(values, Shape{static_cast<std::int64_t>(std::size(values))}, options, where);
  }
  static Tensor from(std::initializer_list<double> values, const Shape& shape, const TensorOptions& options = {},
                     SourceLocation where = SourceLocation::current());
  static Tensor from(std::initializer_list<double> values, const TensorOptions& options = {});

  static Tensor zeros(const Shape& shape, const TensorOptions& options = {});
  static Tensor ones(const Shape& shape, const TensorOptions& options = {});
  static Tensor full(const Shape& shape, double value, const TensorOptions& options = {});
  static Tensor scalar(double value, const TensorOptions& options = {});
  /// start, start + step, ... : `count` values.
  static Tensor arange(std::int64_t count, double start = 0, double step = 1, const TensorOptions& options = {});
  static Tensor randn(const Shape& shape, Random& random, const TensorOptions& options = {});
  static Tensor uniform(const Shape& shape, double low, double high, Random& random, const TensorOptions& options = {});

  [[nodiscard]] bool defined() const { return static_cast<bool>(node_); }
  [[nodiscard]] const Shape& shape() const { return node_->shape; }
  [[nodiscard]] std::int64_t size() const { return shape().size(); }
  [[nodiscard]] DType dtype() const { return node_->dtype; }
  [[nodiscard]] Device device() const { return node_->storage->device; }
  /// Whether a tape of this thread would follow gradients through it: a parameter, or recorded by a living tape.
  [[nodiscard]] bool requires_grad() const;
  /// Empty unless given by `named`.
  [[nodiscard]] std::string_view name() const { return node_->name; }
  /// Names the tensor (all handles to it) for error texts, the tape's table and saved files; returns it.
  Tensor named(std::string_view name) const;  // NOLINT(modernize-use-nodiscard): called for its effect, too

  /// The elements. Throws DTypeError if T is not the tensor's type, DeviceError off the CPU.
  template <class T>
  [[nodiscard]] std::span<const T> values(SourceLocation where = SourceLocation::current()) const;
  /// The elements, to be written by their owner (an optimizer, a loader). A tape that saved them for its backward
  /// will refuse to use them.
  template <class T>
  [[nodiscard]] std::span<T> mutable_values(SourceLocation where = SourceLocation::current());
  /// A copy of the elements as T (float, double or std::int64_t), from any dtype and device.
  template <class T>
  [[nodiscard]] std::vector<T> to_vector() const;
  /// The value of a tensor of one element. Throws ShapeError for any other.
  [[nodiscard]] double item(SourceLocation where = SourceLocation::current()) const;

  /// The same values on another device or as another type; differentiable; this tensor itself where nothing changes.
  [[nodiscard]] Tensor to(Device device, SourceLocation where = SourceLocation::current()) const;
  [[nodiscard]] Tensor to(DType dtype, SourceLocation where = SourceLocation::current()) const;
  /// The same elements (shared) as a constant: no gradient flows through it.
  [[nodiscard]] Tensor detach() const;
  /// A copy of the elements in memory of its own, as a constant.
  [[nodiscard]] Tensor clone() const;

  /// Reverse-mode derivative of this tensor of one element with respect to every parameter that it was computed from
  /// (with `{.cotangent = v}`: of the dot product with v, for any shape). Throws TapeError unless a living tape of this
  /// thread recorded it. The tape stays as it is: another loss on it can follow. Cost: about twice the forward pass.
  Gradients backward(SourceLocation where = SourceLocation::current()) const;
  Gradients backward(const BackwardOptions& options, SourceLocation where = SourceLocation::current()) const;

  /// Internal: for the engine and for operations (ranktape/core/tensor_access.hpp).
  explicit Tensor(detail::TensorHandle node) : node_(std::move(node)) {}
  [[nodiscard]] const detail::TensorHandle& node() const { return node_; }

 private:
  template <class T>
  static Tensor from_span(std::span<const T> values, const Shape& shape, const TensorOptions& options,
                          SourceLocation where);

  detail::TensorHandle node_;
};

/// How `backward` runs.
struct BackwardOptions {
  Tensor cotangent = {};           ///< the gradient to start from, of the tensor's own shape; 1 for a single element
  bool keep_intermediate = false;  ///< return the gradients of all recorded tensors, not of the parameters alone
  bool check_finite = false;       ///< throw NumericError at the first value or gradient that is NaN or infinite
};

/// "Tensor 'scores' [3] float32 {0.5, 1, 2}", with at most eight elements.
std::string to_string(const Tensor& tensor);
std::ostream& operator<<(std::ostream& stream, const Tensor& tensor);

}  // namespace ranktape
