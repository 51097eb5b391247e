#pragma once

#include <ranktape/core/source_location.hpp>

#include <cstdint>
#include <span>

// How far a mean over lists can be trusted: the lists are taken for a sample of those there might be. The values are
// those of Metric::per_list; NaN (a list left out) is skipped.
namespace ranktape {

struct Interval {
  double low = 0;
  double high = 0;
};

struct ResamplingOptions {
  std::int64_t resamples = 10'000;
  double confidence = 0.95;
  std::uint64_t seed = 0;  ///< the same seed gives the same bits, whatever the number of threads
};

/// A percentile bootstrap interval of the mean (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section
/// 13.3): resamples draw as many values with replacement, and the quantiles of their means are interpolated linearly.
/// Both ends are NaN if there is no value. Throws NumericError for no resamples, more than 2^32 - 1 values or a
/// confidence outside (0, 1). Cost: O(resamples * values), shared by threads.
Interval bootstrap_interval(std::span<const double> values, const ResamplingOptions& options = {},
                            SourceLocation where = SourceLocation::current());

/// Two systems on the same lists: what the second has over the first.
struct PairedComparison {
  double difference = 0;      ///< mean of second - first, over the lists that both have; NaN if there is none
  double standard_error = 0;  ///< of that mean; NaN for a single list
  Interval interval;          ///< bootstrap_interval of the differences
  double p_value = 1;         ///< two-sided
  bool exact = false;         ///< p_value counts all 2^lists signs; else it is estimated from the resamples
  std::int64_t counted = 0;   ///< lists compared
  std::int64_t left_out = 0;  ///< lists that either lacks
};

/// Fisher's paired randomisation test: if neither system were better, each list's difference could as well have the
/// other sign; the p-value is the share of signs with a mean at least as far from 0 (Smucker, Allan and Carterette, "A
/// comparison of statistical significance tests for information retrieval evaluation", CIKM 2007). All signs where they
/// are at most `options.resamples`; else that many random ones, and (count + 1) / (resamples + 1). Throws ShapeError
/// for spans of different sizes, and what bootstrap_interval throws. Cost: O(resamples * values), shared by threads.
PairedComparison compare_paired(std::span<const double> first, std::span<const double> second,
                                const ResamplingOptions& options = {},
                                SourceLocation where = SourceLocation::current());

}  // namespace ranktape
