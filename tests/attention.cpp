#include "support.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/threads.hpp>
#include <ranktape/ops/attention.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/normalise.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

struct Inputs {
  Inputs(const Groups& lists, std::int64_t columns, Random& random, DType dtype = DType::float64)
      : queries(randn(Shape{lists.documents(), columns}, random, {.dtype = dtype, .requires_grad = true})),
        keys(randn(Shape{lists.documents(), columns}, random, {.dtype = dtype, .requires_grad = true})),
        values(randn(Shape{lists.documents(), columns}, random, {.dtype = dtype, .requires_grad = true})) {}

  [[nodiscard]] Inputs to(DType dtype) const {
    Inputs other = *this;
    for (Tensor* tensor : {&other.queries, &other.keys, &other.values}) {
      *tensor = from(tensor->to_vector<double>(), tensor->shape(), {.dtype = dtype, .requires_grad = true});
    }
    return other;
  }

  Tensor queries;
  Tensor keys;
  Tensor values;
};

// The definition with all scores in memory, list by list and head by head.
Tensor by_definition(const Inputs& x, const Groups& groups, int heads) {
  const std::int64_t width = x.queries.shape()[1] / heads;
  std::vector<Tensor> lists;
  for (std::int64_t list = 0; list < groups.count(); ++list) {
    std::vector<Tensor> parts;
    for (int head = 0; head < heads; ++head) {
      const auto part = [&](const Tensor& tensor) {
        return slice(slice(tensor, 0, groups.begin(list), groups.begin(list + 1)), 1, head * width, (head + 1) * width);
      };
      const Tensor scores = matmul(part(x.queries), part(x.keys), {.transpose_b = true});
      parts.push_back(matmul(softmax(scores / std::sqrt(static_cast<double>(width))), part(x.values)));
    }
    lists.push_back(concatenate(parts, 1));
  }
  return concatenate(lists, 0);
}

/// The output, and its gradients by queries, keys and values for a cotangent that differs from element to element.
using Results = std::array<std::vector<double>, 4>;

Results results(const Inputs& x, const std::function<Tensor()>& function) {
  const Tape tape;
  const Tensor y = function();
  const Gradients gradients = sum(tanh(y) + square(y)).backward();
  return {y.to_vector<double>(), gradients[x.queries].to_vector<double>(), gradients[x.keys].to_vector<double>(),
          gradients[x.values].to_vector<double>()};
}

Results attended(const Inputs& x, const Groups& groups, int heads) {
  return results(x, [&] { return grouped_attention(x.queries, x.keys, x.values, groups, heads); });
}

double largest_difference(const Results& a, const Results& b) {
  double largest = 0;
  for (std::size_t part = 0; part < a.size(); ++part) {
    REQUIRE(a[part].size() == b[part].size());
    for (std::size_t i = 0; i < a[part].size(); ++i) {
      const double difference = std::abs(a[part][i] - b[part][i]);
      largest = difference > largest || std::isnan(difference) ? difference : largest;
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("attention: the definition's values and gradients, of ragged lists and any number of heads") {
  Random random(31);
  for (const auto& sizes : {std::vector<std::int64_t>{5, 0, 1, 9, 2}, {1}, {130, 3}, {70, 0, 0, 200}, {400}}) {
    const Groups groups = Groups::from_sizes(sizes);
    for (const auto& shape : {std::pair<std::int64_t, int>{12, 3}, {6, 6}, {17, 1}, {32, 2}}) {
      const int heads = shape.second;
      CAPTURE(groups.documents());
      CAPTURE(heads);
      const Inputs x(groups, shape.first, random);
      const Results expected = results(x, [&] { return by_definition(x, groups, heads); });
      CHECK(largest_difference(attended(x, groups, heads), expected) < 1e-12);
      CHECK(largest_difference(attended(x.to(DType::float32), groups, heads), expected) < 1e-4);
    }
  }
}

TEST_CASE("attention: one document gets its own value, none gets nothing") {
  Random random(32);
  const Groups single = Groups::from_sizes({1, 0, 1});
  const Inputs x(single, 4, random);
  const Results result = attended(x, single, 2);
  CHECK(result[0] == x.values.to_vector<double>());
  CHECK(result[1] == std::vector<double>(8, 0.0));
  CHECK(result[2] == std::vector<double>(8, 0.0));
  const Groups none = Groups::from_sizes({0, 0});
  CHECK(attended(Inputs(none, 4, random), none, 2)[0].empty());
  CHECK(attended(Inputs(Groups(), 4, random), Groups(), 2)[0].empty());
}

TEST_CASE("attention: equal keys give the mean of the values") {
  const Groups groups = Groups::from_sizes({3, 2});
  const Tensor same = full(Shape{5, 2}, 0.7, {.dtype = DType::float64});
  const Tensor values = from({1, 10, 2, 20, 6, 60, 4, 40, 8, 80}, Shape{5, 2}, {.dtype = DType::float64});
  const std::vector<double> y = grouped_attention(same, same, values, groups, 1).to_vector<double>();
  const std::vector<double> expected = {3, 30, 3, 30, 3, 30, 6, 60, 6, 60};
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-15));
  }
}

