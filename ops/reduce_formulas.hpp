#pragma once

#include <ranktape/ops/list_sums.hpp>

#include <cmath>
#include <cstddef>

// Internal. One struct per reduction: the value of a list, in double, and its derivatives:
//   value(x)       for a list x, a span or a ListView,
//   derivative(x)  a function of k: d value / d x[k],
//   minimum_size() the fewest elements for which there is a value.
//   of_sum(s, n)   where there is one: the value of n elements from their sum, which an accelerator makes of parts.
// `saves_input` is false where derivative looks only at the length of x: it is then given a list without elements.
namespace ranktape::formulas {

struct Sum {
  static constexpr const char* name = "sum";
  static constexpr bool saves_input = false;
  static constexpr std::size_t minimum_size() { return 0; }
  template <class List>
  constexpr double value(const List& x) const {
    return of_sum(detail::sum_of(x), x.size());
  }
  static constexpr double of_sum(double sum, std::size_t) { return sum; }
  static constexpr auto derivative(std::size_t) {
    return [](std::size_t) { return 1.0; };
  }
};

struct Mean {
  static constexpr const char* name = "mean";
  static constexpr bool saves_input = false;
  static constexpr std::size_t minimum_size() { return 1; }
  template <class List>
  constexpr double value(const List& x) const {
    return of_sum(detail::sum_of(x), x.size());
  }
  static constexpr double of_sum(double sum, std::size_t size) { return sum / static_cast<double>(size); }
  static constexpr auto derivative(std::size_t size) {
    return [share = 1 / static_cast<double>(size)](std::size_t) { return share; };
  }
};

/// The element that `Precedes` puts first: the greatest or the least.
template <class Precedes>
struct Extreme {
  static constexpr bool saves_input = true;
  static constexpr std::size_t minimum_size() { return 1; }
  template <class List>
  constexpr double value(const List& x) const {
    auto best = static_cast<double>(x.front());
    for (std::size_t i = 1; i < x.size(); ++i) {
      const auto candidate = static_cast<double>(x[i]);
      best = Precedes()(candidate, best) || std::isnan(candidate) ? candidate : best;
    }
    return best;
  }
  template <class List>
  constexpr auto derivative(const List& x) const {
    const double best = value(x);
    double tied = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      tied += static_cast<double>(x[i]) == best ? 1 : 0;
    }
    return [x, best, share = 1 / tied](std::size_t k) { return static_cast<double>(x[k]) == best ? share : 0.0; };
  }
};

struct GreaterFirst {
  constexpr bool operator()(double a, double b) const { return a > b; }
};
struct LessFirst {
  constexpr bool operator()(double a, double b) const { return a < b; }
};

struct Max : Extreme<GreaterFirst> {
  static constexpr const char* name = "max";
};

struct Min : Extreme<LessFirst> {
  static constexpr const char* name = "min";
};

// d/dx_k = softmax(x)_k; 0 where the value is -inf.
struct LogSumExp {
  static constexpr const char* name = "logsumexp";
  static constexpr bool saves_input = true;
  static constexpr std::size_t minimum_size() { return 0; }
  template <class List>
  constexpr double value(const List& x) const {
    return detail::log_sum_exp(x);
  }
  template <class List>
  constexpr auto derivative(const List& x) const {
    const double y = value(x);
    return [=](std::size_t k) { return y == -INFINITY ? 0.0 : std::exp(static_cast<double>(x[k]) - y); };
  }
};

struct Variance {
  bool unbiased = false;
  static constexpr const char* name = "variance";
  static constexpr bool saves_input = true;
  [[nodiscard]] constexpr std::size_t minimum_size() const { return unbiased ? 2 : 1; }
  [[nodiscard]] constexpr double divisor(std::size_t size) const {
    return static_cast<double>(size) - (unbiased ? 1 : 0);
  }
  template <class List>
  constexpr double value(const List& x) const {
    return detail::moments(x).variance * (static_cast<double>(x.size()) / divisor(x.size()));
  }
  template <class List>
  constexpr auto derivative(const List& x) const {
    const double mean = detail::moments(x).mean;
    const double factor = 2 / divisor(x.size());
    return [=](std::size_t k) { return factor * (static_cast<double>(x[k]) - mean); };
  }
};

// Scaled by the greatest magnitude only where the squares leave the range of double.
struct Norm {
  static constexpr const char* name = "norm";
  static constexpr bool saves_input = true;
  static constexpr std::size_t minimum_size() { return 0; }
  template <class List>
  static constexpr double scaled(const List& x, double scale) {
    return scale * std::sqrt(detail::sum_of(x.size(), [&](std::size_t i) {
             const double ratio = static_cast<double>(x[i]) / scale;
             return ratio * ratio;
           }));
  }
  template <class List>
  constexpr double value(const List& x) const {
    const double plain = scaled(x, 1);
    if ((plain > 1e-140 && plain < 1e150) || std::isnan(plain)) {
      return plain;
    }
    double greatest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double magnitude = std::abs(static_cast<double>(x[i]));
      greatest = magnitude > greatest ? magnitude : greatest;
    }
    return greatest == 0 || std::isinf(greatest) ? greatest : scaled(x, greatest);
  }
  template <class List>
  constexpr auto derivative(const List& x) const {
    const double y = value(x);
    return [=](std::size_t k) { return y == 0 ? 0.0 : static_cast<double>(x[k]) / y; };
  }
};

}  // namespace ranktape::formulas
