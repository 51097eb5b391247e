#pragma once

#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/inspect/record_summary.hpp>
#include <ranktape/core/inspect/training_history.hpp>
#include <ranktape/core/inspect/verdict.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace ranktape {

/// Where numbers went wrong. Of values that is the first record, in the order of the tape, whose output is not finite
/// while its inputs on the tape are; of gradients the first, in the order of backward, that got a finite gradient and
/// made one that is not. Which record spoilt a gradient is only known if the gradients between are
/// (backward({.keep_intermediate = true})); where several records add to one gradient, the last of them is named.
struct NonFiniteOrigin {
  std::int64_t record = 0;
  std::int64_t tensor = 0;   ///< whose value or gradient it is: number among Tape::tensors
  std::int64_t element = 0;  ///< of that value or gradient
  double value = 0;          ///< of that element
  /// The value of the record's input at that element, where they have one shape.
  std::optional<double> input = {};
  std::int64_t carriers = 0;  ///< other records that only pass on what came to them
  /// True if the record is innocent and passes on, too: a parameter (`tensor`) had that value already, or backward
  /// began with that gradient.
  bool given = false;
};

/// What a tape and its gradients show, as plain values: it outlives the tape.
struct Inspection {
  std::int64_t records_in_all = 0;
  std::vector<RecordSummary> records = {};        ///< in the order of the tape: all of them, or a sample
  std::vector<ParameterSummary> parameters = {};  ///< as the tape met them
  bool has_intermediate_gradients = false;
  std::optional<NonFiniteOrigin> non_finite_value = {};
  std::optional<NonFiniteOrigin> non_finite_gradient = {};
  std::vector<RankingSummary> rankings = {};
  std::vector<RankedList> lists = {};
  TrainingHistory history = {};
  std::vector<Verdict> verdicts = {};
};

struct InspectOptions {
  /// Of a longer tape: the first and the last records, where numbers went wrong, rankings and losses over lists,
  /// those that read parameters, and of the others every k-th. Not fewer than 100.
  std::int64_t max_records = 10'000;
  RankedListOptions lists = {};
};

/// Looks at everything that was recorded. Cost: about one pass over the values of the tape and their gradients, and a
/// sort of the lists shown; it reads tensors of the accelerator.
Inspection inspect(const Tape& tape, const Gradients& gradients, const TrainingHistory& history = {},
                   const InspectOptions& options = {});

}  // namespace ranktape
