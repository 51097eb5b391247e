#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/tensor.hpp>
#include <ranktape/ops/rank/network_kernels.hpp>
#include <ranktape/ops/rank/sorting_network.hpp>

#include <cstdint>

// Internal: sorting_network on the accelerator.
namespace ranktape::detail {

/// `count` lists of n values on their way through the network.
class DeviceNetwork {
 public:
  /// `inverse`: the inverse temperature of each list.
  DeviceNetwork(const SortingNetworkOptions& options, std::int64_t count, std::int64_t n, Array<double> inverse);

  /// Takes the values through, which makes all mixtures known. First.
  void sort(const Tensor& values) const;
  void fill(const Tensor& matrix) const;
  /// The gradient of the values, from that of the matrix.
  void backward(const Tensor& gradient, const Tensor& result) const;

 private:
  [[nodiscard]] kernels::NetworkLayer layer(std::size_t k) const;
  void backward_matrix(const Tensor& gradient, const Array<double>& of_mixtures) const;

  NetworkLayout layout_;
  Comparator comparator_;
  int sign_;
  std::int64_t count_;
  std::int64_t n_;
  Array<double> inverse_;
  Array<NetworkLayout::Step> steps_;
  Array<std::uint32_t> start_;
  Array<double> wires_;        // [lists, n]
  Array<double> differences_;  // b - a at each comparator: [lists, comparators]
  Array<Mixture> mixtures_;
};

}  // namespace ranktape::detail
