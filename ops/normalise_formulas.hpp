#pragma once

#include <ranktape/ops/list_sums.hpp>

#include <cmath>
#include <cstddef>

// Internal. One struct per operation that makes a list of a list: value(x, to) writes the list y, and with g the
// gradient of y,
//   gradient(kept, g, to)  writes that of x, where `kept` is x or y as `keeps` says;
//   gradient(g, to)        where neither is needed.
// Lists are never empty; they are spans or ListViews.
namespace ranktape::formulas {

enum class Keeps { nothing, input, output };

// The gradient is y (g - g'y).
struct Softmax {
  static constexpr const char* name = "softmax";
  static constexpr Keeps keeps = Keeps::output;
  template <class List, class Result>
  constexpr void value(const List& x, const Result& to) const {
    using Scalar = typename Result::value_type;
    Scalar greatest = x.front();
    for (std::size_t i = 1; i < x.size(); ++i) {
      greatest = greatest < x[i] ? x[i] : greatest;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i] = std::exp(x[i] - greatest);
    }
    const double scale = 1 / detail::sum_of(to);
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i] = static_cast<Scalar>(static_cast<double>(to[i]) * scale);
    }
  }
  template <class List, class Result>
  constexpr void gradient(const List& y, const List& g, const Result& to) const {
    using Scalar = typename Result::value_type;
    const double mean =
        detail::sum_of(y.size(), [&](std::size_t i) { return static_cast<double>(g[i]) * static_cast<double>(y[i]); });
    for (std::size_t i = 0; i < y.size(); ++i) {
      to[i] = static_cast<Scalar>(static_cast<double>(y[i]) * (static_cast<double>(g[i]) - mean));
    }
  }
};

// The gradient is g - e^y sum(g).
struct LogSoftmax {
  static constexpr const char* name = "log_softmax";
  static constexpr Keeps keeps = Keeps::output;
  template <class List, class Result>
  constexpr void value(const List& x, const Result& to) const {
    using Scalar = typename Result::value_type;
    const double total = detail::log_sum_exp(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i] = static_cast<Scalar>(static_cast<double>(x[i]) - total);
    }
  }
  template <class List, class Result>
  constexpr void gradient(const List& y, const List& g, const Result& to) const {
    using Scalar = typename Result::value_type;
    const double total = detail::sum_of(g);
    for (std::size_t i = 0; i < y.size(); ++i) {
      to[i] = static_cast<Scalar>(static_cast<double>(g[i]) - static_cast<double>(std::exp(y[i])) * total);
    }
  }
};

// The gradient is the cumulative sum of g from the other end.
struct CumulativeSum {
  static constexpr const char* name = "cumulative_sum";
  static constexpr Keeps keeps = Keeps::nothing;
  template <class List, class Result>
  constexpr void value(const List& x, const Result& to) const {
    using Scalar = typename Result::value_type;
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i] = static_cast<Scalar>(sum += static_cast<double>(x[i]));
    }
  }
  template <class List, class Result>
  constexpr void gradient(const List& g, const Result& to) const {
    using Scalar = typename Result::value_type;
    double sum = 0;
    for (std::size_t i = g.size(); i-- > 0;) {
      to[i] = static_cast<Scalar>(sum += static_cast<double>(g[i]));
    }
  }
};

// y = (x - mean) / s with s = sqrt(variance + epsilon); the gradient is (g - mean(g) - y mean(g y)) / s.
// Where s = 0, the values are all equal, and y and the gradient are 0.
struct Standardise {
  double epsilon = 1e-12;
  static constexpr const char* name = "standardise";
  static constexpr Keeps keeps = Keeps::input;
  [[nodiscard]] constexpr double inverse(double variance) const {
    const double squared = variance + epsilon;
    return squared == 0 ? 0 : 1 / std::sqrt(squared);
  }
  template <class List, class Result>
  constexpr void value(const List& x, const Result& to) const {
    using Scalar = typename Result::value_type;
    const auto [mean, variance] = detail::moments(x);
    const double scale = inverse(variance);
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i] = static_cast<Scalar>((static_cast<double>(x[i]) - mean) * scale);
    }
  }
  template <class List, class Result>
  constexpr void gradient(const List& x, const List& g, const Result& to) const {
    using Scalar = typename Result::value_type;
    const detail::Moments of_x = detail::moments(x);
    const double scale = inverse(of_x.variance);
    const auto y = [&](std::size_t i) { return (static_cast<double>(x[i]) - of_x.mean) * scale; };
    const auto count = static_cast<double>(x.size());
    const double mean = detail::sum_of(g) / count;
    const double slope =
        detail::sum_of(x.size(), [&](std::size_t i) { return static_cast<double>(g[i]) * y(i); }) / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i] = static_cast<Scalar>((static_cast<double>(g[i]) - mean - y(i) * slope) * scale);
    }
  }
};

}  // namespace ranktape::formulas
