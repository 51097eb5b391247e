#pragma once

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ranktape {

/// The numbers of a tensor at a glance, whatever its device. Sums run in double, in the order of the elements.
struct ValueSummary {
  double norm = 0;                     ///< Euclidean, of the finite elements
  double largest = 0;                  ///< magnitude of the finite elements
  std::int64_t zeros = 0;              ///< elements that are 0
  std::int64_t non_finite = 0;         ///< elements that are NaN or infinite
  std::int64_t first_non_finite = -1;  ///< the number of the first such element
  std::int64_t zero_columns = 0;       ///< of a matrix: columns (units of a layer) that are 0 in every row

  friend bool operator==(const ValueSummary&, const ValueSummary&) = default;
};
ValueSummary summarize(const Tensor& tensor);

/// Of an activation that is flat somewhere: how much of it is there, where next to no gradient passes.
struct UnitSummary {
  std::vector<double> limits = {};  ///< as RecordDetails::limits
  /// Elements at a limit: equal to the only one, or nearer to one of two than 0.25 % of their distance, where the
  /// derivative of tanh and of the sigmoid is below a hundredth of its greatest.
  std::int64_t at_limit = 0;
  std::int64_t stuck_columns = 0;  ///< of a matrix: columns (units of a layer) that are at a limit in every row
};

/// Where an input of a record comes from: a record before, a parameter, or a constant (both -1).
struct InputSummary {
  std::int64_t record = -1;
  std::int64_t tensor = -1;  ///< its number among Tape::tensors
  std::string name = {};     ///< given by Tensor::named; empty for none
};

/// One record as tables and reports show it.
struct RecordSummary {
  std::int64_t number = 0;  ///< its place in Tape::records
  std::string operation = {};
  std::string options = {};  ///< "regularization_strength=0.5, direction=descending"
  std::vector<InputSummary> inputs = {};
  std::string name = {};  ///< of the output; empty for none
  Shape shape = {};
  DType dtype = DType::float32;
  ValueSummary value = {};
  std::optional<ValueSummary> gradient = {};  ///< where one came
  std::optional<UnitSummary> units = {};      ///< of an activation that is flat somewhere
  SourceLocation where = {};
};

/// A parameter that the tape met.
struct ParameterSummary {
  std::int64_t tensor = 0;  ///< its number among Tape::tensors
  std::string name = {};
  Shape shape = {};
  ValueSummary value = {};
  std::optional<ValueSummary> gradient = {};
};

/// `gradients` may be of any backward on this tape; what they have of intermediate tensors is shown, too.
RecordSummary summarize(const Tape& tape, std::int64_t record, const Gradients& gradients);
std::vector<ParameterSummary> summarize_parameters(const Tape& tape, const Gradients& gradients);

}  // namespace ranktape
