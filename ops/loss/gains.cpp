#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/loss/gains.hpp>
#include <ranktape/ops/loss/list_passes.hpp>
#include <ranktape/ops/rank/device_sort.hpp>
#include <ranktape/ops/rank/sorted_keys.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace ranktape::detail {
namespace {

/// Discounts of the first places, computed once: for short lists their logarithms would be most of the work.
double discount_of_place(std::size_t place) {
  constexpr std::size_t known = 1024;
  static const auto table = [] {
    std::array<double, known> discounts = {};
    for (std::size_t i = 0; i < known; ++i) {
      discounts[i] = rank_discount(static_cast<double>(i + 1));
    }
    return discounts;
  }();
  return place < known ? table[place] : rank_discount(static_cast<double>(place + 1));
}

/// Of gains that fall, the first `places`.
double discounted_sum(const double* falling, std::size_t places) {
  double sum = 0;
  for (std::size_t i = 0; i < places && falling[i] > 0; ++i) {
    sum += falling[i] * discount_of_place(i);
  }
  return sum;
}

/// The same for labels that need no sorting, for there are few different ones. Returns a negative number for others.
double discounted_sum_of_labels(const double* labels, std::size_t n, std::size_t places, double greatest, Gain gain) {
  std::array<std::size_t, counted_labels> count = {};
  for (std::size_t i = 0; i < n; ++i) {
    if (!is_counted_label(labels[i])) {
      return -1;
    }
    ++count[static_cast<std::size_t>(labels[i])];
  }
  double sum = 0;
  std::size_t place = 0;
  for (std::size_t label = counted_labels; label-- > 1 && place < places;) {
    const std::size_t end = std::min(place + count[label], places);
    double discounts = 0;
    for (; place < end; ++place) {
      discounts += discount_of_place(place);
    }
    sum += discounts * gain_of(static_cast<double>(label), greatest, gain);
  }
  return sum;
}

Array<double> greatest_sums_on_cpu(const Tensor& labels, const Tensor& gains, const Lists& lists, bool is_weighted,
                                   Gain gain, std::int64_t most) {
  Array<double> greatest(static_cast<std::size_t>(lists.count()));
  for_each_list_on_cpu(lists, [&](std::int64_t list, std::int64_t begin, std::int64_t end) {
    const auto n = static_cast<std::size_t>(end - begin);
    const auto places = static_cast<std::size_t>(std::min(end - begin, most));
    const double* const own = data<double>(labels) + begin;
    double sum = -1;
    if (!is_weighted && n > 0) {
      sum = discounted_sum_of_labels(own, n, places, *std::max_element(own, own + n), gain);
    }
    if (sum < 0) {
      const auto keys = key_memory<double>(n);
      const Array<double> sorted(n);
      const Array<std::uint32_t> order(n);
      sort_decreasing(data<double>(gains) + begin, n, 1, keys.data(), sorted.data(), order.data());
      sum = discounted_sum(sorted.data(), places);
    }
    greatest[static_cast<std::size_t>(list)] = sum;
  });
  return greatest;
}

}  // namespace

Tensor constant_in_double(const Tensor& tensor) {
  return tensor.defined() ? tensor.detach().to(DType::float64) : Tensor();
}

NormalisedGains normalised_gains(const Tensor& labels, const Tensor& weights, const Lists& lists, Gain gain,
                                 std::int64_t k) {
  const Device device = labels.device();
  const double* const of_documents = data<double>(labels);
  const Tensor gains = make_tensor_like(labels);
  double* const to = data<double>(gains);
  const auto of_labels = sum_each_list(lists, device, kernels::ExtremesTerm{of_documents});
  for_each_document(lists, device,
                    kernels::DocumentGain{of_documents, weights_or_null(weights), of_labels.data(), gain, to});
  const auto of_gains = sum_each_list(lists, device, kernels::ExtremesTerm{to});
  const std::int64_t most = k > 0 ? k : std::numeric_limits<std::int64_t>::max();
  Array<double> greatest;
  if (device == Device::accelerator) {
    const DeviceOrder order = sort_on_accelerator(gains, lists, 1);
    greatest = sum_each_list(lists, device, kernels::DiscountedTerm{order.sorted.data(), most});
  } else {
    greatest = greatest_sums_on_cpu(labels, gains, lists, weights.defined(), gain, most);
  }
  for_each_document(lists, device, kernels::NormaliseGain{of_gains.data(), greatest.data(), to});
  return {gains, of_gains};
}

}  // namespace ranktape::detail
