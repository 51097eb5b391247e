#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/check_options.hpp>
#include <ranktape/optim/optimizer.hpp>

#include <cmath>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace ranktape {
namespace {

std::string method(const char* kind, const char* name) { return fmt::format("{}::{}", kind, name); }

// "NAME.", or "NAME#INDEX." where the name alone would not tell the parameters apart.
std::vector<std::string> prefixes(const std::vector<Tensor>& parameters) {
  std::vector<std::string> result;
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::string name(parameters[i].name());
    if (name.empty() || !seen.insert(name).second) {
      name += fmt::format("#{}", i);
    }
    result.push_back(name + ".");
  }
  return result;
}

Tensor number(double value) { return Tensor::scalar(value, {.dtype = DType::float64}); }

}  // namespace

Optimizer::Slot::Slot(const Slot& other) : steps(other.steps) {
  for (const Tensor& buffer : other.buffers) {
    buffers.push_back(buffer.clone());
  }
}

Optimizer::Slot& Optimizer::Slot::operator=(const Slot& other) { return *this = Slot(other); }

Optimizer::Optimizer(const char* kind, std::vector<Tensor> parameters, double learning_rate,
                     std::vector<std::string> buffer_names, SourceLocation where)
    : kind_(kind), buffer_names_(std::move(buffer_names)), parameters_(std::move(parameters)) {
  detail::check_not_negative(where, kind, "learning_rate", learning_rate);
  learning_rate_ = learning_rate;
  std::unordered_set<const void*> seen;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& parameter = parameters_[i];
    if (!parameter.defined() || !parameter.node()->parameter) {
      detail::fail<TapeError>(where, kind, "tensor {} at index {} is no parameter; make it with requires_grad = true",
                              detail::describe(parameter), i);
    }
    if (!seen.insert(parameter.node().get()).second) {
      detail::fail<TapeError>(where, kind, "parameter {} at index {} came before; each must be given once",
                              detail::describe(parameter), i);
    }
    Slot slot;
    for (std::size_t buffer = 0; buffer < buffer_names_.size(); ++buffer) {
      slot.buffers.push_back(
          Tensor::zeros(parameter.shape(), {.dtype = parameter.dtype(), .device = parameter.device()}));
    }
    slots_.push_back(std::move(slot));
  }
}

void Optimizer::set_learning_rate(double learning_rate, SourceLocation where) {
  detail::check_not_negative(where, kind_, "learning_rate", learning_rate);
  learning_rate_ = learning_rate;
}

void Optimizer::step(const Gradients& gradients) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (const Tensor* gradient = gradients.find(parameters_[i])) {
      ++slots_[i].steps;
      update(parameters_[i], *gradient, slots_[i]);
    }
  }
}

std::vector<NamedTensor> Optimizer::state() const {
  std::vector<NamedTensor> state = {{"learning_rate", number(learning_rate_)}};
  const std::vector<std::string> names = prefixes(parameters_);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    state.push_back({names[i] + "steps", number(static_cast<double>(slots_[i].steps))});
    for (std::size_t j = 0; j < buffer_names_.size(); ++j) {
      state.push_back({names[i] + buffer_names_[j], slots_[i].buffers[j].clone()});
    }
  }
  return state;
}

void Optimizer::restore(const std::vector<NamedTensor>& state, SourceLocation where) {
  const std::string caller = method(kind_, "restore");
  std::unordered_map<std::string, Tensor> given;
  for (const NamedTensor& entry : state) {
    if (!given.emplace(entry.name, entry.tensor).second) {
      detail::fail<FormatError>(where, caller, "the state has two tensors '{}'", entry.name);
    }
  }
  const auto take = [&](const std::string& name, const Shape& shape, DType dtype) {
    const auto found = given.find(name);
    if (found == given.end()) {
      detail::fail<FormatError>(where, caller,
                                "the state has no tensor '{}' {} {}; it is of another optimizer or other parameters",
                                name, to_string(shape), to_string(dtype));
    }
    Tensor tensor = std::move(found->second);
    given.erase(found);
    if (!tensor.defined() || tensor.shape() != shape) {
      detail::fail<ShapeError>(where, caller, "the state's '{}' is {}, and this optimizer's {} {}", name,
                               detail::describe(tensor), to_string(shape), to_string(dtype));
    }
    if (tensor.dtype() != dtype) {
      detail::fail<DTypeError>(where, caller, "the state's '{}' is {}, and this optimizer's {} {}", name,
                               detail::describe(tensor), to_string(shape), to_string(dtype));
    }
    return tensor;
  };
  const double learning_rate = take("learning_rate", Shape{}, DType::float64).item();
  detail::check_not_negative(where, caller.c_str(), "learning_rate", learning_rate);
  const std::vector<std::string> names = prefixes(parameters_);
  std::vector<Slot> slots(slots_.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    constexpr double most_steps = 0x1p53;
    const double steps = take(names[i] + "steps", Shape{}, DType::float64).item();
    if (!(steps >= 0 && steps <= most_steps) || steps != std::floor(steps)) {
      detail::fail<FormatError>(where, caller, "the state's '{}steps' is {}, no count of steps", names[i], steps);
    }
    slots[i].steps = static_cast<std::int64_t>(steps);
    for (const std::string& buffer : buffer_names_) {
      const Tensor& parameter = parameters_[i];
      slots[i].buffers.push_back(
          take(names[i] + buffer, parameter.shape(), parameter.dtype()).clone().to(parameter.device()));
    }
  }
  for (const NamedTensor& entry : state) {
    if (given.contains(entry.name)) {
      detail::fail<FormatError>(where, caller,
                                "the state has a tensor {} '{}', and this optimizer none of that name; it is of "
                                "another optimizer or other parameters",
                                detail::describe(entry.tensor.detach().named("")), entry.name);
    }
  }
  learning_rate_ = learning_rate;
  slots_ = std::move(slots);
}

}  // namespace ranktape
