#pragma once

#include <cstddef>
#include <cstdint>

// Internal: the vectorised loops that matrix products come down to, for the instruction set found at run time. Every
// element is one chain of fused multiply-adds in the order of `depth`, whatever block it is computed in.
namespace ranktape::detail {

/// Columns come in whole cache lines; other widths are padded by the caller.
template <class Scalar>
inline constexpr std::int64_t line = static_cast<std::int64_t>(64 / sizeof(Scalar));
/// The most columns in one call: what fits into registers side by side.
template <class Scalar>
inline constexpr std::int64_t panel_width = 4 * line<Scalar>;

/// out = start + A B for a panel of columns: `columns` is a multiple of line<Scalar>, at most panel_width<Scalar>.
template <class Scalar>
struct PanelProduct {
  std::int64_t rows = 0;
  std::int64_t depth = 0;
  std::int64_t columns = 0;
  const Scalar* a = nullptr;  ///< element (i, k) at a[i * a_row + k * a_step]
  std::int64_t a_row = 0;
  std::int64_t a_step = 1;
  const Scalar* b = nullptr;  ///< row k at b + k * b_row
  std::int64_t b_row = 0;
  const Scalar* start = nullptr;  ///< row i at start + i * start_row; with 0 one row for all
  std::int64_t start_row = 0;
  Scalar* out = nullptr;  ///< row i at out + i * out_row; may be `start`
  std::int64_t out_row = 0;
};

void multiply_panel(const PanelProduct<float>& product);
void multiply_panel(const PanelProduct<double>& product);

/// out[i] = start[i * start_step] + the dot product of x with row i of A, at a + i * a_row.
template <class Scalar>
struct RowProducts {
  std::int64_t rows = 0;
  std::int64_t depth = 0;
  const Scalar* a = nullptr;
  std::int64_t a_row = 0;
  const Scalar* x = nullptr;
  const Scalar* start = nullptr;
  std::int64_t start_step = 0;
  Scalar* out = nullptr;  ///< may be `start`
};

void multiply_rows(const RowProducts<float>& product);
void multiply_rows(const RowProducts<double>& product);

}  // namespace ranktape::detail
