#include <ranktape/core/backend.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/block_sums.hpp>
#include <ranktape/ops/rank/device_pooling.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/hull_tree.hpp>
#include <ranktape/ops/rank/pooled_kernels.hpp>
#include <ranktape/ops/rank/temperature.hpp>

#include <string_view>
#include <type_traits>

namespace ranktape::detail {
namespace {

template <class T>
Array<T> on_accelerator(std::int64_t count) {
  return Array<T>(static_cast<std::size_t>(count), Device::accelerator);
}

/// Sums of tiles, and of tiles of them, as far up as the longest list needs.
class TilePyramid {
 public:
  template <class Terms>
  TilePyramid(const Tiles& tiles, const Terms& terms) {
    constexpr std::int64_t few = 2 * Pyramid::width;
    std::int64_t counts[Pyramid::highest] = {tiles.count};
    std::int64_t in_all = tiles.count;
    int levels = 1;
    for (std::int64_t longest = tiles.in_longest; longest > few; longest = above(longest)) {
      counts[levels] = above(counts[levels - 1]);
      in_all += counts[levels++];
    }
    memory_ = on_accelerator<Term>(in_all);
    Term* sums = memory_.data();
    launch(tiles.count, kernels::SumTiles<Terms>{tiles, terms, sums});
    levels_ = {{sums}, levels};
    for (int level = 1; level < levels; ++level) {
      Term* const next = sums + counts[level - 1];
      launch(counts[level], kernels::SumWidths{sums, counts[level - 1], next});
      levels_.levels[level] = next;
      sums = next;
    }
  }

  [[nodiscard]] const Pyramid& levels() const { return levels_; }

 private:
  static std::int64_t above(std::int64_t count) { return (count + Pyramid::width - 1) / Pyramid::width; }