TEST_CASE("attention: scores of any size, where one takes all") {
  const Groups groups = Groups::from_sizes({3});
  for (const DType dtype : {DType::float32, DType::float64}) {
    const TensorOptions parameter = {.dtype = dtype, .requires_grad = true};
    const Tensor queries = from({1e4, -1e4, 0}, Shape{3, 1}, parameter);
    const Tensor keys = from({-1e4, 0, 1e4}, Shape{3, 1}, parameter);
    const Tensor values = from({1, 2, 6}, Shape{3, 1}, parameter);
    const Tape tape;
    const Tensor y = grouped_attention(queries, keys, values, groups, 1);
    const std::vector<double> got = y.to_vector<double>();
    CHECK(got[0] == 6);
    CHECK(got[1] == 1);
    CHECK(got[2] == doctest::Approx(3).epsilon(1e-6));
    const Gradients gradients = sum(y).backward();
    for (const double slope : gradients[keys].to_vector<double>()) {
      CHECK(std::isfinite(slope));
    }
  }
}

TEST_CASE("attention: NaN stays in its list") {
  Random random(33);
  const Groups groups = Groups::from_sizes({3, 4});
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Inputs x(groups, 4, random, dtype);
    std::vector<double> keys = x.keys.to_vector<double>();
    keys[2] = std::nan("");
    const Tensor broken = from(keys, x.keys.shape(), {.dtype = dtype});
    const std::vector<double> y = grouped_attention(x.queries, broken, x.values, groups, 2).to_vector<double>();
    for (std::size_t row = 0; row < 7; ++row) {
      CHECK(std::isnan(y[row * 4 + 2]) == (row < 3));  // the second head's
      CHECK_FALSE(std::isnan(y[row * 4]));
    }
  }
}

TEST_CASE("attention: a list of 2,000 documents, of either type") {
  Random random(34);
  const Groups groups = Groups::from_sizes({2000});
  const Inputs x(groups, 16, random);
  const Results doubles = attended(x, groups, 2);
  const Results floats = attended(x.to(DType::float32), groups, 2);
  CHECK(largest_difference(doubles, floats) < 1e-5);
  const Results again = attended(x, groups, 2);
  CHECK(doubles == again);
}

TEST_CASE("attention: the same bits from any number of threads") {
  Random random(35);
  const Groups groups = Groups::from_sizes({100, 0, 250, 1, 90});
  const Inputs x(groups, 16, random, DType::float32);
  const int before = num_threads();
  set_num_threads(1);
  const Results alone = attended(x, groups, 4);
  set_num_threads(4);
  const Results shared = attended(x, groups, 4);
  set_num_threads(before);
  CHECK(alone == shared);
}

TEST_CASE("attention: what does not fit") {
  const Groups groups = Groups::from_sizes({2, 1});
  const Tensor x = zeros(Shape{3, 4}).named("x");
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(grouped_attention(x, zeros(Shape{3, 2}), x, groups, 2));
        }) ==
        "grouped_attention: queries 'x' [3, 4] float32, keys [3, 2] float32 and values 'x' [3, 4] float32 must have "
        "one shape, [documents, heads * width]");
  CHECK(error_text<ShapeError>([&] { static_cast<void>(grouped_attention(x, x, x, groups, 3)); }) ==
        "grouped_attention: 3 heads do not divide the 4 columns of the queries 'x' [3, 4] float32 into equal parts");
  CHECK_THROWS_AS(static_cast<void>(grouped_attention(x, x, x, groups, 0)), ShapeError);
  CHECK(error_text<ShapeError>([&] {
          static_cast<void>(grouped_attention(x, x, x, Groups::from_sizes({2, 2}), 2));
        }) == "grouped_attention: the groups hold 4 documents, but the first axis of 'x' [3, 4] float32 holds 3");
  CHECK_THROWS_AS(static_cast<void>(grouped_attention(x, x.to(DType::float64), x, groups, 2)), DTypeError);
}
