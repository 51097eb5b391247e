#pragma once

#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace ranktape::tests {

inline constexpr TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};
inline constexpr TensorOptions constant = {.dtype = DType::float64};

inline Rankings look(const Tape& tape, const Tensor& loss, const RankedListOptions& options = {}) {
  return find_rankings(tape, loss.backward({.keep_intermediate = true}), options);
}

inline const RankedDocument& document(const RankedList& list, std::int64_t number) {
  for (const RankedDocument& found : list.documents) {
    if (found.document == number) {
      return found;
    }
  }
  FAIL("document ", number, " is not shown");
  return list.documents.front();
}

inline std::vector<std::int64_t> numbers_of(const RankedList& list) {
  std::vector<std::int64_t> numbers;
  for (const RankedDocument& found : list.documents) {
    numbers.push_back(found.document);
  }
  return numbers;
}

inline void check_close(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(std::abs(found[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i])));
  }
}

}  // namespace ranktape::tests
