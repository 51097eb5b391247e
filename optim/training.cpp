#include <ranktape/optim/trainer.hpp>
#include <ranktape/optim/training.hpp>

namespace ranktape {

std::vector<EpochReport> train(const Mlp& model, const Dataset& data, const TrainingOptions& options,
                               SourceLocation where) {
  Trainer trainer(model, data, options, where);
  std::vector<EpochReport> reports;
  while (!trainer.finished()) {
    if (trainer.step()) {
      reports.push_back(trainer.report());
      if (options.after_epoch && !options.after_epoch(reports.back())) {
        break;
      }
    }
  }
  return reports;
}

}  // namespace ranktape