  Array<Term> memory_;
  Pyramid levels_ = {};
};

/// The sorted values, which only the forward pass needs; order, tiles and strengths go to the pooling.
Array<double> sort_lists_of(Pooling& pooling, const Tensor& values, int sign) {
  const SoftRankOptions& options = pooling.options;
  const DeviceOrder sorted = sort_on_accelerator(values, pooling.lists, sign);
  DevicePooling& there = pooling.there;
  pooling.order = sorted.order;
  there.tiles = Tiles::of(pooling.lists.on_accelerator(), values.size());
  there.found = on_accelerator<BlocksOfTile>(there.tiles.count);
  there.strengths = Strengths::of(options.regularization_strength, options.strength_unit == StrengthUnit::per_item);
  if (options.strength_unit == StrengthUnit::spread) {
    there.inverse_strength = inverse_temperatures(
        values, pooling.lists,
        {.temperature = options.regularization_strength, .temperature_unit = options.strength_unit});
    there.strengths.inverse_each = there.inverse_strength.data();
  }
  return sorted.sorted;
}

/// Calls the kernel for all documents. No bit depends on how.
template <class Kernel>
void write_documents(const DevicePooling& there, std::int64_t documents, const Kernel& kernel) {
  if (std::string_view(accelerator_system()) == "cuda") {
    launch(documents, kernels::ForDocuments<Kernel>{there.tiles, there.found.data(), kernel});
  } else {
    launch(there.tiles.count, kernels::ForTiles<Kernel>{there.tiles, there.found.data(), kernel});
  }
}

template <bool OfRanks, class Function>
void with_numbers(Regularization regularization, const Function& function) {
  regularization == Regularization::kl ? function(std::type_identity<Ratios<OfRanks>>())
                                       : function(std::type_identity<Means<OfRanks>>());
}

/// The means of all blocks, or their sums.
template <class Terms>
Array<double> sum_blocks(const Pooling& pooling, std::int64_t documents, const Terms& terms, bool means) {
  const DevicePooling& there = pooling.there;
  Array<double> results = on_accelerator<double>(documents);
  const auto sum = [&](const Pyramid& pyramid) {
    launch(there.tiles.count,
           kernels::SumBlocks<Terms>{there.tiles, there.found.data(), terms, pyramid, means, results.data()});
  };
  if (there.tiles.levels() == 0) {
    sum({});  // no block leaves its tile
  } else {
    const TilePyramid pyramid(there.tiles, terms);
    sum(pyramid.levels());
  }
  return results;
}

}  // namespace

void rank_on_accelerator(Pooling& pooling, const Tensor& values, const Tensor& ranks) {
  const Array<double> sorted = sort_lists_of(pooling, values, sign_of(pooling.options.direction));
  const DevicePooling& there = pooling.there;
  with_numbers<true>(pooling.options.regularization, [&]<class Numbers>(std::type_identity<Numbers>) {
    Array<double> memory;
    const HullTree tree = find_blocks<Numbers>(there.tiles, sorted.data(), there.strengths, there.found, memory);
    dispatch(ranks.dtype(), [&]<class Rank>() {
      const kernels::WriteRanks<Numbers, Rank> write = {tree, pooling.order.data(), data<Rank>(ranks)};
      write_documents(there, values.size(), write);
    });
  });
}

Tensor rank_gradient_on_accelerator(const Pooling& pooling, const Tensor& ranks, const Tensor& gradient, DType dtype) {
  Tensor result = make_tensor(gradient.shape(), dtype, gradient.device());
  const DevicePooling& there = pooling.there;
  dispatch(dtype, [&]<class Scalar>() {
    dispatch(ranks.dtype(), [&]<class Rank>() {
      if constexpr (sizeof(Rank) >= sizeof(Scalar)) {
        const bool kl = pooling.options.regularization == Regularization::kl;
        const Rank* const weights = kl ? data<Rank>(ranks) : nullptr;
        const std::uint32_t* const order = pooling.order.data();
        const RankTerms<Rank> terms = {data<Rank>(gradient), weights, order};
        const Array<double> means = sum_blocks(pooling, gradient.size(), terms, true);
        const kernels::WriteRankGradient<Rank, Scalar> write = {there.tiles.lists,
                                                                there.strengths,
                                                                sign_of(pooling.options.direction),
                                                                order,
                                                                means.data(),
                                                                terms.gradient,
                                                                weights,
                                                                data<Scalar>(result)};
        write_documents(there, gradient.size(), write);
      }
    });
  });
  return result;
}

void sort_places_on_accelerator(Pooling& pooling, const Tensor& values, const Tensor& places, const Tensor& weights) {
  const int sign = -sign_of(pooling.options.direction);
  const Array<double> sorted = sort_lists_of(pooling, values, sign);
  const DevicePooling& there = pooling.there;
  with_numbers<false>(pooling.options.regularization, [&]<class Numbers>(std::type_identity<Numbers>) {
    Array<double> memory;
    const HullTree tree = find_blocks<Numbers>(there.tiles, sorted.data(), there.strengths, there.found, memory);
    dispatch(places.dtype(), [&]<class Scalar>() {
      Scalar* const of_kl = weights.defined() ? data<Scalar>(weights) : nullptr;
      const kernels::WritePlaces<Numbers, Scalar> write = {tree, sign, data<Scalar>(places), of_kl};
      write_documents(there, values.size(), write);
    });
  });
}

Tensor place_gradient_on_accelerator(const Pooling& pooling, const Tensor& weights, const Tensor& gradient) {
  Tensor result = make_tensor_like(gradient);
  const DevicePooling& there = pooling.there;
  dispatch(result.dtype(), [&]<class Scalar>() {
    const Scalar* const of_kl = weights.defined() ? data<Scalar>(weights) : nullptr;
    const PlaceTerms<Scalar> terms = {data<Scalar>(gradient)};
    const Array<double> of_blocks = sum_blocks(pooling, gradient.size(), terms, of_kl == nullptr);
    const kernels::WritePlaceGradient<Scalar> write = {pooling.order.data(), of_blocks.data(), of_kl,
                                                       data<Scalar>(result)};
    write_documents(there, gradient.size(), write);
  });
  return result;
}

}  // namespace ranktape::detail
