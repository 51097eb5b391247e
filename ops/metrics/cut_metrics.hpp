#pragma once

#include <ranktape/ops/metrics/options.hpp>
#include <ranktape/ops/metrics/ranked_list.hpp>

#include <span>

// Internal: the metrics of one list that look at its first options.k places. NaN where the list is to be left out.
//
// Each is the mean over the orders of tied documents (linearity of expectation; sampling without replacement). Where
// the input breaks ties every run has one document, and the same formulas give the plain metric.
namespace ranktape::detail {

/// `discounts[i]` is 1 / log2(2 + i).
double discounted_gain(const RankedList& list, const MetricOptions& options, std::span<const double> discounts);
/// Jarvelin and Kekalainen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002. Needs sorted labels.
double normalised_discounted_gain(const RankedList& list, const MetricOptions& options,
                                  std::span<const double> discounts);
double average_precision(const RankedList& list, const MetricOptions& options);
double reciprocal_rank(const RankedList& list, const MetricOptions& options);
/// Chapelle et al., "Expected reciprocal rank for graded relevance", CIKM 2009, equation 4.
double expected_reciprocal_rank(const RankedList& list, const MetricOptions& options);
double precision(const RankedList& list, const MetricOptions& options);
double recall(const RankedList& list, const MetricOptions& options);
double hit_rate(const RankedList& list, const MetricOptions& options);

}  // namespace ranktape::detail
