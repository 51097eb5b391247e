#pragma once

#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <cstdint>

// Internal: the arithmetic of soft ranks, for lists `first` up to `last`.
namespace ranktape::detail {

/// Sorts and pools the lists: writes their ranks, and their part of the arrays in `pooling`.
void rank_lists(const Pooling& pooling, const float* values, float* ranks, std::int64_t first, std::int64_t last);
void rank_lists(const Pooling& pooling, const float* values, double* ranks, std::int64_t first, std::int64_t last);
void rank_lists(const Pooling& pooling, const double* values, double* ranks, std::int64_t first, std::int64_t last);

/// The gradient of the values into `result`, given that of the ranks.
void rank_lists_backward(const Pooling& pooling, const float* ranks, const float* gradient, float* result,
                         std::int64_t first, std::int64_t last);
void rank_lists_backward(const Pooling& pooling, const double* ranks, const double* gradient, float* result,
                         std::int64_t first, std::int64_t last);
void rank_lists_backward(const Pooling& pooling, const double* ranks, const double* gradient, double* result,
                         std::int64_t first, std::int64_t last);

}  // namespace ranktape::detail
