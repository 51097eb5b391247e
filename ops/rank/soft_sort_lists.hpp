#pragma once

#include <ranktape/ops/rank/pooling.hpp>

#include <cstdint>

// Internal: the arithmetic of soft sorting, for lists `first` up to `last`.
namespace ranktape::detail {

/// Sorts and pools the lists: writes their places and their part of the arrays in `pooling`; for kl also what each
/// value weighs in its block (`weights` is null for l2, where all weigh the same).
void sort_lists(const Pooling& pooling, const float* values, float* places, float* weights, std::int64_t first,
                std::int64_t last);
void sort_lists(const Pooling& pooling, const double* values, double* places, double* weights, std::int64_t first,
                std::int64_t last);

/// The gradient of the values into `result`, given that of the places.
void sort_lists_backward(const Pooling& pooling, const float* weights, const float* gradient, float* result,
                         std::int64_t first, std::int64_t last);
void sort_lists_backward(const Pooling& pooling, const double* weights, const double* gradient, double* result,
                         std::int64_t first, std::int64_t last);

}  // namespace ranktape::detail
