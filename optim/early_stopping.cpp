#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/optim/early_stopping.hpp>
#include <ranktape/optim/parameter_values.hpp>

#include <cmath>
#include <string>
#include <utility>

namespace ranktape {
namespace {

constexpr TensorOptions float64_constant = {.dtype = DType::float64};

}  // namespace

EarlyStopping::EarlyStopping(std::vector<Tensor> parameters, const EarlyStoppingOptions& options, SourceLocation where)
    : parameters_(std::move(parameters)), options_(options) {
  if (options.patience < 0 || !(options.minimum_improvement >= 0)) {
    detail::fail<NumericError>(where, "EarlyStopping",
                               "a patience of {} epochs and an improvement of at least {}; neither may be negative",
                               options.patience, options.minimum_improvement);
  }
}

bool EarlyStopping::observe(int epoch, double value) {
  last_epoch_ = epoch;
  const double improvement = options_.larger_is_better ? value - best_value_ : best_value_ - value;
  const bool first = best_epoch_ == 0 && !std::isnan(value);
  if (first || (improvement > 0 && improvement >= options_.minimum_improvement)) {
    best_epoch_ = epoch;
    best_value_ = value;
    best_.clear();
    for (const Tensor& parameter : parameters_) {
      best_.push_back(parameter.detach().clone());
    }
  }
  return options_.patience == 0 || epoch - best_epoch_ < options_.patience;
}

void EarlyStopping::restore_best() { detail::assign(parameters_, best_); }

SafetensorsFile EarlyStopping::state() const {
  SafetensorsFile state;
  for (std::size_t i = 0; i < best_.size(); ++i) {
    state.tensors.push_back({std::string(parameters_[i].name()), best_[i].to(Device::cpu)});
  }
  state.tensors.push_back(
      {"epochs", Tensor::from({static_cast<double>(best_epoch_), static_cast<double>(last_epoch_)}, float64_constant)});
  // A best value of NaN is none, and no file of finite numbers holds it.
  state.tensors.push_back(
      {"best_value", Tensor::from({std::isnan(best_value_) ? 0.0 : best_value_}, float64_constant)});
  return state;
}

void EarlyStopping::restore(const SafetensorsFile& state) {
  const std::vector<double> epochs = state.at("epochs").to_vector<double>();
  const std::vector<double> value = state.at("best_value").to_vector<double>();
  if (epochs.size() != 2 || value.size() != 1) {
    detail::fail_in_file(state.source, "'epochs' and 'best_value' have {} and {} numbers, not 2 and 1", epochs.size(),
                         value.size());
  }
  std::vector<Tensor> best;
  if (epochs[0] > 0) {
    best = detail::values_of(parameters_, state, "");
  }
  best_ = std::move(best);
  best_epoch_ = static_cast<int>(epochs[0]);
  last_epoch_ = static_cast<int>(epochs[1]);
  best_value_ = best_epoch_ == 0 ? std::numeric_limits<double>::quiet_NaN() : value[0];
}

}  // namespace ranktape
