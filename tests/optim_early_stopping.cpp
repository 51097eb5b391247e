#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/optim/early_stopping.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Model {
  Tensor weight = Tensor({0.F, 0.F}).named("weight");
  void set(float value) { std::ranges::fill(weight.mutable_values<float>(), value); }
  [[nodiscard]] std::vector<float> values() const { return weight.to_vector<float>(); }
};

// Observes the values as epochs 1, 2, ... with the epoch's number for a weight, until told to stop.
int observe_all(EarlyStopping& stopping, Model& model, const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int epoch = static_cast<int>(i) + 1;
    model.set(static_cast<float>(epoch));
    if (!stopping.observe(epoch, values[i])) {
      return epoch;
    }
  }
  return 0;
}

}  // namespace

TEST_CASE("early stopping: the first best epoch comes back, after so many that are no better") {
  Model model;
  EarlyStopping stopping({model.weight}, {.patience = 2});
  CHECK(observe_all(stopping, model, {0.1, 0.4, 0.4, not_a_number, 0.9}) == 4);
  CHECK(stopping.best_epoch() == 2);
  CHECK(stopping.best_value() == 0.4);
  CHECK_FALSE(stopping.improved());
  stopping.restore_best();
  CHECK(model.values() == std::vector<float>{2, 2});
}

TEST_CASE("early stopping: smaller is better, a least improvement, and no patience") {
  Model model;
  EarlyStopping smaller({model.weight}, {.larger_is_better = false});
  CHECK(observe_all(smaller, model, {not_a_number, 5, 3, 4, 1, 2, 2, 2, 2, 2}) == 0);
  CHECK(smaller.best_epoch() == 5);
  EarlyStopping least({model.weight}, {.patience = 2, .minimum_improvement = 0.5});
  CHECK(observe_all(least, model, {1, 1.4, 1.5, 1.6, 1.7, 9}) == 5);
  CHECK(least.best_epoch() == 3);
}

TEST_CASE("early stopping: with nothing observed the parameters stay") {
  Model model;
  EarlyStopping stopping({model.weight});
  model.set(7);
  stopping.restore_best();
  CHECK(stopping.best_epoch() == 0);
  CHECK(std::isnan(stopping.best_value()));
  CHECK(model.values() == std::vector<float>{7, 7});
}

TEST_CASE("early stopping: goes on from its state") {
  const std::vector<double> values = {0.2, 0.5, 0.3, 0.4, 0.1};
  for (std::size_t before = 0; before <= 4; ++before) {
    Model model;
    EarlyStopping first({model.weight}, {.patience = 3});
    observe_all(first, model, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(before)});
    EarlyStopping second({model.weight}, {.patience = 3});
    second.restore(parse_safetensors(format_safetensors(first.state()), "state"));
    bool more = true;
    for (std::size_t i = before; i < values.size(); ++i) {
      model.set(static_cast<float>(i + 1));
      more = second.observe(static_cast<int>(i) + 1, values[i]);
    }
    CHECK_FALSE(more);
    CHECK(second.best_epoch() == 2);
    CHECK(second.best_value() == 0.5);
    second.restore_best();
    CHECK(model.values() == std::vector<float>{2, 2});
  }
}

TEST_CASE("early stopping: error texts") {
  Model model;
  CHECK(error_text<NumericError>([&] { EarlyStopping({model.weight}, {.patience = -1}); }) ==
        "EarlyStopping: a patience of -1 epochs and an improvement of at least 0; neither may be negative");
  EarlyStopping stopping({model.weight});
  observe_all(stopping, model, {1});
  EarlyStopping other({Tensor({1.F}).named("weight")});
  CHECK(error_text<FormatError>([&] { other.restore(parse_safetensors(format_safetensors(stopping.state()), "s")); },
                                false) == "s: parameter 'weight' is [2] float32, and of this model [1] float32");
}
