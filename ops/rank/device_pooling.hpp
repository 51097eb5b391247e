#pragma once

#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/rank/pooling.hpp>

// Internal: soft_rank and soft_sort on the accelerator, for a Pooling made for tensors there. soft_rank.cpp and
// soft_sort.cpp have the mathematics.
namespace ranktape::detail {

/// Sorts and pools all lists: their ranks into `ranks`, and what backward needs into `pooling`.
void rank_on_accelerator(Pooling& pooling, const Tensor& values, const Tensor& ranks);
Tensor rank_gradient_on_accelerator(const Pooling& pooling, const Tensor& ranks, const Tensor& gradient, DType dtype);

/// The same for sorted places. For kl what each value weighs in its block goes into `weights`, which is undefined for
/// l2.
void sort_places_on_accelerator(Pooling& pooling, const Tensor& values, const Tensor& places, const Tensor& weights);
Tensor place_gradient_on_accelerator(const Pooling& pooling, const Tensor& weights, const Tensor& gradient);

}  // namespace ranktape::detail
