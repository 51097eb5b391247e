#include <ranktape/core/fail.hpp>
#include <ranktape/core/groups.hpp>

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

namespace ranktape {

Groups::Groups() : Groups(std::vector<std::int64_t>{0}) {}

Groups::Groups(std::vector<std::int64_t> offsets) {
  auto data = std::make_shared<Data>();
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    data->longest = std::max(data->longest, offsets[i] - offsets[i - 1]);
  }
  data->offsets = std::move(offsets);
  data_ = std::move(data);
}

Groups Groups::from_sizes(std::span<const std::int64_t> sizes, SourceLocation where) {
  std::vector<std::int64_t> offsets;
  offsets.reserve(sizes.size() + 1);
  offsets.push_back(0);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0) {
      detail::fail<ShapeError>(where, "Groups::from_sizes", "size {} of list {} is negative", sizes[i], i);
    }
    if (sizes[i] > std::numeric_limits<std::int64_t>::max() - offsets.back()) {
      detail::fail<ShapeError>(where, "Groups::from_sizes",
                               "with list {}, of size {}, there are more documents than can be counted", i, sizes[i]);
    }
    offsets.push_back(offsets.back() + sizes[i]);
  }
  return Groups(std::move(offsets));
}

Groups Groups::from_offsets(std::span<const std::int64_t> offsets, SourceLocation where) {
  if (offsets.empty() || offsets.front() != 0) {
    detail::fail<ShapeError>(where, "Groups::from_offsets",
                             "the offsets must begin with 0; for sizes use Groups::from_sizes");
  }
  const auto fall = std::is_sorted_until(offsets.begin(), offsets.end());
  if (fall != offsets.end()) {
    const auto index = fall - offsets.begin();
    detail::fail<ShapeError>(where, "Groups::from_offsets", "offset {} is {}, less than the {} before it", index, *fall,
                             *(fall - 1));
  }
  return Groups(std::vector<std::int64_t>(offsets.begin(), offsets.end()));
}

Groups Groups::from_ids(std::span<const std::int64_t> ids, SourceLocation where) {
  std::vector<std::int64_t> offsets = {0};
  std::unordered_set<std::int64_t> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0 && ids[i] == ids[i - 1]) {
      continue;
    }
    if (!seen.insert(ids[i]).second) {
      detail::fail<ShapeError>(where, "Groups::from_ids",
                               "id {} comes back at position {} after another id; sort the documents by id", ids[i], i);
    }
    if (i > 0) {
      offsets.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (!ids.empty()) {
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
  }
  return Groups(std::move(offsets));
}

Groups Groups::from_sizes(std::initializer_list<std::int64_t> sizes, SourceLocation where) {
  return from_sizes(std::span(sizes.begin(), sizes.size()), where);
}
Groups Groups::from_offsets(std::initializer_list<std::int64_t> offsets, SourceLocation where) {
  return from_offsets(std::span(offsets.begin(), offsets.size()), where);
}
Groups Groups::from_ids(std::initializer_list<std::int64_t> ids, SourceLocation where) {
  return from_ids(std::span(ids.begin(), ids.size()), where);
}

const std::int64_t* detail::offsets_on_accelerator(const Groups& groups) {
  const Groups::Data& data = *groups.data_;
  std::call_once(data.brought, [&] { data.on_accelerator = copy_to(Device::accelerator, data.offsets); });
  return static_cast<const std::int64_t*>(data.on_accelerator->data);
}

}  // namespace ranktape
