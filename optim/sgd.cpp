#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/check_options.hpp>
#include <ranktape/optim/sgd.hpp>

#include <utility>

namespace ranktape {
namespace {

std::vector<std::string> buffers(const SgdOptions& options) {
  return options.momentum == 0 ? std::vector<std::string>{} : std::vector<std::string>{"momentum"};
}

template <class Scalar>
void descend(std::span<Scalar> p, const Scalar* gradient, double learning_rate, double weight_decay) {
  const auto rate = static_cast<Scalar>(learning_rate);
  const auto decay = static_cast<Scalar>(weight_decay);
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] -= rate * (gradient[i] + decay * p[i]);
  }
}

template <class Scalar>
void descend_with_momentum(std::span<Scalar> p, const Scalar* gradient, Scalar* b, bool first, double learning_rate,
                           const SgdOptions& options) {
  const auto rate = static_cast<Scalar>(learning_rate);
  const auto decay = static_cast<Scalar>(options.weight_decay);
  const auto kept = static_cast<Scalar>(options.momentum);
  const auto added = static_cast<Scalar>(first ? 1 : 1 - options.dampening);
  // The step is b, or with Nesterov g + momentum * b.
  const auto from_gradient = static_cast<Scalar>(options.nesterov ? 1 : 0);
  const auto from_momentum = static_cast<Scalar>(options.nesterov ? options.momentum : 1);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Scalar g = gradient[i] + decay * p[i];
    b[i] = kept * b[i] + added * g;
    p[i] -= rate * (from_gradient * g + from_momentum * b[i]);
  }
}

}  // namespace

Sgd::Sgd(std::vector<Tensor> parameters, const SgdOptions& options, SourceLocation where)
    : Optimizer("Sgd", std::move(parameters), options.learning_rate, buffers(options), where), options_(options) {
  detail::check_fraction(where, "Sgd", "momentum", options.momentum);
  detail::check_fraction(where, "Sgd", "dampening", options.dampening);
  detail::check_not_negative(where, "Sgd", "weight_decay", options.weight_decay);
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0)) {
    detail::fail<NumericError>(where, "Sgd",
                               "nesterov with momentum {} and dampening {}; it wants momentum above 0 "
                               "and dampening 0",
                               options.momentum, options.dampening);
  }
}

void Sgd::update(Tensor& parameter, const Tensor& gradient, Slot& slot) {
  detail::dispatch(parameter.dtype(), [&]<class Scalar>() {
    const std::span<Scalar> values = parameter.mutable_values<Scalar>();
    if (slot.buffers.empty()) {
      descend(values, detail::data<Scalar>(gradient), learning_rate(), options_.weight_decay);
    } else {
      descend_with_momentum(values, detail::data<Scalar>(gradient), detail::data<Scalar>(slot.buffers[0]),
                            slot.steps == 1, learning_rate(), options_);
    }
  });
}

}  // namespace ranktape
