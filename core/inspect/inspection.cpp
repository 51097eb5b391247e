#include <ranktape/core/inspect/inspection.hpp>
#include <ranktape/core/inspect/non_finite.hpp>
#include <ranktape/core/inspect/sample_records.hpp>
#include <ranktape/core/inspect/tape_view.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ranktape {

Inspection inspect(const Tape& tape, const Gradients& gradients, const TrainingHistory& history,
                   const InspectOptions& options) {
  Inspection inspection;
  inspection.records_in_all = std::ssize(tape.records());
  inspection.non_finite_value = detail::find_non_finite_value(tape);
  inspection.non_finite_gradient = detail::find_non_finite_gradient(tape, gradients);
  std::vector<std::int64_t> wanted;
  for (const auto& origin : {inspection.non_finite_value, inspection.non_finite_gradient}) {
    if (origin) {
      wanted.push_back(origin->record);
    }
  }
  constexpr std::int64_t fewest = 100;
  for (const std::int64_t record : detail::sample_records(tape, std::max(options.max_records, fewest), wanted)) {
    inspection.records.push_back(summarize(tape, record, gradients));
  }
  inspection.parameters = summarize_parameters(tape, gradients);
  inspection.has_intermediate_gradients = detail::has_gradients_of_records(tape, gradients);
  Rankings rankings = find_rankings(tape, gradients, options.lists);
  inspection.rankings = std::move(rankings.summaries);
  inspection.lists = std::move(rankings.lists);
  inspection.history = history;
  inspection.verdicts = find_verdicts(inspection);
  return inspection;
}

}  // namespace ranktape
