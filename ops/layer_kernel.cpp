#include <ranktape/ops/layer_kernel.hpp>

// Compiled once for each instruction set that Highway knows for this architecture; the right one is chosen at run time.
// The formulas are plain C++: the compiler vectorises their loops for each.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/layer_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <ranktape/ops/activation_formula.hpp>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Scalar>
void activate(Activation activation, const Scalar* from, Scalar* to, std::int64_t count) {
  with_formula(activation, [=](const auto& formula) HWY_ATTR {
    if (from == to) {  // of two names for one place the compiler would have to fear an overlap
      for (std::int64_t i = 0; i < count; ++i) {
        to[i] = formula.value(to[i]);
      }
      return;
    }
    const Scalar* HWY_RESTRICT x = from;
    Scalar* HWY_RESTRICT y = to;
    for (std::int64_t i = 0; i < count; ++i) {
      y[i] = formula.value(x[i]);
    }
  });
}

template <class Scalar>
void multiply_by_derivative(Activation activation, const Scalar* points, const Scalar* gradient, Scalar* to,
                            std::int64_t count) {
  with_formula(activation, [=](const auto& formula) HWY_ATTR {
    const Scalar* HWY_RESTRICT point = points;
    const Scalar* HWY_RESTRICT g = gradient;
    Scalar* HWY_RESTRICT d = to;
    for (std::int64_t i = 0; i < count; ++i) {
      d[i] = g[i] * formulas::derivative_at(formula, point[i]);
    }
  });
}

HWY_INLINE double as_double(float value) { return static_cast<double>(value); }
HWY_INLINE double as_double(double value) { return value; }

template <class Doubles>
HWY_INLINE hn::Vec<Doubles> load_as_doubles(Doubles tag, const float* values) {
  return hn::PromoteTo(tag, hn::LoadU(hn::Rebind<float, Doubles>(), values));
}
template <class Doubles>
HWY_INLINE hn::Vec<Doubles> load_as_doubles(Doubles tag, const double* values) {
  return hn::LoadU(tag, values);
}

// In 32 parts whatever the size of a vector, so that none waits for another.
template <class Scalar>
double sum_of(const Scalar* values, std::int64_t count) {
  constexpr std::int64_t width = 32;
  double parts[width] = {};
  std::int64_t i = 0;
  for (; i + width <= count; i += width) {
    for (std::int64_t j = 0; j < width; ++j) {
      parts[j] += as_double(values[i + j]);
    }
  }
  double sum = 0;
  for (const double part : parts) {
    sum += part;
  }
  for (; i < count; ++i) {
    sum += as_double(values[i]);
  }
  return sum;
}

// Four vectors of columns at a time stay in registers while the rows go by.
template <class Scalar>
void add_column_sums(const Scalar* matrix, std::int64_t rows, std::int64_t columns, double* sums) {
  const hn::ScalableTag<double> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  if (columns == 1) {
    *sums += sum_of(matrix, rows);
    return;
  }
  std::int64_t column = 0;
  for (; column + 4 * lanes <= columns; column += 4 * lanes) {
    auto sum0 = hn::LoadU(tag, sums + column);
    auto sum1 = hn::LoadU(tag, sums + column + lanes);
    auto sum2 = hn::LoadU(tag, sums + column + 2 * lanes);
    auto sum3 = hn::LoadU(tag, sums + column + 3 * lanes);
    const Scalar* row = matrix + column;
    for (std::int64_t i = 0; i < rows; ++i, row += columns) {
      sum0 = hn::Add(sum0, load_as_doubles(tag, row));
      sum1 = hn::Add(sum1, load_as_doubles(tag, row + lanes));
      sum2 = hn::Add(sum2, load_as_doubles(tag, row + 2 * lanes));
      sum3 = hn::Add(sum3, load_as_doubles(tag, row + 3 * lanes));
    }
    hn::StoreU(sum0, tag, sums + column);
    hn::StoreU(sum1, tag, sums + column + lanes);
    hn::StoreU(sum2, tag, sums + column + 2 * lanes);
    hn::StoreU(sum3, tag, sums + column + 3 * lanes);
  }
  for (; column < columns; ++column) {
    double sum = sums[column];
    for (std::int64_t i = 0; i < rows; ++i) {
      sum += as_double(matrix[i * columns + column]);
    }
    sums[column] = sum;
  }
}

// One name for each type: Highway's table of targets knows no overloads.
void activate_floats(Activation a, const float* x, float* y, std::int64_t n) { activate(a, x, y, n); }
void activate_doubles(Activation a, const double* x, double* y, std::int64_t n) { activate(a, x, y, n); }
void derive_floats(Activation a, const float* x, const float* g, float* d, std::int64_t n) {
  multiply_by_derivative(a, x, g, d, n);
}
void derive_doubles(Activation a, const double* x, const double* g, double* d, std::int64_t n) {
  multiply_by_derivative(a, x, g, d, n);
}
void sum_floats(const float* x, std::int64_t m, std::int64_t n, double* sums) { add_column_sums(x, m, n, sums); }
void sum_doubles(const double* x, std::int64_t m, std::int64_t n, double* sums) { add_column_sums(x, m, n, sums); }

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(activate_floats);
HWY_EXPORT(activate_doubles);
HWY_EXPORT(derive_floats);
HWY_EXPORT(derive_doubles);
HWY_EXPORT(sum_floats);
HWY_EXPORT(sum_doubles);

bool is_differentiated_at_output(Activation activation) {
  return with_formula(activation,
                      []<class Formula>(const Formula&) { return formulas::differentiates_at_output<Formula>; });
}

void activate(Activation activation, const float* from, float* to, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(activate_floats)(activation, from, to, count);
}
void activate(Activation activation, const double* from, double* to, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(activate_doubles)(activation, from, to, count);
}

void multiply_by_derivative(Activation activation, const float* points, const float* gradient, float* to,
                            std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(derive_floats)(activation, points, gradient, to, count);
}
void multiply_by_derivative(Activation activation, const double* points, const double* gradient, double* to,
                            std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(derive_doubles)(activation, points, gradient, to, count);
}

void add_column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, double* sums) {
  HWY_DYNAMIC_DISPATCH(sum_floats)(matrix, rows, columns, sums);
}
void add_column_sums(const double* matrix, std::int64_t rows, std::int64_t columns, double* sums) {
  HWY_DYNAMIC_DISPATCH(sum_doubles)(matrix, rows, columns, sums);
}

}  // namespace ranktape::detail
#endif
