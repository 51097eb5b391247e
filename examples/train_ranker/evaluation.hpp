#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace train_ranker {

/// The metrics that the program shows, of one model on one data set.
struct Evaluation {
  std::vector<double> values;  ///< in the order of metric_names()
  double ndcg_at_10 = 0;
  double spearman = 0;
  std::int64_t without_relevant = 0;  ///< queries left out of all but Spearman
  std::int64_t without_order = 0;     ///< queries left out of Spearman: constant labels or scores
};

std::vector<std::string> metric_names();

Evaluation evaluate(const ranktape::Tensor& scores, const ranktape::Dataset& data);

/// A table with a column per metric and a line per row, for the terminal.
struct TableRow {
  std::string name;
  std::vector<double> values;
  std::vector<double> deviations = {};  ///< over seeds; empty: a single run
};
void print_table(const std::vector<TableRow>& rows);

/// One line that says how many queries the metrics leave out, and why; nothing if none is.
void print_left_out(const Evaluation& evaluation, const ranktape::Dataset& data);

}  // namespace train_ranker
