#include <ranktape/ops/sparse_kernel.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/sparse_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// `Vectors` vectors of a row of the result stay in registers while the entries go by.
template <int Vectors, class Tag, class Scalar>
HWY_INLINE void multiply_row(Tag tag, const SparseProduct<Scalar>& p, std::int64_t row, std::int64_t column) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  hn::Vec<Tag> sums[Vectors];
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; ++v) {
    sums[v] = p.start == nullptr ? hn::Zero(tag) : hn::LoadU(tag, p.start + column + v * lanes);
  }
  for (std::int64_t entry = p.offsets[row]; entry < p.offsets[row + 1]; ++entry) {
    const auto value = hn::Set(tag, static_cast<Scalar>(p.values[entry]));
    const Scalar* b = p.b + p.indices[entry] * p.columns + column;
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      sums[v] = hn::MulAdd(value, hn::LoadU(tag, b + v * lanes), sums[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; ++v) {
    hn::StoreU(sums[v], tag, p.out + row * p.columns + column + v * lanes);
  }
}

template <class Scalar>
void multiply_rows(const SparseProduct<Scalar>& p, std::int64_t first, std::int64_t last) {
  const hn::ScalableTag<Scalar> tag;
  const hn::CappedTag<Scalar, 1> one;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  for (std::int64_t row = first; row < last; ++row) {
    std::int64_t column = 0;
    for (; column + 4 * lanes <= p.columns; column += 4 * lanes) {
      multiply_row<4>(tag, p, row, column);
    }
    for (; column + lanes <= p.columns; column += lanes) {
      multiply_row<1>(tag, p, row, column);
    }
    for (; column < p.columns; ++column) {
      multiply_row<1>(one, p, row, column);
    }
  }
}

void multiply_float_rows(const SparseProduct<float>& p, std::int64_t first, std::int64_t last) {
  multiply_rows(p, first, last);
}
void multiply_double_rows(const SparseProduct<double>& p, std::int64_t first, std::int64_t last) {
  multiply_rows(p, first, last);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(multiply_float_rows);
HWY_EXPORT(multiply_double_rows);

void multiply_sparse_rows(const SparseProduct<float>& product, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(multiply_float_rows)(product, first, last);
}
void multiply_sparse_rows(const SparseProduct<double>& product, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(multiply_double_rows)(product, first, last);
}

}  // namespace ranktape::detail
#endif
