#pragma once

#include <ranktape/core/operation.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/rank/options.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <vector>

// Internal: where the gradients of relaxations are checked.
namespace ranktape::detail {

using RowsRelaxation = Tensor (*)(Operand values, const RelaxationOptions& options);
using GroupsRelaxation = Tensor (*)(Operand values, const Groups& groups, const RelaxationOptions& options);
using TemperedRows = Tensor (*)(Operand values, Operand temperature, const RelaxationOptions& options);
using TemperedGroups = Tensor (*)(Operand values, const Groups& groups, Operand temperature,
                                  const RelaxationOptions& options);

/// An empty list and one of a single value among them; at a temperature per item.
inline Groups ragged_groups() { return Groups::from_sizes({4, 0, 1, 4}); }
constexpr RelaxationOptions ragged_options = {.temperature = 4, .temperature_unit = StrengthUnit::per_item};

inline Tensor sample_of(const Shape& shape, Random& random) {
  return Tensor::randn(shape, random, {.dtype = DType::float64});
}

/// Rows, in both directions, from nearly hard to very soft.
inline std::vector<OperationExample> relaxation_examples(Random& random, RowsRelaxation rows) {
  std::vector<OperationExample> examples;
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    for (const double temperature : {0.2, 1.0, 10.0}) {
      const RelaxationOptions options = {temperature, direction, StrengthUnit::absolute};
      examples.push_back(
          {{sample_of({2, 6}, random)}, [rows, options](std::span<const Tensor> x) { return rows(x[0], options); }});
    }
  }
  return examples;
}

/// The same, and ragged lists.
inline std::vector<OperationExample> relaxation_examples(Random& random, RowsRelaxation rows, GroupsRelaxation groups) {
  std::vector<OperationExample> examples = relaxation_examples(random, rows);
  examples.push_back({{sample_of({9}, random)},
                      [groups](std::span<const Tensor> x) { return groups(x[0], ragged_groups(), ragged_options); }});
  return examples;
}

/// The same, differentiated by the temperature, too: one for each list, and one for all.
inline std::vector<OperationExample> relaxation_examples(Random& random, RowsRelaxation rows, GroupsRelaxation groups,
                                                         TemperedRows tempered_rows, TemperedGroups tempered_groups) {
  std::vector<OperationExample> examples = relaxation_examples(random, rows, groups);
  const Tensor temperatures = Tensor::from({0.3, 1, 2, 0.7}, {.dtype = DType::float64});
  examples.push_back({{sample_of({9}, random), temperatures}, [tempered_groups](std::span<const Tensor> x) {
                        return tempered_groups(x[0], ragged_groups(), x[1], ragged_options);
                      }});
  examples.push_back({{sample_of({2, 5}, random), number(0.4)},
                      [tempered_rows](std::span<const Tensor> x) { return tempered_rows(x[0], x[1], {}); }});
  return examples;
}

}  // namespace ranktape::detail
