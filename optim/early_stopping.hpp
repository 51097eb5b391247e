#pragma once

#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/source_location.hpp>
#include <ranktape/core/tensor.hpp>

#include <limits>
#include <vector>

namespace ranktape {

struct EarlyStoppingOptions {
  int patience = 0;  ///< epochs without a new best after which the training ends; 0: it never does
  bool larger_is_better = true;
  double minimum_improvement = 0;  ///< what a new best must be better by
};

/// Remembers the parameters of the epoch that was best by a number measured on validation data, and says when to stop.
///
///     EarlyStopping stopping(model.parameters(), {.patience = 10});
///     while (!trainer.finished()) {
///       if (trainer.step() && !stopping.observe(trainer.report().epoch, ndcg_on_validation_data())) { break; }
///     }
///     stopping.restore_best();
class EarlyStopping {
 public:
  /// Throws NumericError for a negative patience or improvement.
  explicit EarlyStopping(std::vector<Tensor> parameters, const EarlyStoppingOptions& options = {},
                         SourceLocation where = SourceLocation::current());

  /// To be told of every epoch. The first value is the best so far, ties are no improvement, and NaN never is. Copies
  /// the parameters at a new best. Returns whether to go on.
  bool observe(int epoch, double value);
  /// Puts the best epoch's parameters back; without one they stay as they are.
  void restore_best();

  [[nodiscard]] int best_epoch() const { return best_epoch_; }  ///< 0: none yet
  [[nodiscard]] double best_value() const { return best_value_; }
  [[nodiscard]] bool improved() const { return best_epoch_ == last_epoch_ && best_epoch_ > 0; }  ///< at the last one

  /// What has been observed, and the best parameters; fit for save_safetensors, and to go on from. Throws FormatError
  /// for the state of another model; nothing changes then.
  [[nodiscard]] SafetensorsFile state() const;
  void restore(const SafetensorsFile& state);

 private:
  std::vector<Tensor> parameters_;
  EarlyStoppingOptions options_;
  std::vector<Tensor> best_;
  int best_epoch_ = 0;
  int last_epoch_ = 0;
  double best_value_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace ranktape
