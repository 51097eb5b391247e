#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/core/parallel.hpp>
#include <ranktape/ops/loss/list_passes_kernels.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/tile_sums.hpp>

#include <cstdint>

// Internal: passes over the documents of all lists that are written once for both devices: a loss is a few of them.
namespace ranktape::detail {

/// Calls visit(list, begin, end) for every list, shared by threads.
template <class Visit>
void for_each_list_on_cpu(const Lists& lists, const Visit& visit) {
  parallel_ranges(lists.count(), lists.nanoseconds_each(), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t list = first; list < last; ++list) {
      visit(list, lists.begin(list), lists.begin(list) + lists.size(list));
    }
  });
}

/// The sum over each list of term(place), as sums_of_lists, on either device.
template <class Term>
Array<kernels::SumOf<Term>> sum_each_list(const Lists& lists, Device device, const Term& term) {
  if (device == Device::accelerator) {
    return sums_of_lists(lists.entries_on_accelerator(), term);
  }
  Array<kernels::SumOf<Term>> sums(static_cast<std::size_t>(lists.count()));
  for_each_list_on_cpu(lists, [&](std::int64_t list, std::int64_t begin, std::int64_t end) {
    kernels::SumOf<Term> sum = {};
    for (std::int64_t i = begin; i < end; ++i) {
      sum += term(ScanPlace{list, begin, i, i == begin});
    }
    sums[static_cast<std::size_t>(list)] = sum;
  });
  return sums;
}

/// body(place) for every document, on either device.
template <class Body>
void for_each_document(const Lists& lists, Device device, const Body& body) {
  if (device == Device::accelerator) {
    launch(lists.documents(), kernels::AtDocument<Body>{lists.on_accelerator(), body});
    return;
  }
  for_each_list_on_cpu(lists, [&](std::int64_t list, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      body(ScanPlace{list, begin, i, i == begin});
    }
  });
}

}  // namespace ranktape::detail
