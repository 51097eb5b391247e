#include <ranktape/core/inspect/inspection.hpp>

#include <utility>

namespace ranktape {

Inspection inspect(const Tape& tape, const Gradients& gradients, const TrainingHistory& history,
                   const InspectOptions& options) {
  Inspection inspection;
  inspection.records_in_all = std::ssize(tape.records());
  for (std::int64_t record = 0; record < inspection.records_in_all; ++record) {
    inspection.records.push_back(summarize(tape, record, gradients));
  }
  inspection.parameters = summarize_parameters(tape, gradients);
  Rankings rankings = find_rankings(tape, gradients, options.lists);
  inspection.rankings = std::move(rankings.summaries);
  inspection.lists = std::move(rankings.lists);
  inspection.history = history;
  inspection.verdicts = find_verdicts(inspection);
  return inspection;
}

}  // namespace ranktape
