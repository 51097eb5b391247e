#include <ranktape/ops/product_kernel.hpp>

// Compiled once for each instruction set that Highway knows for this architecture; the right one is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/product_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/cache_control.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A tile of the output stays in registers while `depth` goes by: enough sums that each waits for none before it, and
// that loads are few beside multiplications, but no more than leave room for a row of B and an element of A.
constexpr bool many_registers = !HWY_ARCH_X86 || HWY_TARGET <= HWY_AVX3;
constexpr int most_vectors = many_registers ? 4 : 2;
constexpr int most_sums = many_registers ? 24 : 12;
constexpr int rows_of_tile(int vectors) { return std::min(12, most_sums / vectors); }

// One tile: `Rows` rows of `Vectors` vectors. Brings the elements at `ahead` into the cache on the way.
template <int Rows, int Vectors, class Scalar>
HWY_INLINE void multiply_tile(const PanelProduct<Scalar>& p, std::int64_t row, std::int64_t column, const Scalar* ahead,
                              std::int64_t ahead_step) {
  const hn::CappedTag<Scalar, static_cast<std::size_t>(line<Scalar>)> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  hn::Vec<decltype(tag)> sums[Rows][Vectors];
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      sums[r][v] = hn::LoadU(tag, p.start + (row + r) * p.start_row + column + v * lanes);
    }
  }
  const Scalar* a = p.a + row * p.a_row;
  const Scalar* b = p.b + column;
  const std::int64_t a_row = p.a_row;
  for (std::int64_t k = p.depth; k > 0; --k, a += p.a_step, b += p.b_row, ahead += ahead_step) {
    hwy::Prefetch(ahead);
    hn::Vec<decltype(tag)> row_of_b[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      row_of_b[v] = hn::LoadU(tag, b + v * lanes);
    }
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r) {
      const auto factor = hn::Set(tag, a[r * a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        sums[r][v] = hn::MulAdd(factor, row_of_b[v], sums[r][v]);
      }
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      hn::StoreU(sums[r][v], tag, p.out + (row + r) * p.out_row + column + v * lanes);
    }
  }
}

// All rows of a strip of `Vectors` vectors. While a tile is computed the next rows of A are fetched; of a transposed A,
// whose next rows lie beside these, the next block of the depth.
template <int Vectors, class Scalar>
HWY_INLINE void multiply_strip(const PanelProduct<Scalar>& p, std::int64_t column) {
  constexpr int tile_rows = rows_of_tile(Vectors);
  const bool transposed = p.a_step != 1;
  const std::int64_t ahead = transposed ? p.depth * p.a_step : tile_rows * p.a_row;
  const std::int64_t ahead_step = transposed ? p.a_step : tile_rows;
  std::int64_t row = 0;
  for (; row + tile_rows <= p.rows; row += tile_rows) {
    multiply_tile<tile_rows, Vectors>(p, row, column, p.a + row * p.a_row + ahead, ahead_step);
  }
  for (; row + 4 <= p.rows; row += 4) {
    multiply_tile<4, Vectors>(p, row, column, p.a + row * p.a_row + ahead, ahead_step);
  }
  for (; row < p.rows; ++row) {
    multiply_tile<1, Vectors>(p, row, column, p.a + row * p.a_row + ahead, ahead_step);
  }
}

template <class Scalar>
void multiply(const PanelProduct<Scalar>& p) {
  const hn::CappedTag<Scalar, static_cast<std::size_t>(line<Scalar>)> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  std::int64_t column = 0;
  for (; column + most_vectors * lanes <= p.columns; column += most_vectors * lanes) {
    multiply_strip<most_vectors>(p, column);
  }
  const std::int64_t left = (p.columns - column) / lanes;
  if (left == 3) {
    multiply_strip<std::min(3, most_vectors)>(p, column);
  } else if (left == 2) {
    multiply_strip<2>(p, column);
  } else if (left == 1) {
    multiply_strip<1>(p, column);
  }
}

template <int Rows, class Scalar>
HWY_INLINE void dot_rows(const RowProducts<Scalar>& p, std::int64_t row) {
  const hn::CappedTag<Scalar, static_cast<std::size_t>(line<Scalar>)> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  const hn::CappedTag<Scalar, 1> one;
  const Scalar* a = p.a + row * p.a_row;
  hn::Vec<decltype(tag)> sums[Rows];
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r) {
    sums[r] = hn::Zero(tag);
  }
  std::int64_t k = 0;
  for (; k + lanes <= p.depth; k += lanes) {
    const auto x = hn::LoadU(tag, p.x + k);
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      sums[r] = hn::MulAdd(hn::LoadU(tag, a + r * p.a_row + k), x, sums[r]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r) {
    auto sum = hn::Set(one, hn::GetLane(hn::SumOfLanes(tag, sums[r])));
    for (std::int64_t rest = k; rest < p.depth; ++rest) {
      sum = hn::MulAdd(hn::LoadU(one, a + r * p.a_row + rest), hn::LoadU(one, p.x + rest), sum);
    }
    p.out[row + r] = p.start[(row + r) * p.start_step] + hn::GetLane(sum);
  }
}

template <class Scalar>
void dot(const RowProducts<Scalar>& p) {
  std::int64_t row = 0;
  for (; row + 4 <= p.rows; row += 4) {
    dot_rows<4>(p, row);
  }
  for (; row < p.rows; ++row) {
    dot_rows<1>(p, row);
  }
}

void multiply_floats(const PanelProduct<float>& product) { multiply(product); }
void multiply_doubles(const PanelProduct<double>& product) { multiply(product); }
void dot_floats(const RowProducts<float>& product) { dot(product); }
void dot_doubles(const RowProducts<double>& product) { dot(product); }

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(multiply_floats);
HWY_EXPORT(multiply_doubles);
HWY_EXPORT(dot_floats);
HWY_EXPORT(dot_doubles);

void multiply_panel(const PanelProduct<float>& product) { HWY_DYNAMIC_DISPATCH(multiply_floats)(product); }
void multiply_panel(const PanelProduct<double>& product) { HWY_DYNAMIC_DISPATCH(multiply_doubles)(product); }
void multiply_rows(const RowProducts<float>& product) { HWY_DYNAMIC_DISPATCH(dot_floats)(product); }
void multiply_rows(const RowProducts<double>& product) { HWY_DYNAMIC_DISPATCH(dot_doubles)(product); }

}  // namespace ranktape::detail
#endif
