#pragma once

#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

// What the tests of the relaxations share.
namespace ranktape::tests {

using Numbers = std::vector<double>;

inline const Numbers x0 = {2.9, 0.1, 1.2, -0.7, 1.25};  // the example of the golden tables
inline const Numbers g0 = {1, 2, 3, 4, 5};

inline Tensor doubles(const Numbers& values) { return tests::from(values, {.dtype = DType::float64}); }

inline double largest(const Numbers& values) {
  double most = 0;
  for (const double value : values) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

inline double largest_difference(const Numbers& a, const Numbers& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::isnan(a[i]) || std::isnan(b[i]) ? std::numeric_limits<double>::infinity()
                                                : std::max(most, std::abs(a[i] - b[i]));
  }
  return most;
}

struct Result {
  Numbers output;
  Numbers gradient;
};

/// Output and gradient of `function` at `input`, for the given cotangent.
inline Result run(const std::function<Tensor(const Tensor&)>& function, const Numbers& input, const Numbers& cotangent,
                  DType dtype = DType::float64) {
  const Tensor values = tests::from(input, {.dtype = dtype, .requires_grad = true});
  const Tape tape;
  const Tensor output = function(values);
  const Gradients gradients = output.backward({.cotangent = tests::from(cotangent, output.shape(), {.dtype = dtype})});
  return {output.to_vector<double>(), gradients[values].to_vector<double>()};
}

/// Nested lists of a golden row in one.
inline Numbers flat(const nlohmann::json& row) {
  if (row.is_array() && !row.empty() && row[0].is_array()) {
    Numbers all;
    for (const nlohmann::json& part : row) {
      const Numbers numbers = flat(part);
      all.insert(all.end(), numbers.begin(), numbers.end());
    }
    return all;
  }
  return row.get<Numbers>();
}

inline RelaxationOptions options_of(const nlohmann::json& row) {
  return {.temperature = row["temperature"],
          .direction = row["direction"] == "ascending" ? Direction::ascending : Direction::descending};
}

/// Compares `function(row, values)` with every golden row of the method; returns how many there were.
inline int check_golden(const std::string& method,
                        const std::function<Tensor(const nlohmann::json&, const Tensor&)>& function) {
  int count = 0;
  for (const nlohmann::json& row : golden("relaxations.json.gz")) {
    if (row["method"] != method) {
      continue;
    }
    ++count;
    CAPTURE(row.dump());
    const Numbers expected = flat(row["output"]);
    const Result result =
        run([&](const Tensor& x) { return function(row, x); }, row["input"].get<Numbers>(), flat(row["cotangent"]));
    CHECK(largest_difference(result.output, expected) <= 1e-9 * std::max(1.0, largest(expected)));
    if (!row["input_gradient"].is_null()) {
      const Numbers gradient = row["input_gradient"].get<Numbers>();
      const double tolerance = row["name"] == "ties8" ? 1e-6 / row["temperature"].get<double>() : 1e-6;
      CHECK(largest_difference(result.gradient, gradient) <= tolerance * std::max(1.0, largest(gradient)));
    }
  }
  return count;
}

}  // namespace ranktape::tests
