#include <ranktape/core/backend.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/rank/network_device.hpp>
#include <ranktape/ops/rank/network_kernels.hpp>

#include <algorithm>
#include <utility>

namespace ranktape::detail {
namespace {

template <class Container>
Array<typename Container::value_type> to_accelerator(const Container& numbers) {
  Array<typename Container::value_type> there(numbers.size(), Device::accelerator);
  if (!numbers.empty()) {
    copy_bytes(there.data(), Device::accelerator, numbers.data(), Device::cpu,
               numbers.size() * sizeof(typename Container::value_type));
  }
  return there;
}

/// Calls body(block, lists) for blocks that cover the columns of all matrices, with a workspace of some 64 MiB in all
/// if each column of each list takes `numbers` doubles. How many columns are in a block is a function of `numbers`
/// alone: sums over columns do not depend on the other lists.
template <class Body>
void for_each_block(std::int64_t count, std::int64_t n, std::int64_t numbers, const Body& body) {
  constexpr std::int64_t budget = std::int64_t{1} << 23;
  const std::int64_t columns = std::clamp<std::int64_t>(budget / numbers, 1, n);
  const std::int64_t lists = std::clamp<std::int64_t>(budget / numbers / n, 1, count);
  const Array<double> rows(static_cast<std::size_t>(lists * n * columns), Device::accelerator);
  for (std::int64_t list = 0; list < count; list += lists) {
    for (std::int64_t first = 0; first < n; first += columns) {
      body(kernels::NetworkBlock{n, list, first, std::min(columns, n - first), rows.data()},
           std::min(lists, count - list));
    }
  }
}

}  // namespace

DeviceNetwork::DeviceNetwork(const SortingNetworkOptions& options, std::int64_t count, std::int64_t n,
                             Array<double> inverse)
    : layout_(options.network, static_cast<std::uint32_t>(n)),
      comparator_(options.comparator),
      sign_(options.direction == Direction::ascending ? 1 : -1),
      count_(count),
      n_(n),
      inverse_(std::move(inverse)),
      steps_(to_accelerator(layout_.steps)),
      start_(to_accelerator(layout_.start)),
      wires_(static_cast<std::size_t>(count * n), Device::accelerator),
      differences_(static_cast<std::size_t>(count) * layout_.steps.size(), Device::accelerator),
      mixtures_(differences_.size(), Device::accelerator) {}

kernels::NetworkLayer DeviceNetwork::layer(std::size_t k) const {
  return {steps_.data(), layout_.layer_starts[k], layout_.layer_starts[k + 1] - layout_.layer_starts[k],
          static_cast<std::int64_t>(layout_.steps.size()), n_};
}

void DeviceNetwork::sort(const Tensor& values) const {
  dispatch(values.dtype(), [&]<class Scalar>() {
    launch(count_ * n_, kernels::StartWires<Scalar>{data<Scalar>(values), start_.data(), n_, sign_, wires_.data()});
  });
  for (std::size_t k = 0; k < layout_.layers(); ++k) {
    const kernels::NetworkLayer own = layer(k);
    launch(count_ * own.size, kernels::CompareWires<double>{own, comparator_, inverse_.data(), wires_.data(),
                                                            differences_.data(), mixtures_.data()});
  }
}

void DeviceNetwork::fill(const Tensor& matrix) const {
  for_each_block(count_, n_, n_, [&](const kernels::NetworkBlock& block, std::int64_t lists) {
    const std::int64_t elements = lists * n_ * block.columns;
    launch(elements, kernels::StartColumns{block, start_.data()});
    for (std::size_t k = 0; k < layout_.layers(); ++k) {
      const kernels::NetworkLayer own = layer(k);
      launch(lists * own.size * block.columns, kernels::MixColumns<false>{own, block, mixtures_.data(), nullptr});
    }
    dispatch(matrix.dtype(), [&]<class Scalar>() {
      launch(elements, kernels::WriteColumns<Scalar>{block, data<Scalar>(matrix)});
    });
  });
}

void DeviceNetwork::backward_matrix(const Tensor& gradient, const Array<double>& of_mixtures) const {
  const auto comparators = static_cast<std::int64_t>(layout_.steps.size());
  launch(count_ * comparators, kernels::Fill<double>{of_mixtures.data(), 0});
  Array<double> met;
  for_each_block(count_, n_, n_ + comparators, [&](const kernels::NetworkBlock& block, std::int64_t lists) {
    const std::int64_t elements = lists * n_ * block.columns;
    if (met.size() == 0) {  // the first block is the largest
      met = Array<double>(static_cast<std::size_t>(lists * comparators * block.columns), Device::accelerator);
    }
    launch(elements, kernels::StartColumns{block, start_.data()});
    for (std::size_t k = 0; k < layout_.layers(); ++k) {
      const kernels::NetworkLayer own = layer(k);
      launch(lists * own.size * block.columns, kernels::MixColumns<false>{own, block, mixtures_.data(), met.data()});
    }
    dispatch(gradient.dtype(), [&]<class Scalar>() {
      launch(elements, kernels::ReadColumns<Scalar>{block, data<Scalar>(gradient)});
    });
    for (std::size_t k = layout_.layers(); k-- > 0;) {
      const kernels::NetworkLayer own = layer(k);
      launch(lists * own.size * block.columns, kernels::MixColumns<true>{own, block, mixtures_.data(), met.data()});
    }
    launch(lists * comparators,
           kernels::SumMixtureGradient{met.data(), block.columns, of_mixtures.data() + block.first_list * comparators});
  });
}

void DeviceNetwork::backward(const Tensor& gradient, const Tensor& result) const {
  const Array<double> of_mixtures(differences_.size(), Device::accelerator);
  backward_matrix(gradient, of_mixtures);
  // From here on `wires` are the gradients of the values on them: the sorted values are not returned.
  launch(count_ * n_, kernels::Fill<double>{wires_.data(), 0});
  for (std::size_t k = layout_.layers(); k-- > 0;) {
    const kernels::NetworkLayer own = layer(k);
    launch(count_ * own.size,
           kernels::CompareWiresBack{own, differences_.data(), mixtures_.data(), of_mixtures.data(), wires_.data()});
  }
  dispatch(result.dtype(), [&]<class Scalar>() {
    launch(count_ * n_, kernels::EndWires<Scalar>{wires_.data(), start_.data(), n_, sign_, data<Scalar>(result)});
  });
}

}  // namespace ranktape::detail
