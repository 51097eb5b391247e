#pragma once

#include <cstdint>

// Internal: attention of one head inside one list, on the CPU, by the calling thread.
namespace ranktape::detail {

/// Rows of one head lie `step` apart; their sums' logarithms `heads` apart.
template <class Scalar>
struct AttentionList {
  std::int64_t documents = 0;  ///< at least one
  std::int64_t width = 0;
  std::int64_t heads = 0;
  const Scalar* queries = nullptr;
  const Scalar* keys = nullptr;
  const Scalar* values = nullptr;

  [[nodiscard]] std::int64_t step() const { return heads * width; }
};

template <class Scalar>
struct AttentionListGradients {
  const Scalar* output = nullptr;
  const Scalar* gradient = nullptr;  ///< of the output
  Scalar* by_queries = nullptr;
  Scalar* by_keys = nullptr;
  Scalar* by_values = nullptr;
};

template <class Scalar>
void attend(const AttentionList<Scalar>& list, Scalar* output, double* log_sums);

template <class Scalar>
void attend_backward(const AttentionList<Scalar>& list, const double* log_sums,
                     const AttentionListGradients<Scalar>& gradients);

}  // namespace ranktape::detail
