#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

TEST_CASE("shape: rank, size, extents") {
  const Shape shape = {2, 3, 4};
  CHECK(shape.rank() == 3);
  CHECK(shape.size() == 24);
  CHECK(shape[0] == 2);
  CHECK(shape[2] == 4);
  CHECK(shape.last() == 4);
  CHECK(std::vector<std::int64_t>(shape.extents().begin(), shape.extents().end()) ==
        std::vector<std::int64_t>{2, 3, 4});
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{}.last() == 1);
  CHECK(Shape{}.extents().empty());
  CHECK(Shape{5, 0}.size() == 0);
  CHECK(Shape{1, 2, 3, 4}.rank() == Shape::max_rank);
}

TEST_CASE("shape: equality is of the extents, in order and number") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{6} != Shape{2, 3});
  CHECK(Shape{} != Shape{1});
  CHECK(Shape{1, 2} != Shape{1, 2, 1});
  CHECK(Shape{0, 2} != Shape{0, 3});
  const std::vector<std::int64_t> extents = {2, 3};
  CHECK(Shape(extents) == Shape{2, 3});
}

TEST_CASE("shape: an axis left out or replaced") {
  const Shape shape = {2, 3, 4};
  CHECK(shape.without(0) == Shape{3, 4});
  CHECK(shape.without(2) == Shape{2, 3});
  CHECK(Shape{7}.without(0) == Shape{});
  CHECK(shape.with(1, 9) == Shape{2, 9, 4});
  CHECK(Shape{0, 4}.with(0, 2).size() == 8);
}

TEST_CASE("shape: text") {
  CHECK(to_string(Shape{}) == "[]");
  CHECK(to_string(Shape{3}) == "[3]");
  CHECK(to_string(Shape{3, 0, 1}) == "[3, 0, 1]");
}

TEST_CASE("shape: too many extents") {
  CHECK(error_text<ShapeError>([] {
          Shape({1, 2, 3, 4, 5});
        }) == "shape: [1, 2, 3, 4, 5] has 5 dimensions; a tensor has at most 4");
  const std::vector<std::int64_t> six(6, 1);
  CHECK(error_text<ShapeError>([&] { static_cast<void>(Shape(six)); }) ==
        "shape: [1, 1, 1, 1, 1, 1] has 6 dimensions; a tensor has at most 4");
}

TEST_CASE("shape: a negative extent, also beside one of 0") {
  CHECK(error_text<ShapeError>([] {
          Shape({2, -1});
        }) == "shape: [2, -1] has a negative extent; extents are counts of elements");
  CHECK(error_text<ShapeError>([] {
          Shape({0, -3});
        }) == "shape: [0, -3] has a negative extent; extents are counts of elements");
}

TEST_CASE("shape: more elements than can be counted in bytes") {
  const std::int64_t large = std::int64_t{1} << 30;
  CHECK(Shape({large, large}).size() == std::int64_t{1} << 60);
  CHECK(error_text<ShapeError>([&] {
          Shape({large, large, 2});
        }) == "shape: [1073741824, 1073741824, 2] has more than 2^60 elements");
  CHECK(error_text<ShapeError>([&] {
          Shape({large, large, large, large});
        }) == "shape: [1073741824, 1073741824, 1073741824, 1073741824] has more than 2^60 elements");
  CHECK(Shape({large, large, large, 0}).size() == 0);
}
