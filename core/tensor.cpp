#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <ostream>

namespace ranktape {
namespace detail {

void destroy(TensorNode* node) noexcept {
  node->~TensorNode();
  pool_free(node, sizeof(TensorNode));
}

Tensor make_tensor(const Shape& shape, DType dtype, Device device) {
  return make_tensor(shape, dtype, allocate(static_cast<std::size_t>(shape.size()) * size_of(dtype), device));
}

Tensor make_tensor(const Shape& shape, DType dtype, Storage storage) {
  TensorHandle node(::new (pool_allocate(sizeof(TensorNode))) TensorNode);
  node->dtype = dtype;
  node->shape = shape;
  node->storage = std::move(storage);
  return Tensor(std::move(node));
}

Tensor share_elements(const Tensor& tensor, const Shape& shape) {
  return make_tensor(shape, tensor.dtype(), tensor.node()->storage);
}

std::string describe(const Tensor& tensor) {
  if (!tensor.defined()) {
    return "(undefined tensor)";
  }
  const std::string kind = fmt::format("{} {}", to_string(tensor.shape()), to_string(tensor.dtype()));
  return tensor.name().empty() ? kind : fmt::format("'{}' {}", tensor.name(), kind);
}

namespace {

Tensor make_parameter_or_constant(const Shape& shape, const TensorOptions& options) {
  Tensor made = make_tensor(shape, options.dtype, options.device);
  made.node()->parameter = options.requires_grad;
  return made;
}

template <class T>
void check_access(const Tensor& tensor, const char* what, SourceLocation where) {
  if (!tensor.defined()) {
    fail<ShapeError>(where, what, "the tensor is undefined; assign one first");
  }
  if (tensor.dtype() != dtype_of<T>) {
    fail<DTypeError>(where, what, "tensor {} is not {}; ask for its own type, or convert with to({}) or to_vector",
                     describe(tensor), to_string(dtype_of<T>), to_string(dtype_of<T>));
  }
  if (tensor.device() != Device::cpu) {
    fail<DeviceError>(where, what, "tensor {} is on the accelerator; use to(Device::cpu) or to_vector",
                      describe(tensor));
  }
}

}  // namespace
}  // namespace detail

Tensor::Tensor(std::initializer_list<float> values) : Tensor(from(std::span(values.begin(), values.size()))) {}

Tensor Tensor::from(std::initializer_list<double> values, const Shape& shape, const TensorOptions& options,
                    SourceLocation where) {
  return from(std::span(values.begin(), values.size()), shape, options, where);
}

Tensor Tensor::from(std::initializer_list<double> values, const TensorOptions& options) {
  return from(values, Shape{static_cast<std::int64_t>(values.size())}, options);
}

template <class T>
Tensor Tensor::from_span(std::span<const T> values, const Shape& shape, const TensorOptions& options,
                         SourceLocation where) {
  if (static_cast<std::int64_t>(values.size()) != shape.size()) {
    detail::fail<ShapeError>(where, "Tensor::from", "{} values do not fill shape {}, which has {} elements",
                             values.size(), to_string(shape), shape.size());
  }
  Tensor made = detail::make_tensor(shape, options.dtype, Device::cpu);
  detail::dispatch(options.dtype, [&]<class Scalar>() {
    std::transform(values.begin(), values.end(), detail::data<Scalar>(made),
                   [](T value) { return static_cast<Scalar>(value); });
  });
  made = made.to(options.device, where);
  made.node()->parameter = options.requires_grad;
  return made;
}

template Tensor Tensor::from_span(std::span<const float>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const double>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const signed char>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const unsigned char>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const short>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const unsigned short>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const int>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const unsigned>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const long>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const unsigned long>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const long long>, const Shape&, const TensorOptions&, SourceLocation);
template Tensor Tensor::from_span(std::span<const unsigned long long>, const Shape&, const TensorOptions&,
                                  SourceLocation);

Tensor Tensor::zeros(const Shape& shape, const TensorOptions& options) { return full(shape, 0, options); }
Tensor Tensor::ones(const Shape& shape, const TensorOptions& options) { return full(shape, 1, options); }
Tensor Tensor::scalar(double value, const TensorOptions& options) { return full(Shape{}, value, options); }

Tensor Tensor::full(const Shape& shape, double value, const TensorOptions& options) {
  Tensor made = detail::make_parameter_or_constant(shape, options);
  detail::fill(made, value);
  return made;
}

Tensor Tensor::arange(std::int64_t count, double start, double step, const TensorOptions& options) {
  std::vector<double> values(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = start + step * static_cast<double>(i);
  }
  return from(values, options);
}

Tensor Tensor::randn(const Shape& shape, Random& random, const TensorOptions& options) {
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  std::generate(values.begin(), values.end(), [&] { return random.normal(); });
  return from(values, shape, options);
}

Tensor Tensor::uniform(const Shape& shape, double low, double high, Random& random, const TensorOptions& options) {
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  std::generate(values.begin(), values.end(), [&] { return low + (high - low) * random.uniform(); });
  return from(values, shape, options);
}

Tensor Tensor::named(std::string_view name) const {
  node_->name = name;
  return *this;
}

template <class T>
std::span<const T> Tensor::values(SourceLocation where) const {
  detail::check_access<T>(*this, "values", where);
  return {detail::data<T>(*this), static_cast<std::size_t>(size())};
}

template <class T>
std::span<T> Tensor::mutable_values(SourceLocation where) {
  detail::check_access<T>(*this, "mutable_values", where);
  ++node_->storage->version;
  return {detail::data<T>(*this), static_cast<std::size_t>(size())};
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Tensor local = detach().to(Device::cpu);
  std::vector<T> copy(static_cast<std::size_t>(size()));
  detail::dispatch(dtype(), [&]<class Scalar>() {
    const Scalar* values = detail::data<Scalar>(local);
    std::transform(values, values + size(), copy.begin(), [](Scalar value) { return static_cast<T>(value); });
  });
  return copy;
}

template std::span<const float> Tensor::values<float>(SourceLocation) const;
template std::span<const double> Tensor::values<double>(SourceLocation) const;
template std::span<float> Tensor::mutable_values<float>(SourceLocation);
template std::span<double> Tensor::mutable_values<double>(SourceLocation);
template std::vector<float> Tensor::to_vector<float>() const;
template std::vector<double> Tensor::to_vector<double>() const;
template std::vector<std::int64_t> Tensor::to_vector<std::int64_t>() const;

double Tensor::item(SourceLocation where) const {
  if (!defined() || size() != 1) {
    detail::fail<ShapeError>(where, "item", "tensor {} does not have exactly one element", detail::describe(*this));
  }
  const Tensor local = device() == Device::cpu ? *this : detach().to(Device::cpu);
  return detail::dispatch(dtype(), [&]<class Scalar>() { return static_cast<double>(*detail::data<Scalar>(local)); });
}

Tensor Tensor::detach() const {
  Tensor constant = detail::share_elements(*this, shape());
  constant.node()->name = node_->name;
  return constant;
}

Tensor Tensor::clone() const {
  Tensor copy = detail::make_tensor_like(*this);
  detail::copy_values(*this, copy);
  return copy;
}

std::string to_string(const Tensor& tensor) {
  std::string text = "Tensor " + detail::describe(tensor);
  if (!tensor.defined()) {
    return text;
  }
  const std::vector<double> values = tensor.to_vector<double>();
  const std::size_t shown = std::min<std::size_t>(values.size(), 8);
  text += " {";
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("{}{:g}", i == 0 ? "" : ", ", values[i]);
  }
  return text + (shown < values.size() ? ", ...}" : "}");
}

std::ostream& operator<<(std::ostream& stream, const Tensor& tensor) { return stream << to_string(tensor); }

}  // namespace ranktape
