#pragma once

#include <string>
#include <vector>

namespace train_ranker {

/// One line of a table: a number for each column, and what it deviates by over seeds, folds or queries, if known.
struct ResultsRow {
  std::string name;
  std::vector<double> values;
  std::vector<double> deviations = {};
};

/// The mean of these rows, and their standard deviation if there are several.
ResultsRow summary_of(const std::string& name, const std::vector<std::vector<double>>& runs);

/// A table for the terminal.
void print_results(const std::vector<std::string>& columns, const std::vector<ResultsRow>& rows);

}  // namespace train_ranker
