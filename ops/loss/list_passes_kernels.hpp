#pragma once

#include <ranktape/ops/list_tiles.hpp>

#include <cstdint>

// Internal: the kernel of list_passes.hpp.
namespace ranktape::detail::kernels {

/// body(place) for a document, whose list is looked up.
template <class Body>
struct AtDocument {
  ListOffsets lists;
  Body body;
  constexpr void operator()(std::int64_t i) const {
    const std::int64_t list = lists.list_of(i);
    const std::int64_t begin = lists.begin(list);
    body(ScanPlace{list, begin, i, i == begin});
  }
};

}  // namespace ranktape::detail::kernels
