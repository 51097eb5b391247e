#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <limits>

using namespace ranktape;

using Values = std::vector<double>;

TEST_CASE("rank: mid-ranks for ties, both directions, -0 equals +0") {
  const Tensor values = tests::from({3, 1, 3, -0.0, 0, 3});
  CHECK(rank(values).to_vector<double>() == Values{5, 3, 5, 1.5, 1.5, 5});
  CHECK(rank(values, Direction::descending).to_vector<double>() == Values{2, 4, 2, 5.5, 5.5, 2});
  CHECK(rank(tests::from({2, 1, 1, 3, 3, 3}, Shape{2, 3})).to_vector<double>() == Values{3, 1.5, 1.5, 2, 2, 2});
}

TEST_CASE("rank, sort, argsort: ragged groups with empty and single lists") {
  const Tensor values = tests::from({3, 1, 2, 9, 5, 4});
  const Groups groups = Groups::from_sizes({0, 3, 1, 0, 2});
  CHECK(rank(values, groups).to_vector<double>() == Values{3, 1, 2, 1, 2, 1});
  CHECK(sort(values, groups).to_vector<double>() == Values{1, 2, 3, 9, 4, 5});
  CHECK(sort(values, groups, Direction::descending).to_vector<double>() == Values{3, 2, 1, 9, 5, 4});
  CHECK(argsort(values, groups).to_vector<double>() == Values{1, 2, 0, 0, 1, 0});
}

TEST_CASE("argsort is stable in both directions, for short and long lists") {
  for (const std::int64_t n : {10, 1000}) {
    Values values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<double>(i % 3);
    }
    for (const DType dtype : {DType::float32, DType::float64}) {
      for (const Direction direction : {Direction::ascending, Direction::descending}) {
        const Values order = argsort(tests::from(values, {.dtype = dtype}), direction).to_vector<double>();
        for (std::size_t i = 1; i < order.size(); ++i) {
          const double before = values[static_cast<std::size_t>(order[i - 1])];
          const double after = values[static_cast<std::size_t>(order[i])];
          const bool in_order = direction == Direction::ascending ? before <= after : before >= after;
          CHECK((in_order && (before != after || order[i - 1] < order[i])));
        }
      }
    }
  }
}

TEST_CASE("sort: extremes of both types") {
  const double least = std::numeric_limits<double>::denorm_min();
  const double most = std::numeric_limits<double>::max();
  const Tensor values = tests::from({most, -least, 0.0, least, -most, 1.0}, {.dtype = DType::float64});
  CHECK(sort(values).to_vector<double>() == Values{-most, -least, 0, least, 1, most});
  CHECK(rank(values).to_vector<double>() == Values{6, 2, 3, 4, 1, 5});
}

TEST_CASE("rank: no gradient flows, and a NaN is named") {
  const Tensor values = tests::from({1, 2}, {.requires_grad = true}).named("scores");
  const Tape tape;
  CHECK_FALSE(rank(values).requires_grad());
  CHECK_FALSE(argsort(values).requires_grad());
  CHECK(sort(values).requires_grad());
  const Tensor bad = tests::from({1, std::numeric_limits<float>::infinity()}).named("scores");
  CHECK(tests::error_text<NumericError>([&] { rank(bad); }) ==
        "rank: element 1 of 'scores' [2] float32 is inf; values must be finite to be ranked: look at what computed "
        "them");
}

TEST_CASE("ranks of labels, which are counted, are those of the same order of other numbers, which are sorted") {
  Random random(5);
  const Groups groups = Groups::from_sizes({7, 0, 1, 200, 32});
  for (const int labels : {1, 5, 32, 33}) {
    CAPTURE(labels);
    std::vector<float> relevance(240);
    for (float& label : relevance) {
      label = static_cast<float>(random.below(static_cast<std::uint64_t>(labels)));
    }
    relevance[0] = -0.0F;
    const Tensor counted = tests::from(relevance);
    const Tensor sorted = counted + 0.5;
    for (const Direction direction : {Direction::ascending, Direction::descending}) {
      CHECK(rank(counted, groups, direction).to_vector<float>() == rank(sorted, groups, direction).to_vector<float>());
      CHECK(rank(-counted, groups, direction).to_vector<float>() ==
            rank(-sorted, groups, direction).to_vector<float>());
      CHECK(rank(counted.to(DType::float64), groups, direction).to_vector<float>() ==
            rank(sorted, groups, direction).to_vector<float>());
    }
  }
}
