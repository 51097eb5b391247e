#include <ranktape/ops/attention_rows.hpp>

// Compiled once for each instruction set that Highway knows for this architecture; the right one is chosen at run time.
// The loops are plain C++: the compiler vectorises them for each.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/attention_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <ranktape/ops/rank/exponential.hpp>
#include <ranktape/ops/rank/sums-inl.hpp>

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

// Below these e^t is 0 to all digits that a sum with a term of 1 has, and `exponential` knows no smaller ones.
template <class Scalar>
constexpr Scalar least_exponent = sizeof(Scalar) == 4 ? Scalar(-87) : Scalar(-700);

// e^t for t <= 0 of any size; a NaN stays one.
template <class Scalar>
HWY_INLINE Scalar falling_exponential(Scalar t) {
  return exponential(t < least_exponent<Scalar> ? least_exponent<Scalar> : t);
}

// In 16 parts whatever the size of a vector: the order, and so the bits, are the same for each.
constexpr std::int64_t parts = 16;

template <class Scalar>
HWY_INLINE Scalar greatest_of(const Scalar* HWY_RESTRICT x, std::int64_t count) {
  Scalar greatest[parts];
  for (Scalar& part : greatest) {
    part = x[0];
  }
  std::int64_t j = 0;
  for (; j + parts <= count; j += parts) {
    for (std::int64_t part = 0; part < parts; ++part) {
      greatest[part] = x[j + part] > greatest[part] ? x[j + part] : greatest[part];
    }
  }
  for (; j < count; ++j) {
    greatest[0] = x[j] > greatest[0] ? x[j] : greatest[0];
  }
  Scalar all = greatest[0];
  for (const Scalar part : greatest) {
    all = part > all ? part : all;
  }
  return all;
}

template <class Scalar>
void exponentiate_rows(const AttentionRows<Scalar>& block, double* sums, double* log_sums, std::int64_t step) {
  for (std::int64_t i = 0; i < block.rows; ++i) {
    Scalar* HWY_RESTRICT row = block.scores + i * block.columns;
    const Scalar greatest = greatest_of(row, block.columns);
    for (std::int64_t j = 0; j < block.columns; ++j) {
      row[j] = falling_exponential(row[j] - greatest);
    }
    sums[i] = sum(row, static_cast<std::size_t>(block.columns));
    log_sums[i * step] = static_cast<double>(greatest) + std::log(sums[i]);
  }
}

template <class Scalar>
void differentiate_rows(const AttentionRows<Scalar>& block, const double* log_sums, std::int64_t step,
                        const double* products, Scalar* slopes) {
  for (std::int64_t i = 0; i < block.rows; ++i) {
    Scalar* HWY_RESTRICT row = block.scores + i * block.columns;
    Scalar* HWY_RESTRICT slope = slopes + i * block.columns;
    const auto log_sum = static_cast<Scalar>(log_sums[i * step]);
    const auto product = static_cast<Scalar>(products[i]);
    for (std::int64_t j = 0; j < block.columns; ++j) {
      row[j] = falling_exponential(row[j] - log_sum);
      slope[j] = row[j] * (slope[j] - product);
    }
  }
}

// One name for each type: Highway's table of targets knows no overloads.
void exponentiate_floats(const AttentionRows<float>& block, double* sums, double* log_sums, std::int64_t step) {
  exponentiate_rows(block, sums, log_sums, step);
}
void exponentiate_doubles(const AttentionRows<double>& block, double* sums, double* log_sums, std::int64_t step) {
  exponentiate_rows(block, sums, log_sums, step);
}
void differentiate_floats(const AttentionRows<float>& block, const double* log_sums, std::int64_t step,
                          const double* products, float* slopes) {
  differentiate_rows(block, log_sums, step, products, slopes);
}
void differentiate_doubles(const AttentionRows<double>& block, const double* log_sums, std::int64_t step,
                           const double* products, double* slopes) {
  differentiate_rows(block, log_sums, step, products, slopes);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(exponentiate_floats);
HWY_EXPORT(exponentiate_doubles);
HWY_EXPORT(differentiate_floats);
HWY_EXPORT(differentiate_doubles);

void exponentiate(const AttentionRows<float>& block, double* sums, double* log_sums, std::int64_t step) {
  HWY_DYNAMIC_DISPATCH(exponentiate_floats)(block, sums, log_sums, step);
}
void exponentiate(const AttentionRows<double>& block, double* sums, double* log_sums, std::int64_t step) {
  HWY_DYNAMIC_DISPATCH(exponentiate_doubles)(block, sums, log_sums, step);
}

void differentiate(const AttentionRows<float>& block, const double* log_sums, std::int64_t step, const double* products,
                   float* slopes) {
  HWY_DYNAMIC_DISPATCH(differentiate_floats)(block, log_sums, step, products, slopes);
}
void differentiate(const AttentionRows<double>& block, const double* log_sums, std::int64_t step,
                   const double* products, double* slopes) {
  HWY_DYNAMIC_DISPATCH(differentiate_doubles)(block, log_sums, step, products, slopes);
}

}  // namespace ranktape::detail
#endif
