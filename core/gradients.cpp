#include <ranktape/core/fail.hpp>
#include <ranktape/core/gradients.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <cmath>

namespace ranktape {

const Tensor& Gradients::at(const Tensor& tensor, SourceLocation where) const {
  const Tensor* gradient = find(tensor);
  if (gradient == nullptr) {
    detail::fail<TapeError>(
        where, "gradients",
        "no gradient reached tensor {}; it is no parameter (requires_grad) that the loss was "
        "computed from, or an intermediate one: backward({{.keep_intermediate = true}}) keeps those",
        detail::describe(tensor));
  }
  return *gradient;
}

const Tensor* Gradients::find(const Tensor& tensor) const {
  const auto found = index_.find(tensor.node().get());
  return found == index_.end() ? nullptr : &entries_[found->second].gradient;
}

Gradients Gradients::of_parameters() const {
  Gradients chosen;
  for (const Entry& entry : entries_) {
    if (entry.tensor.node()->parameter) {
      chosen.add(entry.tensor, entry.gradient);
    }
  }
  return chosen;
}

double Gradients::norm() const {
  double sum = 0;
  for (const Entry& entry : entries_) {
    sum += detail::squared_norm(entry.gradient);
  }
  return std::sqrt(sum);
}

void Gradients::add(const Tensor& tensor, const Tensor& gradient, SourceLocation where) {
  if (gradient.shape() != tensor.shape()) {
    detail::fail<ShapeError>(where, "gradients", "a gradient of {} does not fit tensor {}", detail::describe(gradient),
                             detail::describe(tensor));
  }
  if (gradient.dtype() != tensor.dtype()) {
    detail::fail<DTypeError>(where, "gradients", "a gradient of {} does not fit tensor {}", detail::describe(gradient),
                             detail::describe(tensor));
  }
  const auto [position, inserted] = index_.try_emplace(tensor.node().get(), entries_.size());
  if (inserted) {
    entries_.push_back({tensor, gradient});
    return;
  }
  Tensor& sum = entries_[position->second].gradient;
  if (!detail::owns_elements_alone(sum)) {
    sum = sum.clone();
  }
  detail::add_values(sum, gradient);
}

Gradients& Gradients::operator+=(const Gradients& other) {
  if (this == &other) {
    return *this *= 2;
  }
  for (const Entry& entry : other.entries_) {
    add(entry.tensor, entry.gradient);
  }
  return *this;
}

Gradients& Gradients::operator*=(double factor) {
  for (Entry& entry : entries_) {
    if (!detail::owns_elements_alone(entry.gradient)) {
      entry.gradient = entry.gradient.clone();
    }
    detail::scale_values(entry.gradient, factor);
  }
  return *this;
}

}  // namespace ranktape
