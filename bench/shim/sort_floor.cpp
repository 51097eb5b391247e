// What no soft rank can do without: each row packed into keys of value and position, and those sorted, by the best
// sorter that a distribution has: Highway's vectorised quicksort, as the shared library of Debian.

#include "job.hpp"

#include <hwy/contrib/sort/vqsort.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ranktape::bench {
namespace {

std::uint64_t ordered_key(float value, std::size_t position) {
  constexpr std::uint32_t sign = std::uint32_t{1} << 31;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t ordered = (bits & sign) != 0 ? ~bits : bits | sign;
  return (std::uint64_t{ordered} << 32) | position;
}

class SortFloorJob final : public Job {
 public:
  SortFloorJob(const float* values, std::size_t rows, std::size_t columns)
      : values_(values, values + rows * columns), keys_(columns) {}

  void run() override {
    for (const float* row = values_.data(); row != values_.data() + values_.size(); row += keys_.size()) {
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        keys_[i] = ordered_key(row[i], i);
      }
      sort_(keys_.data(), keys_.size(), hwy::SortAscending());
    }
  }

 private:
  std::vector<float> values_;
  std::vector<std::uint64_t> keys_;
  hwy::Sorter sort_;
};

}  // namespace
}  // namespace ranktape::bench

RANKTAPE_SHIM ranktape::bench::Job* shim_new_sort_floor(const float* values, std::int64_t rows, std::int64_t columns) {
  return ranktape::bench::guarded([&] {
    return new ranktape::bench::SortFloorJob(values, static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
  });
}
