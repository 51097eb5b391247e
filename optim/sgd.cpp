#include <ranktape/core/backend.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/check_options.hpp>
#include <ranktape/optim/sgd.hpp>
#include <ranktape/optim/sgd_kernel.hpp>

#include <utility>

namespace ranktape {
namespace {

std::vector<std::string> buffers(const SgdOptions& options) {
  return options.momentum == 0 ? std::vector<std::string>{} : std::vector<std::string>{"momentum"};
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
  constexpr double nanoseconds_each = 0.5;
  const bool with_momentum = !slot.buffers.empty();
  const double momentum = options_.momentum;
  detail::dispatch(parameter.dtype(), [&]<class Scalar>() {
    detail::for_each_index(
        parameter.device(), parameter.size(), nanoseconds_each,
        detail::SgdElement<Scalar>{.parameter = detail::written<Scalar>(parameter),
                                   .gradient = detail::data<Scalar>(gradient),
                                   .momentum = with_momentum ? detail::data<Scalar>(slot.buffers[0]) : nullptr,
                                   .learning_rate = static_cast<Scalar>(learning_rate()),
                                   .weight_decay = static_cast<Scalar>(options_.weight_decay),
                                   .kept = static_cast<Scalar>(momentum),
                                   .added = static_cast<Scalar>(slot.steps == 1 ? 1 : 1 - options_.dampening),
                                   .from_gradient = static_cast<Scalar>(options_.nesterov ? 1 : 0),
                                   .from_momentum = static_cast<Scalar>(options_.nesterov ? momentum : 1)});
  });
}

}  // namespace ranktape
