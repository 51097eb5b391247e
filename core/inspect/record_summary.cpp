#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/record_summary.hpp>
#include <ranktape/core/inspect/tape_view.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace ranktape {
namespace {

/// Of values row by row: columns in which `holds` for every row.
template <class Scalar, class Holds>
std::int64_t count_columns(std::span<const Scalar> values, std::int64_t columns, Holds holds) {
  std::vector<char> throughout(static_cast<std::size_t>(columns), 1);
  for (std::size_t begin = 0; begin < values.size(); begin += throughout.size()) {
    for (std::size_t column = 0; column < throughout.size(); ++column) {
      throughout[column] &= static_cast<char>(holds(values[begin + column]));
    }
  }
  return std::ranges::count(throughout, 1);
}

template <class Scalar>
ValueSummary summarize_values(std::span<const Scalar> values, const Shape& shape) {
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
  // Fewer zeros than rows fill no column: most matrices need no second pass.
  if (shape.rank() == 2 && !values.empty() && summary.zeros >= shape[0]) {
    summary.zero_columns = count_columns(values, shape[1], [](Scalar value) { return value == 0; });
  }
  return summary;
}

template <class Scalar>
UnitSummary summarize_units(std::span<const Scalar> values, const Shape& shape, const std::vector<double>& limits) {
  const double margin = limits.size() == 1 ? 0 : 0.0025 * (limits.back() - limits.front());
  const auto is_at_limit = [&](Scalar value) {
    return std::ranges::any_of(limits, [&](double limit) { return std::abs(value - limit) <= margin; });
  };
  UnitSummary units = {.limits = limits, .at_limit = std::ranges::count_if(values, is_at_limit)};
  if (shape.rank() == 2 && !values.empty() && units.at_limit >= shape[0]) {
    units.stuck_columns = count_columns(values, shape[1], is_at_limit);
  }
  return units;
}

/// Calls `function` with the elements, as they lie or, from another device, copied.
template <class Function>
auto with_values(const Tensor& tensor, Function&& function) {
  return detail::dispatch(tensor.dtype(), [&]<class Scalar>() {
    if (tensor.device() == Device::cpu) {
      return function(tensor.values<Scalar>());
    }
    const std::vector<Scalar> values = tensor.to_vector<Scalar>();
    return function(std::span<const Scalar>(values));
  });
}

InputSummary summarize_input(const Tape& tape, std::uint32_t number) {
  if (number == Tape::constant) {
    return {};
  }
  return {
      .record = detail::maker_of(tape, number), .tensor = number, .name = std::string(tape.tensors()[number].name())};
}

}  // namespace

ValueSummary summarize(const Tensor& tensor) {
  return with_values(tensor, [&](auto values) { return summarize_values(values, tensor.shape()); });
}

RecordSummary summarize(const Tape& tape, std::int64_t record, const Gradients& gradients) {
  const Record& of = tape.records()[static_cast<std::size_t>(record)];
  return detail::summarize_record(tape, record, gradients.find(tape.tensors()[of.output]));
}

std::vector<ParameterSummary> summarize_parameters(const Tape& tape, const Gradients& gradients) {
  std::vector<ParameterSummary> parameters;
  for (std::size_t number = 0; number < tape.tensors().size(); ++number) {
    const Tensor& tensor = tape.tensors()[number];
    if (!tensor.node()->parameter) {
      continue;
    }
    const Tensor* gradient = gradients.find(tensor);
    parameters.push_back({.tensor = static_cast<std::int64_t>(number),
                          .name = std::string(tensor.name()),
                          .shape = tensor.shape(),
                          .value = summarize(tensor),
                          .gradient = gradient != nullptr ? std::optional(summarize(*gradient)) : std::nullopt});
  }
  return parameters;
}

namespace detail {

std::int64_t maker_of(const Tape& tape, std::uint32_t tensor) {
  // Records are in the order of their outputs' numbers.
  const auto maker = std::ranges::lower_bound(tape.records(), tensor, {}, &Record::output);
  return maker != tape.records().end() && maker->output == tensor ? maker - tape.records().begin() : -1;
}

std::vector<std::int64_t> makers_of(const Tape& tape) {
  std::vector<std::int64_t> makers(tape.tensors().size(), -1);
  for (const Record& record : tape.records()) {
    makers[record.output] = &record - tape.records().data();
  }
  return makers;
}

const Tensor* kept_gradient(const Tape& tape, std::uint32_t tensor) {
  return tensor < tape.gradients().size() && tape.gradients()[tensor].defined() ? &tape.gradients()[tensor] : nullptr;
}

RecordSummary summarize_record(const Tape& tape, std::int64_t record, const Tensor* gradient) {
  const Record& of = tape.records()[static_cast<std::size_t>(record)];
  const Tensor& output = tape.tensors()[of.output];
  RecordSummary summary = {.number = record, .operation = of.operation->name()};
  const RecordDetails details = tape.details(of);
  summary.options = to_string(details.options);
  for (const std::uint32_t number : tape.inputs(of)) {
    summary.inputs.push_back(summarize_input(tape, number));
  }
  summary.name = output.name();
  summary.shape = output.shape();
  summary.dtype = output.dtype();
  summary.value = summarize(output);
  if (gradient != nullptr) {
    summary.gradient = summarize(*gradient);
  }
  if (!details.limits.empty()) {
    summary.units =
        with_values(output, [&](auto values) { return summarize_units(values, output.shape(), details.limits); });
  }
  summary.where = of.where;
  return summary;
}

std::string operation_with_options(const std::string& operation, const std::string& options) {
  return options.empty() ? operation : operation + "(" + options + ")";
}

std::string name_and_shape(const std::string& name, const Shape& shape) {
  return (name.empty() ? "" : "'" + name + "' ") + to_string(shape);
}

std::string file_name(const SourceLocation& where) {
  const std::string file = where.file;
  return file.substr(file.find_last_of("/\\") + 1);
}

}  // namespace detail
}  // namespace ranktape
