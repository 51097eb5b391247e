#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/record_summary.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace ranktape {
namespace {

template <class Scalar>
ValueSummary summarize_values(std::span<const Scalar> values) {
  ValueSummary summary;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    if (!std::isfinite(value)) {
      summary.first_non_finite = summary.non_finite == 0 ? static_cast<std::int64_t>(i) : summary.first_non_finite;
      ++summary.non_finite;
      continue;
    }
    squares += value * value;
    summary.largest = std::max(summary.largest, std::abs(value));
    summary.zeros += value == 0 ? 1 : 0;
  }
  summary.norm = std::sqrt(squares);
  return summary;
}

}  // namespace

ValueSummary summarize(const Tensor& tensor) {
  const std::vector<double> values = tensor.to_vector<double>();
  return summarize_values(std::span(values));
}

RecordSummary summarize(const Tape& tape, std::int64_t record, const Gradients& gradients) {
  const Record& of = tape.records()[static_cast<std::size_t>(record)];
  const Tensor& output = tape.tensors()[of.output];
  RecordSummary summary = {.number = record, .operation = of.operation->name()};
  summary.options = to_string(tape.details(of).options);
  summary.name = output.name();
  summary.shape = output.shape();
  summary.dtype = output.dtype();
  summary.value = summarize(output);
  summary.where = of.where;
  if (const Tensor* gradient = gradients.find(output)) {
    summary.gradient = summarize(*gradient);
  }
  for (const std::uint32_t number : tape.inputs(of)) {
    InputSummary input;
    if (number != Tape::constant) {
      input.tensor = number;
      input.name = tape.tensors()[number].name();
      // Records are in the order of their outputs' numbers.
      const auto maker = std::ranges::lower_bound(tape.records(), number, {}, &Record::output);
      if (maker != tape.records().end() && maker->output == number) {
        input.record = maker - tape.records().begin();
      }
    }
    summary.inputs.push_back(input);
  }
  return summary;
}

std::vector<ParameterSummary> summarize_parameters(const Tape&, const Gradients&) { return {}; }

}  // namespace ranktape
