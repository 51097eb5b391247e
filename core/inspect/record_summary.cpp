#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/maker.hpp>
#include <ranktape/core/inspect/record_summary.hpp>
#include <ranktape/core/inspect/tape_view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <span>

namespace ranktape {
namespace {

/// Of values row by row: columns in which `holds` for every row. Most fail after a few rows and are not looked at
/// again.
template <class Scalar, class Holds>
std::int64_t count_columns(std::span<const Scalar> values, std::int64_t columns, Holds holds) {
  std::vector<std::size_t> remaining(static_cast<std::size_t>(columns));
  std::iota(remaining.begin(), remaining.end(), std::size_t{0});
  for (std::size_t row = 0; row < values.size() && !remaining.empty(); row += static_cast<std::size_t>(columns)) {
    std::erase_if(remaining, [&](std::size_t column) { return !holds(values[row + column]); });
  }
  return std::ssize(remaining);
}

/// What is summed up over the elements, in eight lanes that a compiler makes vectors of: element i goes to lane i mod
/// 8, so that the order is the same everywhere. Counts are doubles, for lanes of one width.
class Lanes {
 public:
  template <class Scalar>
  void add(std::span<const Scalar> values) {
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        add(lane, static_cast<double>(values[i + lane]));
      }
    }
    for (; i < values.size(); ++i) {
      add(i % lanes, static_cast<double>(values[i]));
    }
  }
  [[nodiscard]] double squares() const { return std::accumulate(squares_.begin(), squares_.end(), 0.0); }
  [[nodiscard]] double largest() const { return std::ranges::max(largest_); }
  [[nodiscard]] std::int64_t zeros() const { return total(zeros_); }
  [[nodiscard]] std::int64_t finite() const { return total(finite_); }

 private:
  static constexpr std::size_t lanes = 8;
  using Lane = std::array<double, lanes>;

  void add(std::size_t lane, double value) {
    const double magnitude = std::abs(value);
    const bool is_finite = magnitude <= std::numeric_limits<double>::max();
    const double kept = is_finite ? magnitude : 0;
    squares_[lane] += kept * kept;
    largest_[lane] = largest_[lane] > kept ? largest_[lane] : kept;
    zeros_[lane] += magnitude == 0 ? 1 : 0;
    finite_[lane] += is_finite ? 1 : 0;
  }
  [[nodiscard]] static std::int64_t total(const Lane& counts) {
    return static_cast<std::int64_t>(std::accumulate(counts.begin(), counts.end(), 0.0));
  }

  Lane squares_ = {};
  Lane largest_ = {};
  Lane zeros_ = {};
  Lane finite_ = {};
};

template <class Scalar>
ValueSummary summarize_values(std::span<const Scalar> values, const Shape& shape) {
  Lanes lanes;
  lanes.add(values);
  ValueSummary summary = {.norm = std::sqrt(lanes.squares()), .largest = lanes.largest(), .zeros = lanes.zeros()};
  summary.non_finite = std::ssize(values) - lanes.finite();
  if (summary.non_finite > 0) {
    summary.first_non_finite =
        std::ranges::find_if(values, [](Scalar value) { return !std::isfinite(value); }) - values.begin();
  }
  // Fewer zeros than rows fill no column: most matrices need no second pass.
  if (shape.rank() == 2 && !values.empty() && summary.zeros >= shape[0]) {
    summary.zero_columns = count_columns(values, shape[1], [](Scalar value) { return value == 0; });
  }
  return summary;
}

template <class Scalar>
UnitSummary summarize_units(std::span<const Scalar> values, const Shape& shape, const std::vector<double>& limits) {
  const double low = limits.front();
  const double high = limits.back();
  const double margin = 0.0025 * (high - low);
  const auto is_at_limit = [=](Scalar value) {
    return std::min(std::abs(value - low), std::abs(value - high)) <= margin;
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

// From the end, where the loss is: the first look finds its gradient.
bool has_gradients_of_records(const Tape& tape, const Gradients& gradients) {
  const auto records = tape.records();
  return std::any_of(records.rbegin(), records.rend(),
                     [&](const Record& record) { return gradients.contains(tape.tensors()[record.output]); });
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
