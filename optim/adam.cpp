#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/check_options.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ranktape {
namespace {

std::vector<std::string> buffers(const AdamOptions& options) {
  std::vector<std::string> names = {"first_moment", "second_moment"};
  if (options.amsgrad) {
    names.emplace_back("largest_second_moment");
  }
  return names;
}

// The coefficients of one step.
template <class Scalar>
struct Coefficients {
  Coefficients(const AdamOptions& options, double learning_rate, std::int64_t step) {
    const auto t = static_cast<double>(step);
    const double decay = options.decoupled_weight_decay ? learning_rate * options.weight_decay : 0;
    kept = static_cast<Scalar>(1 - decay);
    coupled_decay = static_cast<Scalar>(options.decoupled_weight_decay ? 0 : options.weight_decay);
    new_first = static_cast<Scalar>(1 - options.beta1);
    old_second = static_cast<Scalar>(options.beta2);
    new_second = static_cast<Scalar>(1 - options.beta2);
    root_correction = static_cast<Scalar>(std::sqrt(1 - std::pow(options.beta2, t)));
    step_size = static_cast<Scalar>(learning_rate / (1 - std::pow(options.beta1, t)));
    epsilon = static_cast<Scalar>(options.epsilon);
  }

  Scalar kept, coupled_decay, new_first, old_second, new_second, root_correction, step_size, epsilon;
};

template <bool Amsgrad, class Scalar>
void descend(std::span<Scalar> p, const Scalar* gradient, Scalar* m, Scalar* v, Scalar* largest,
             const Coefficients<Scalar>& c) {
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Scalar value = p[i] * c.kept;
    const Scalar g = gradient[i] + c.coupled_decay * value;
    m[i] += c.new_first * (g - m[i]);
    v[i] = c.old_second * v[i] + c.new_second * g * g;
    Scalar square = v[i];
    if constexpr (Amsgrad) {
      square = largest[i] = std::max(largest[i], square);
    }
    p[i] = value - c.step_size * (m[i] / (std::sqrt(square) / c.root_correction + c.epsilon));
  }
}

}  // namespace

Adam::Adam(std::vector<Tensor> parameters, const AdamOptions& options, SourceLocation where)
    : Optimizer("Adam", std::move(parameters), options.learning_rate, buffers(options), where), options_(options) {
  detail::check_fraction(where, "Adam", "beta1", options.beta1);
  detail::check_fraction(where, "Adam", "beta2", options.beta2);
  detail::check_positive(where, "Adam", "epsilon", options.epsilon);
  detail::check_not_negative(where, "Adam", "weight_decay", options.weight_decay);
}

void Adam::update(Tensor& parameter, const Tensor& gradient, Slot& slot) {
  detail::dispatch(parameter.dtype(), [&]<class Scalar>() {
    const Coefficients<Scalar> coefficients(options_, learning_rate(), slot.steps);
    const std::span<Scalar> values = parameter.mutable_values<Scalar>();
    const auto* g = detail::data<Scalar>(gradient);
    auto* m = detail::data<Scalar>(slot.buffers[0]);
    auto* v = detail::data<Scalar>(slot.buffers[1]);
    if (options_.amsgrad) {
      descend<true, Scalar>(values, g, m, v, detail::data<Scalar>(slot.buffers[2]), coefficients);
    } else {
      descend<false, Scalar>(values, g, m, v, nullptr, coefficients);
    }
  });
}

}  // namespace ranktape
