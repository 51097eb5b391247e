#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/loss/gains_kernels.hpp>
#include <ranktape/ops/rank/lists.hpp>

#include <cstdint>

// Internal: gains of labels, for losses.
namespace ranktape::detail {

/// The same elements as a constant in double.
Tensor constant_in_double(const Tensor& tensor);
/// The elements of such a copy; null for an undefined tensor, which stands for ones.
inline const double* weights_or_null(const Tensor& in_double) {
  return in_double.defined() ? data<double>(in_double) : nullptr;
}

/// Gains over the greatest discounted sum that any order of the list has in its first k places (0: in all).
struct NormalisedGains {
  Tensor of_documents;       ///< float64
  Array<Extremes> of_lists;  ///< before the division: a list has no information, and gains 0, unless they differ
};

/// `labels`, and `weights` unless undefined, which multiply the gains, are float64, finite and not negative.
NormalisedGains normalised_gains(const Tensor& labels, const Tensor& weights, const Lists& lists, Gain gain,
                                 std::int64_t k);

}  // namespace ranktape::detail
