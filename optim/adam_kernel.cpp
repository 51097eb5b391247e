#include <ranktape/optim/adam_kernel.hpp>

// Compiled once for each instruction set that Highway knows for this architecture; the right one is chosen at run time.
// The formula is plain C++: the compiler vectorises its loop for each.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/optim/adam_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

template <bool Amsgrad, class Scalar>
HWY_INLINE void descend(const AdamStep<Scalar>& step) {
  const AdamStep<Scalar> c = step;
  Scalar* HWY_RESTRICT p = c.parameter;
  const Scalar* HWY_RESTRICT gradient = c.gradient;
  Scalar* HWY_RESTRICT m = c.first_moment;
  Scalar* HWY_RESTRICT v = c.second_moment;
  Scalar* HWY_RESTRICT largest = c.largest;
  for (std::int64_t i = 0; i < c.count; ++i) {
    adam_element(c, gradient[i], p[i], m[i], v[i], Amsgrad ? largest + i : nullptr);
  }
}

template <class Scalar>
HWY_INLINE void take_step(const AdamStep<Scalar>& step) {
  if (step.largest != nullptr) {
    descend<true>(step);
  } else {
    descend<false>(step);
  }
}

void take_float_step(const AdamStep<float>& step) { take_step(step); }
void take_double_step(const AdamStep<double>& step) { take_step(step); }

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(take_float_step);
HWY_EXPORT(take_double_step);

void take_adam_step(const AdamStep<float>& step) { HWY_DYNAMIC_DISPATCH(take_float_step)(step); }
void take_adam_step(const AdamStep<double>& step) { HWY_DYNAMIC_DISPATCH(take_double_step)(step); }

}  // namespace ranktape::detail
#endif
