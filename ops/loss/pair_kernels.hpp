#pragma once

#include <ranktape/ops/loss/pair_formulas.hpp>

// Internal: losses over pairs on the accelerator, one call per document: what it adds up from its row and from the rows
// that it is in.
namespace ranktape::detail::kernels {

/// Scores and weights of the documents in the order of the pairs.
template <class Scalar>
struct GatherPairs {
  const std::uint32_t* order;
  ListOffsets lists;
  const Scalar* scores;
  WeightsView<Scalar> weights;
  double* to_scores;
  double* to_weights;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t from = lists.begin(lists.list_of(i)) + order[i];
    to_scores[i] = static_cast<double>(scores[from]);
    to_weights[i] = weights[from];
  }
};

template <class Pairs>
struct PairRows {
  Pairs pairs;  ///< of all lists
  ListOffsets lists;
  PairSums* sums;
  double* slopes;
  constexpr void operator()(std::int64_t document) const {
    const std::int64_t list = lists.list_of(document);
    const std::int64_t begin = lists.begin(list);
    const Pairs own = pairs.at(begin, lists.size(list));
    const std::int64_t i = document - begin;
    PairSums sum = own.own(i);
    double slope = 0;
    const auto row = own.row(i, StandardMath{});
    const std::int64_t end = own.end(i);
    for (std::int64_t j = own.first(i); j < end; ++j) {
      const PairTerm term = row(j);
      sum += {term.loss, term.weight, std::abs(term.slope)};
      slope += term.slope;
    }
    const std::int64_t rows = own.rows_before(i);
    for (std::int64_t j = 0; j < rows; ++j) {
      slope -= own.row(j, StandardMath{})(i).slope;
    }
    sums[document] = sum;
    slopes[document] = slope;
  }
};

/// Of each list; `labels` are in order.
struct PairLists {
  const PairSums* sums;
  const double* labels;
  ListOffsets lists;
  PairReduction reduction;
  TermsOfList* found;
  ListLoss* losses;
  constexpr void operator()(std::int64_t list) const {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    const bool informative = n > 1 && labels[begin] != labels[begin + n - 1];
    found[list] = reduce_pairs(sums[list], informative, reduction);
    losses[list] = found[list].list;
  }
};

struct PairDerivative {
  const double* slopes;
  const std::uint32_t* order;
  ListOffsets lists;
  const TermsOfList* found;
  double* derivative;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    derivative[lists.begin(list) + order[i]] = found[list].scale * slopes[i];
  }
};

}  // namespace ranktape::detail::kernels
