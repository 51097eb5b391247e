#include "results_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace train_ranker {

ResultsRow summary_of(const std::string& name, const std::vector<std::vector<double>>& runs) {
  ResultsRow row{name, {}, {}};
  const auto count = static_cast<double>(runs.size());
  for (std::size_t column = 0; column < runs.front().size(); ++column) {
    double sum = 0;
    for (const std::vector<double>& run : runs) {
      sum += run[column];
    }
    double squares = 0;
    for (const std::vector<double>& run : runs) {
      squares += (run[column] - sum / count) * (run[column] - sum / count);
    }
    row.values.push_back(sum / count);
    if (count > 1) {
      row.deviations.push_back(std::sqrt(squares / (count - 1)));
    }
  }
  return row;
}

void print_results(const std::vector<std::string>& columns, const std::vector<ResultsRow>& rows) {
  std::size_t widest = 0;
  bool deviations = false;
  for (const ResultsRow& row : rows) {
    widest = std::max(widest, row.name.size());
    deviations = deviations || !row.deviations.empty();
  }
  const int cell = deviations ? 15 : 10;
  fmt::print("  {:<{}}", "", widest);
  for (const std::string& name : columns) {
    fmt::print("{:>{}}", name, cell);
  }
  fmt::print("\n");
  for (const ResultsRow& row : rows) {
    fmt::print("  {:<{}}", row.name, widest);
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      const std::string text = row.deviations.empty()
                                   ? fmt::format("{:.4f}", row.values[i])
                                   : fmt::format("{:.3f} +- {:.3f}", row.values[i], row.deviations[i]);
      fmt::print("{:>{}}", text, cell);
    }
    fmt::print("\n");
  }
}

}  // namespace train_ranker
