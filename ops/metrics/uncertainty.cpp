#include <ranktape/core/fail.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/metrics/uncertainty.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>
#include <vector>

namespace ranktape {
namespace {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();
constexpr double nanoseconds_per_draw = 3;

void check(const char* operation, SourceLocation where, std::size_t values, const ResamplingOptions& options) {
  if (options.resamples < 1) {
    detail::fail<NumericError>(where, operation, "resamples is {}; it must be positive", options.resamples);
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    detail::fail<NumericError>(where, operation, "confidence is {}; it must be between 0 and 1, such as 0.95",
                               options.confidence);
  }
  if (values > std::numeric_limits<std::uint32_t>::max()) {
    detail::fail<NumericError>(where, operation, "{} values are more than 2^32 - 1", values);
  }
}

std::vector<double> without_nan(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double value) { return !std::isnan(value); });
  return kept;
}

/// Calls function(resample, word, count) for every resample with its random words of 32 bits. Each resample has a
/// stream of its own, so that threads change nothing.
template <class OfWords>
void for_each_resample(std::int64_t resamples, std::size_t words, double nanoseconds_each, std::uint64_t seed,
                       OfWords&& of_words) {
  detail::parallel_ranges(resamples, nanoseconds_each, [&](std::int64_t first, std::int64_t last) {
    std::vector<std::uint32_t> random(words);
    for (std::int64_t resample = first; resample < last; ++resample) {
      for (std::size_t i = 0; i < words; i += 4) {
        const auto block = Random::block(seed, static_cast<std::uint64_t>(resample), i / 4);
        std::copy_n(block.begin(), std::min<std::size_t>(4, words - i),
                    random.begin() + static_cast<std::ptrdiff_t>(i));
      }
      of_words(resample, std::span<const std::uint32_t>(random));
    }
  });
}

/// The quantile of sorted values, linear between neighbours (NumPy's default).
double quantile(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

Interval interval_of_mean(const std::vector<double>& values, const ResamplingOptions& options) {
  if (values.empty()) {
    return {not_defined, not_defined};
  }
  const std::size_t n = values.size();
  std::vector<double> means(static_cast<std::size_t>(options.resamples));
  for_each_resample(options.resamples, n, nanoseconds_per_draw * static_cast<double>(n), options.seed,
                    [&](std::int64_t resample, std::span<const std::uint32_t> random) {
                      double sum = 0;
                      for (const std::uint32_t word : random) {
                        sum += values[(std::uint64_t{word} * n) >> 32];  // even to within n / 2^32
                      }
                      means[static_cast<std::size_t>(resample)] = sum / static_cast<double>(n);
                    });
  std::sort(means.begin(), means.end());
  const double tail = (1 - options.confidence) / 2;
  return {quantile(means, tail), quantile(means, 1 - tail)};
}

/// The share of signs of the differences whose sum is at least as far from 0 as it is with their own signs.
class SignTest {
 public:
  explicit SignTest(const std::vector<double>& differences) : differences_(differences) {
    // Sums that are equal but for the order of their terms must count as equal.
    const double magnitude = std::accumulate(differences.begin(), differences.end(), 0.0,
                                             [](double sum, double value) { return sum + std::abs(value); });
    constexpr double rounding = 1e-14;
    least_ = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0)) - rounding * magnitude;
  }

  [[nodiscard]] double exact(std::int64_t signs) const {
    std::int64_t as_far = 0;
    for (std::int64_t bits = 0; bits < signs; ++bits) {
      const auto word = static_cast<std::uint32_t>(bits);
      as_far += is_as_far({&word, 1}) ? 1 : 0;
    }
    return static_cast<double>(as_far) / static_cast<double>(signs);
  }

  [[nodiscard]] double estimate(const ResamplingOptions& options) const {
    std::vector<std::uint8_t> as_far(static_cast<std::size_t>(options.resamples));
    for_each_resample(options.resamples, (differences_.size() + 31) / 32, static_cast<double>(differences_.size()),
                      options.seed, [&](std::int64_t resample, std::span<const std::uint32_t> random) {
                        as_far[static_cast<std::size_t>(resample)] = is_as_far(random) ? 1 : 0;
                      });
    const auto count = std::accumulate(as_far.begin(), as_far.end(), std::int64_t{0});
    return static_cast<double>(count + 1) / static_cast<double>(options.resamples + 1);
  }

 private:
  [[nodiscard]] bool is_as_far(std::span<const std::uint32_t> signs) const {
    double sum = 0;
    for (std::size_t i = 0; i < differences_.size(); ++i) {
      constexpr std::array<double, 2> sign = {1, -1};  // by table: half of these branches would be foretold wrongly
      sum += sign[signs[i / 32] >> (i % 32) & 1] * differences_[i];
    }
    return std::abs(sum) >= least_;
  }

  const std::vector<double>& differences_;
  double least_ = 0;
};

/// Of the mean: the deviation with n - 1 over sqrt(n).
double standard_error(const std::vector<double>& values, double mean) {
  const auto n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return n < 2 ? not_defined : std::sqrt(squares / (n - 1) / n);
}

}  // namespace

Interval bootstrap_interval(std::span<const double> values, const ResamplingOptions& options, SourceLocation where) {
  check("bootstrap_interval", where, values.size(), options);
  return interval_of_mean(without_nan(values), options);
}

PairedComparison compare_paired(std::span<const double> first, std::span<const double> second,
                                const ResamplingOptions& options, SourceLocation where) {
  check("compare_paired", where, first.size(), options);
  if (first.size() != second.size()) {
    detail::fail<ShapeError>(where, "compare_paired",
                             "the first system has {} lists and the second {}; both need the same lists", first.size(),
                             second.size());
  }
  std::vector<double> differences(first.size());
  std::transform(second.begin(), second.end(), first.begin(), differences.begin(), std::minus<>());
  differences = without_nan(differences);

  const std::size_t n = differences.size();
  PairedComparison comparison;
  comparison.counted = static_cast<std::int64_t>(n);
  comparison.left_out = static_cast<std::int64_t>(first.size() - n);
  comparison.difference = std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(n);
  comparison.standard_error = standard_error(differences, comparison.difference);
  comparison.interval = interval_of_mean(differences, options);
  constexpr std::size_t most_enumerated = 31;  // the bits of one word
  const std::int64_t signs = std::int64_t{1} << std::min(n, most_enumerated);
  comparison.exact = n < most_enumerated && signs <= options.resamples;
  const SignTest test(differences);
  comparison.p_value = comparison.exact ? test.exact(signs) : test.estimate(options);
  return comparison;
}

}  // namespace ranktape
