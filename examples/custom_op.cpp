// An operation of your own: checked against differences, trained with, and seen by name in the tape's table and graph.
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/fmt.hpp>
#include <ranktape/core/inspect/graph.hpp>
#include <ranktape/ranktape.hpp>

#include <algorithm>

using namespace ranktape;

/// "This document was clicked, that one above it was not."
struct Preference {
  std::size_t better;
  std::size_t worse;
};

/// The mean over preferences of max(0, margin - (s_better - s_worse))^2. It keeps what backward needs, and nothing
/// else.
struct PreferenceLoss {
  Saved scores;
  std::vector<Preference> preferences;
  double margin;

  /// How much each preference lacks of its margin.
  std::vector<double> shortfalls() const {
    const std::vector<double> s = scores.tensor().to_vector<double>();  // on whichever device they are
    std::vector<double> result;
    for (const auto [better, worse] : preferences) {
      result.push_back(std::max(0.0, margin - (s.at(better) - s.at(worse))));
    }
    return result;
  }

  Tensor forward() const {
    double sum = 0;
    for (const double shortfall : shortfalls()) {
      sum += shortfall * shortfall;
    }
    const Tensor& s = scores.tensor();
    return Tensor::scalar(sum / static_cast<double>(preferences.size()), {.dtype = s.dtype(), .device = s.device()});
  }

  /// Backward: the gradient of the loss comes in, that of the scores is added.
  void operator()(BackwardPass& pass) const {
    const Tensor& s = scores.tensor();
    const double factor = 2 * pass.gradient().item() / static_cast<double>(preferences.size());
    const std::vector<double> shortfall = shortfalls();
    std::vector<double> gradient(static_cast<std::size_t>(s.size()), 0.0);
    for (std::size_t i = 0; i < preferences.size(); ++i) {
      gradient[preferences[i].better] -= factor * shortfall[i];
      gradient[preferences[i].worse] += factor * shortfall[i];
    }
    pass.add(0, Tensor::from(gradient, s.shape(), {.dtype = s.dtype(), .device = s.device()}));
  }

  /// What tables, graphs and reports show beside the name. Called only when somebody looks.
  void describe(RecordDetails& details) const {
    details.options = {{"preferences", std::to_string(preferences.size())}, {"margin", fmt::format("{}", margin)}};
  }
};

Tensor preference_loss(Operand scores, const std::vector<Preference>& preferences, double margin = 1);

/// The name, and where the gradient is to be checked: here beyond the margin, within it, and twice on one document.
const Operation preference_operation("preference_loss", [](Random&) -> std::vector<OperationExample> {
  const Tensor scores = Tensor::from({0.5, -1, 2, 0.25}, {.dtype = float64});
  return {{{scores}, [](std::span<const Tensor> x) { return preference_loss(x[0], {{0, 1}, {1, 2}, {0, 3}}); }}};
});

Tensor preference_loss(Operand scores, const std::vector<Preference>& preferences, double margin) {
  PreferenceLoss operation{Saved(scores), preferences, margin};
  const Tensor loss = operation.forward();
  if (Recorder recorder{preference_operation, {scores}}) {  // false where nothing records
    recorder.record(loss, std::move(operation));
  }
  return loss;
}

int main() {
  Random random(1);
  for (const OperationExample& example : preference_operation.examples(random)) {
    const GradcheckReport report = gradcheck(example.function, example.inputs, example.options);
    fmt::print("gradient checked: largest error {:.0e}{}\n", report.largest_error, report.message);
    if (!report.passed) {
      return 1;
    }
  }

  const Tensor features = Tensor::randn(Shape{6, 3}, random);
  const std::vector<Preference> clicks = {{3, 0}, {3, 1}, {5, 4}, {2, 4}};
  const Mlp model({3, 8, 1}, random);
  Adam optimizer(model.parameters(), {.learning_rate = 0.02});
  for (int step = 0; step <= 20; ++step) {
    Tape tape;
    const Tensor scores = model(features).named("scores");
    const Tensor loss = preference_loss(scores, clicks);
    optimizer.step(loss.backward({.keep_intermediate = true}));
    if (step % 10 == 0) {
      fmt::print("step {:2}: loss {:.3f}\n", step, loss.item());
    }
    if (step == 20) {
      fmt::print("\n{}\n{}", tape, to_mermaid(tape));
    }
  }
}
