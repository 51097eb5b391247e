#include <ranktape/core/fail.hpp>
#include <ranktape/core/gradients.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>

namespace ranktape {
namespace {

std::string place(const Record& record) {
  return fmt::format("{}:{}: {}", record.where.file, record.where.line, record.operation->name());
}

}  // namespace

const Tensor& BackwardPass::gradient() const { return gradients_[record_->output]; }

Tensor BackwardPass::take_gradient() {
  Tensor& held = gradients_[record_->output];
  if (keep_intermediate_ || !detail::owns_elements_alone(held)) {
    return held.clone();
  }
  return std::move(held);
}

void BackwardPass::hand_on(std::size_t index) {
  Tensor& held = gradients_[record_->output];
  add(index, keep_intermediate_ ? held : std::move(held));
}

bool BackwardPass::needs(std::size_t index) const { return tape_.inputs(*record_)[index] != Tape::constant; }

void BackwardPass::add(std::size_t index, Tensor gradient) {
  const std::uint32_t number = tape_.inputs(*record_)[index];
  if (number == Tape::constant) {
    return;
  }
  if (check_finite_) {
    check_gradient(gradient, index);
  }
  const Tensor& input = tape_.tensors_[number];
  if (gradient.dtype() != input.dtype()) {
    refuse_gradient<DTypeError>(gradient, index);
  }
  if (gradient.shape() != input.shape()) {
    if (detail::broadcast_shape(input.shape(), gradient.shape()) != gradient.shape()) {
      refuse_gradient<ShapeError>(gradient, index);
    }
    gradient = detail::sum_to_shape(gradient, input.shape());
  }
  Tensor& sum = gradients_[number];
  if (!sum.defined()) {
    sum = std::move(gradient);
    return;
  }
  if (!detail::owns_elements_alone(sum)) {
    sum = sum.clone();
  }
  detail::add_values(sum, gradient);
}

void BackwardPass::check_gradient(const Tensor& gradient, std::size_t index) const {
  if (const auto bad = detail::first_non_finite(gradient)) {
    const Tensor& input = tape_.tensors_[tape_.inputs(*record_)[index]];
    throw NumericError(
        fmt::format("{}: backward made a gradient of {} at element {} of input {}, {}; look at that "
                    "value of the input, and at the gradient that came in",
                    place(*record_), bad->value, bad->element, index, detail::describe(input)));
  }
}

template <class Kind>
void BackwardPass::refuse_gradient(const Tensor& gradient, std::size_t index) const {
  const Tensor& input = tape_.tensors_[tape_.inputs(*record_)[index]];
  throw Kind(
      fmt::format("{}: backward made a gradient of {} for input {}, {}; it must be of that shape, or one that "
                  "the input broadcasts to, and of its type",
                  place(*record_), detail::describe(gradient), index, detail::describe(input)));
}

void BackwardPass::check_values() const {
  for (const Record& record : tape_.records()) {
    const Tensor& output = tape_.tensors_[record.output];
    if (const auto bad = detail::first_non_finite(output)) {
      std::string inputs;
      for (const std::uint32_t number : tape_.inputs(record)) {
        if (number != Tape::constant && tape_.tensors_[number].shape() == output.shape()) {
          inputs += fmt::format(", where its input was {}", detail::element(tape_.tensors_[number], bad->element));
        }
      }
      throw NumericError(
          fmt::format("{}: its value is {} at element {} of its output {}{}; keep its input inside the "
                      "operation's domain",
                      place(record), bad->value, bad->element, detail::describe(output), inputs));
    }
  }
}

void BackwardPass::run(const Tensor& loss, const BackwardOptions& options, SourceLocation where) {
  keep_intermediate_ = options.keep_intermediate;
  check_finite_ = options.check_finite;
  if (check_finite_) {
    check_values();
  }
  if (options.cotangent.defined()) {
    if (options.cotangent.shape() != loss.shape() || options.cotangent.dtype() != loss.dtype()) {
      detail::fail<ShapeError>(where, "backward", "the cotangent {} is not of the shape and type of {}",
                               detail::describe(options.cotangent), detail::describe(loss));
    }
    gradients_[loss.node()->slot] = options.cotangent.detach();
  } else {
    if (loss.size() != 1) {
      detail::fail<ShapeError>(where, "backward",
                               "tensor {} has {} elements; reduce it to one (sum, mean), or give "
                               "backward({{.cotangent = ...}}) of its shape",
                               detail::describe(loss), loss.size());
    }
    gradients_[loss.node()->slot] = Tensor::ones(loss.shape(), {.dtype = loss.dtype(), .device = loss.device()});
  }

  const std::shared_ptr<const Tape::GradientCallback> on_gradient = tape_.on_gradient_;
  const auto& records = tape_.records_;
  // Records are in the order of their output's number: the loss's own record is the last that matters.
  auto position = std::partition_point(records.begin(), records.end(),
                                       [&](const Record& record) { return record.output <= loss.node()->slot; });
  while (position != records.begin()) {
    record_ = &*--position;
    Tensor& gradient = gradients_[record_->output];
    if (!gradient.defined()) {
      continue;
    }
    if (on_gradient) {
      (*on_gradient)(tape_.tensors_[record_->output], gradient);
    }
    try {
      record_->backward->run(*this);
    } catch (const Saved::Changed& changed) {
      throw TapeError(fmt::format("{}: {}", place(*record_), changed.what()));
    }
    if (!keep_intermediate_) {
      gradient = Tensor();
    }
  }
  if (on_gradient) {
    show_parameters(*on_gradient);
  }
}

void BackwardPass::show_parameters(const Tape::GradientCallback& on_gradient) const {
  for (std::size_t i = 0; i < gradients_.size(); ++i) {
    if (gradients_[i].defined() && tape_.tensors_[i].node()->parameter) {
      on_gradient(tape_.tensors_[i], gradients_[i]);
    }
  }
}

Gradients BackwardPass::collect(bool keep_intermediate) const {
  Gradients collected;
  for (std::size_t i = 0; i < gradients_.size(); ++i) {
    const Tensor& tensor = tape_.tensors_[i];
    if (gradients_[i].defined() && (keep_intermediate || tensor.node()->parameter)) {
      collected.add(tensor, gradients_[i]);
    }
  }
  return collected;
}

Gradients Tensor::backward(SourceLocation where) const { return backward({}, where); }

Gradients Tensor::backward(const BackwardOptions& options, SourceLocation where) const {
  Tape* tape = defined() ? Tape::find(node_->tape) : nullptr;
  if (!defined() || node_->tape == 0) {
    detail::fail<TapeError>(where, "backward",
                            "tensor {} was not recorded: make a Tape before the forward pass, and compute the tensor "
                            "from parameters (requires_grad = true)",
                            detail::describe(*this));
  }
  if (tape == nullptr) {
    detail::fail<TapeError>(where, "backward",
                            "the tape that recorded tensor {} has ended, or belongs to another thread; call backward "
                            "inside the scope of its Tape",
                            detail::describe(*this));
  }
  BackwardPass pass(*tape, static_cast<std::uint32_t>(tape->tensors_.size() - 1));
  const Tape::Pause pause;  // a backward function may call public operations on parameters
  pass.run(*this, options, where);
  Gradients gradients = pass.collect(options.keep_intermediate);
  if (options.keep_intermediate) {
    tape->gradients_ = std::move(pass.gradients_);
  }
  return gradients;
}

}  // namespace ranktape
