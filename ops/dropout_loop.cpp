#include <ranktape/ops/dropout_loop.hpp>

// Compiled once for each instruction set that Highway knows for this architecture; the right one is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ranktape/ops/dropout_loop.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ranktape::detail::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

// No vectors: one block after the other.
template <class Scalar>
void drop(const kernels::Dropout<Scalar>& kernel, std::int64_t first, std::int64_t last) {
  for (std::int64_t i = first; i < last; ++i) {
    kernel(i);
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;

// 16 lanes at most: what the numbers of a vector's blocks are stored to is an array.
using Tag = hn::CappedTag<std::uint32_t, 16>;
using Numbers = hn::Vec<Tag>;
constexpr std::int64_t most_lanes = 16;

// The upper halves of the 64-bit products.
HWY_INLINE Numbers high_products(Tag tag, Numbers a, Numbers b) {
  const hn::RepartitionToWide<Tag> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(tag, hn::ShiftRight<32>(hn::BitCast(wide, a))), b);
  return hn::OddEven(hn::BitCast(tag, odd), hn::BitCast(tag, hn::ShiftRight<32>(even)));
}

// Random::block for as many counters from `counter` on as there are lanes, one block after the other. None of them may
// have other upper 32 bits than the first.
HWY_INLINE void store_numbers(Tag tag, std::uint64_t seed, std::uint64_t stream, std::uint64_t counter,
                              std::uint32_t* to) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  const auto multiplier_0 = hn::Set(tag, Random::multiplier_0);
  const auto multiplier_1 = hn::Set(tag, Random::multiplier_1);
  auto c0 = hn::Iota(tag, low(counter));
  auto c1 = hn::Set(tag, high(counter));
  auto c2 = hn::Set(tag, low(stream));
  auto c3 = hn::Set(tag, high(stream));
  auto key_0 = hn::Set(tag, low(seed));
  auto key_1 = hn::Set(tag, high(seed));
  for (int round = 0; round < Random::rounds; ++round) {
    const auto high_0 = high_products(tag, c0, multiplier_0);
    const auto high_1 = high_products(tag, c2, multiplier_1);
    const auto low_0 = hn::Mul(c0, multiplier_0);
    const auto low_1 = hn::Mul(c2, multiplier_1);
    c0 = hn::Xor(hn::Xor(high_1, c1), key_0);
    c1 = low_1;
    c2 = hn::Xor(hn::Xor(high_0, c3), key_1);
    c3 = low_0;
    key_0 = hn::Add(key_0, hn::Set(tag, Random::weyl_0));
    key_1 = hn::Add(key_1, hn::Set(tag, Random::weyl_1));
  }
  hn::StoreInterleaved4(c0, c1, c2, c3, tag, to);
}

template <class Scalar>
void drop(const kernels::Dropout<Scalar>& kernel, std::int64_t first, std::int64_t last) {
  constexpr std::int64_t block = kernels::Dropout<Scalar>::block;
  const Tag tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  const auto threshold = static_cast<std::uint32_t>(kernel.threshold);
  const Scalar scale = kernel.scale;
  alignas(64) std::uint32_t numbers[block * most_lanes];
  std::int64_t i = first;
  for (; i + lanes <= last && (i + lanes) * block <= kernel.size; i += lanes) {
    if ((i >> 32) != ((i + lanes - 1) >> 32)) {
      break;
    }
    store_numbers(tag, kernel.seed, kernel.stream, static_cast<std::uint64_t>(i), numbers);
    const Scalar* from = kernel.from + i * block;
    Scalar* to = kernel.to + i * block;
    for (std::int64_t k = 0; k < block * lanes; ++k) {
      to[k] = numbers[k] >= threshold ? scale * from[k] : Scalar{0};
    }
  }
  for (; i < last; ++i) {
    kernel(i);
  }
}

#endif

void drop_floats(const kernels::Dropout<float>& kernel, std::int64_t first, std::int64_t last) {
  drop(kernel, first, last);
}
void drop_doubles(const kernels::Dropout<double>& kernel, std::int64_t first, std::int64_t last) {
  drop(kernel, first, last);
}

}  // namespace ranktape::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ranktape::detail {

HWY_EXPORT(drop_floats);
HWY_EXPORT(drop_doubles);

void drop_blocks(const kernels::Dropout<float>& kernel, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(drop_floats)(kernel, first, last);
}
void drop_blocks(const kernels::Dropout<double>& kernel, std::int64_t first, std::int64_t last) {
  HWY_DYNAMIC_DISPATCH(drop_doubles)(kernel, first, last);
}

}  // namespace ranktape::detail
#endif
