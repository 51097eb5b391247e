#include "support.hpp"

#include <ranktape/core/random.hpp>
#include <ranktape/ops/rank/decay_scan.hpp>
#include <ranktape/ops/rank/lists.hpp>
#include <ranktape/ops/tile_sums.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace ranktape;

namespace {

using Numbers = std::vector<double>;

/// Lists that end before, at and behind a tile, a tile of tiles and more, with empty and single ones in between.
const std::vector<std::int64_t> sizes = {0,    1, 63,   64, 65,   0, 0,      127, 128, 129,
                                         4096, 2, 4097, 1,  5000, 0, 300000, 7,   0};

Numbers normal(std::int64_t n, std::uint64_t seed) {
  Random random(seed);
  return Tensor::randn(Shape{n}, random).to_vector<double>();
}

template <class T>
detail::Array<T> there(const std::vector<T>& numbers) {
  detail::Array<T> copy(numbers.size(), Device::accelerator);
  detail::copy_bytes(copy.data(), Device::accelerator, numbers.data(), Device::cpu, numbers.size() * sizeof(T));
  return copy;
}

std::vector<double> here(const detail::Array<double>& array) {
  std::vector<double> copy(array.size());
  detail::copy_bytes(copy.data(), Device::cpu, array.data(), array.device(), copy.size() * sizeof(double));
  return copy;
}

/// x_i = d_i x_(i-1) + c_i.
template <bool Reverse>
struct Recurrence {
  static constexpr bool reverse = Reverse;
  const double* decays;
  const double* terms;
  double* results;
  [[nodiscard]] double decay(const detail::ScanPlace& place) const { return place.first ? 0.0 : decays[place.entry]; }
  [[nodiscard]] double step(const detail::ScanPlace& place, double carried) const {
    return decay(place) * carried + terms[place.entry];
  }
  void store(const detail::ScanPlace& place, double carried) const { results[place.entry] = carried; }
};

}  // namespace

// The kernels alone, which any system runs in any order: here as plain loops, from the last index to the first.
TEST_CASE("decay scans: the tiles of any lists, against the recurrence") {
  const Groups groups = Groups::from_sizes(sizes);
  const Numbers terms = normal(groups.documents(), 13);
  Numbers decays = normal(groups.documents(), 15);
  for (double& decay : decays) {
    decay = std::exp(-0.02 * std::abs(decay));
  }
  const detail::ListEntries entries = {
      {groups.offsets().data(), groups.longest(), groups.count()}, groups.documents(), groups.longest(), 0};
  const auto run_all = [](std::int64_t count, const auto& kernel) {
    for (std::int64_t i = count; i-- > 0;) {
      kernel(i);
    }
  };
  const auto check = [&]<bool Reverse>() {
    Numbers results(terms.size());
    const Recurrence<Reverse> recurrence = {decays.data(), terms.data(), results.data()};
    std::vector<detail::ListEntries> levels = {entries};
    std::vector<std::vector<detail::Fold>> folds(1);
    while (levels.back().longest > detail::tile_size) {
      const detail::ListEntries tiles = levels.back().tiles();
      folds.emplace_back(static_cast<std::size_t>(tiles.count));
      if (levels.size() == 1) {
        run_all(tiles.count, detail::kernels::FoldTile<Recurrence<Reverse>>{entries, recurrence, folds[1].data()});
      } else {
        run_all(tiles.count,
                detail::kernels::FoldFolds{levels.back(), folds[levels.size() - 1].data(), folds.back().data()});
      }
      levels.push_back(tiles);
    }
    CHECK(levels.size() == 4);
    for (std::size_t level = levels.size(); level-- > 1;) {
      const detail::Fold* incoming = level + 1 < levels.size() ? folds[level + 1].data() : nullptr;
      run_all(levels[level].tiles().count, detail::kernels::CarryIn{levels[level], folds[level].data(), incoming});
    }
    run_all(levels[0].tiles().count,
            detail::kernels::ReplayTile<Recurrence<Reverse>>{entries, recurrence, folds[1].data()});
    double most = 0;
    for (std::int64_t list = 0; list < groups.count(); ++list) {
      double carried = 0;
      for (std::int64_t p = 0; p < groups.size(list); ++p) {
        const std::int64_t i = groups.begin(list) + (Reverse ? groups.size(list) - 1 - p : p);
        const auto at = static_cast<std::size_t>(i);
        carried = (p == 0 ? 0.0 : decays[at]) * carried + terms[at];
        most = std::max(most, std::abs(carried - results[at]));
      }
    }
    CHECK(most < 1e-12);
  };
  check.operator()<false>();
  check.operator()<true>();
}

TEST_CASE("tile sums: of lists on the accelerator, of lists of one document and of none, too") {
  if (!tests::accelerator_present()) {
    return;
  }
  for (const Groups& groups : {Groups::from_sizes(sizes), Groups::from_sizes({1, 0, 1}), Groups::from_sizes({0, 0})}) {
    const Numbers numbers = normal(groups.documents(), 19);
    const Tensor whole = Tensor::from(numbers, {.device = Device::accelerator});
    const detail::Array<double> terms = there(numbers);
    const Numbers sums = here(detail::sums_of_lists(detail::Lists::of("sum", whole, groups).entries_on_accelerator(),
                                                    detail::kernels::NumberTerm<double>{terms.data()}));
    REQUIRE(static_cast<std::int64_t>(sums.size()) == groups.count());
    for (std::int64_t list = 0; list < groups.count(); ++list) {
      const double expected =
          std::accumulate(numbers.begin() + groups.begin(list), numbers.begin() + groups.begin(list + 1), 0.0);
      CHECK(std::abs(sums[static_cast<std::size_t>(list)] - expected) < 1e-10);
    }
  }
}
