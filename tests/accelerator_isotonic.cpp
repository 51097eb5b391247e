// Isotonic regression by the hull tree against a sequential solution in long double: every shape of hull, tiles of
// every size.

#include "exact_projection.hpp"
#include "sanitizers.hpp"
#include "support.hpp"

#include <ranktape/core/backend.hpp>
#include <ranktape/core/groups.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/ops/rank/hull_tree.hpp>
#include <ranktape/ops/rank/pooled_kernels.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

using Numbers = std::vector<double>;

struct Kind {
  const char* name;
  std::function<double(double i, double n, Random&)> make;
};

double sign_of_parity(double i) { return std::fmod(i, 2) == 0 ? -1 : 1; }

const std::vector<Kind> kinds = {
    {"random", [](double, double, Random& random) { return random.normal(); }},
    {"rising", [](double i, double, Random&) { return i; }},
    {"falling", [](double i, double, Random&) { return -i; }},
    {"equal", [](double, double, Random&) { return 0.1; }},
    {"one block", [](double i, double, Random& random) { return std::sqrt(i) + 0.001 * random.normal(); }},
    {"stairs down", [](double i, double, Random&) { return -std::floor(i / 7); }},
    {"stairs up", [](double i, double, Random&) { return std::floor(i / 7); }},
    {"every point on the hull", [](double i, double, Random&) { return -std::pow(i, 1.5); }},
    {"rise inside", [](double i, double n, Random&) { return std::abs(i - n / 2) * (i < n / 2 ? 1 : -1); }},
    {"zigzag", [](double i, double, Random&) { return sign_of_parity(i); }},
    {"falling zigzag", [](double i, double, Random&) { return sign_of_parity(i) - 1e-3 * i; }},
    {"soft ranks",
     [](double i, double n, Random& random) {
       return n / 2 * std::log((n - i - 0.5) / (i + 0.5)) - (n - i) + random.normal();
     }},
    {"walk", nullptr},  // sums of the first kind, see list_of
    {"spike at the end", [](double i, double n, Random&) { return i == n - 1 ? 1e6 : -1e-3 * i; }},
    {"spike at the start", [](double i, double, Random&) { return i == 0 ? -1e6 : -1e-3 * i; }},
    {"small whole numbers", [](double, double, Random& random) { return static_cast<double>(random.below(5)); }},
    {"powers of two",
     [](double, double, Random& random) {
       return std::ldexp(random.below(2) == 0 ? 1 : -1, static_cast<int>(random.below(40)) - 20);
     }},
    {"blocks on a hull",
     [](double i, double, Random&) { return -std::sqrt(std::floor(i / 3)) + (std::fmod(i, 3) - 1) * 0.3; }},
};

/// Of float32 numbers if `dtype` is that.
Numbers list_of(const Kind& kind, std::size_t n, DType dtype, Random& random) {
  Numbers list(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto index = static_cast<double>(i);
    list[i] = kind.make ? kind.make(index, static_cast<double>(n), random) : sum += random.normal();
    list[i] = dtype == DType::float32 ? static_cast<double>(static_cast<float>(list[i])) : list[i];
  }
  return list;
}

/// Where each block begins, and its value, at every position.
struct Solution {
  std::vector<std::int32_t> starts;
  Numbers values;
};

// What is regressed, and what is to come out: the value of each block in terms of the tree's, which are relative to the
// block's first score.

/// l2 of any numbers: those of a sort of very large strength, with the other sign.
struct AnyNumbers {
  using Tree = detail::Means<false>;
  static constexpr double inverse = 0;
  static Numbers scores(Numbers list) {
    std::transform(list.begin(), list.end(), list.begin(), std::negate<>());
    return list;
  }
  static double value(double found, double score) { return found - score; }
  static Solution solve(const Numbers& scores) {
    struct Block {
      Wide sum;
      Wide count;
    };
    std::vector<Block> blocks;
    for (const double score : scores) {
      Block block = {-static_cast<Wide>(score), 1};
      while (!blocks.empty() && blocks.back().sum * block.count <= block.sum * blocks.back().count) {
        block = {block.sum + blocks.back().sum, block.count + blocks.back().count};
        blocks.pop_back();
      }
      blocks.push_back(block);
    }
    Solution solution;
    for (const Block& block : blocks) {
      const auto start = static_cast<std::int32_t>(solution.starts.size());
      solution.starts.resize(solution.starts.size() + static_cast<std::size_t>(block.count), start);
      solution.values.resize(solution.starts.size(), static_cast<double>(block.sum / block.count));
    }
    return solution;
  }
};

/// kl of ranks and of sorted values, whose scores fall. The value is the rank or the place with which a block begins.
template <bool OfRanks>
struct Falling {
  using Tree = detail::Ratios<OfRanks>;
  static constexpr double inverse = 4.0 / 3;
  static Numbers scores(Numbers list) {
    std::sort(list.begin(), list.end(), std::greater<>());
    return list;
  }
  static double value(double found, double score) { return OfRanks ? found : score - found; }
  static Solution solve(const Numbers& scores) {
    const std::size_t n = scores.size();
    std::vector<Wide> z(n);
    std::vector<Wide> w(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto rho = static_cast<Wide>(n - i);
      z[i] = (OfRanks ? static_cast<Wide>(scores[i]) : rho) * inverse;
      w[i] = OfRanks ? std::log(rho) : static_cast<Wide>(scores[i]);
    }
    Solution solution;
    for (const ExactBlock& block : pool_adjacent_violators(z, w, Regularization::kl)) {
      solution.starts.resize(block.end, static_cast<std::int32_t>(block.begin));
      const Wide first = block.z.below(z[block.begin]) + block.w.value();
      solution.values.resize(block.end, static_cast<double>(OfRanks ? std::exp(first) : first));
    }
    return solution;
  }
};

template <class T>
std::vector<T> here(const T* there, std::size_t count) {
  std::vector<T> copy(count);
  detail::copy_bytes(copy.data(), Device::cpu, there, Device::accelerator, count * sizeof(T));
  return copy;
}

template <class T>
detail::Array<T> there(const std::vector<T>& numbers) {
  detail::Array<T> copy(numbers.size(), Device::accelerator);
  detail::copy_bytes(copy.data(), Device::accelerator, numbers.data(), Device::cpu, numbers.size() * sizeof(T));
  return copy;
}

/// By the tree, list after list; `all` are the scores of the lists, all of one length if `groups` is null.
template <class What>
Solution solve_by_tree(const Numbers& all, const std::vector<std::int64_t>& sizes, const Groups* groups,
                       std::int32_t tile_size, std::vector<std::int32_t>* steps = nullptr) {
  const auto documents = static_cast<std::int64_t>(all.size());
  const detail::ListOffsets lists = {groups == nullptr ? nullptr : detail::offsets_on_accelerator(*groups),
                                     *std::max_element(sizes.begin(), sizes.end()),
                                     static_cast<std::int64_t>(sizes.size())};
  const detail::Tiles tiles = detail::Tiles::of(lists, documents, tile_size);
  const auto slots = static_cast<std::size_t>(tiles.count);
  const detail::Array<detail::BlocksOfTile> blocks(slots, Device::accelerator);
  const detail::Array<double> sorted = there(all);
  const detail::Array<std::int32_t> counted = there(std::vector<std::int32_t>(slots, 0));
  detail::Array<double> memory;
  const detail::HullTree tree = detail::find_blocks<typename What::Tree>(
      tiles, sorted.data(), detail::Strengths{nullptr, 0, What::inverse, false}, blocks, memory,
      steps == nullptr ? nullptr : counted.data());
  if (steps != nullptr) {
    *steps = here(counted.data(), slots);
  }
  const std::vector<detail::BlocksOfTile> found = here(blocks.data(), slots);
  const std::vector<double> values = here(tree.of_points, static_cast<std::size_t>(tiles.points * tree.stride));
  Solution solution = {std::vector<std::int32_t>(all.size()), Numbers(all.size())};
  std::int64_t begin = 0;
  for (std::int64_t list = 0; list < lists.count; begin += sizes[static_cast<std::size_t>(list++)]) {
    for (std::int64_t i = 0; i < sizes[static_cast<std::size_t>(list)]; ++i) {
      const std::int64_t tile = i / tile_size;
      const auto& of_tile = found[static_cast<std::size_t>(tiles.first_of(list, begin) + tile)];
      const auto first = static_cast<std::int32_t>(tile * tile_size);
      const std::int32_t start = of_tile.start_of(static_cast<std::int32_t>(i) - first, first);
      const auto at = static_cast<std::size_t>(begin + i);
      solution.starts[at] = start;
      solution.values[at] = What::value(values[static_cast<std::size_t>((begin + list + start) * tree.stride)],
                                        all[static_cast<std::size_t>(begin + start)]);
    }
  }
  return solution;
}

double worst = 0;  // error seen, relative to the largest number that went in or came out

void check_same(const Solution& found, const Solution& expected, const Numbers& scores) {
  CHECK(found.starts == expected.starts);
  double error = 0;
  double largest = 0;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    const double difference = std::abs(found.values[i] - expected.values[i]);
    error = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(error, difference);
    largest = std::max({largest, std::abs(expected.values[i]), std::abs(scores[i])});
  }
  error = error == 0 ? 0 : error / largest;
  CHECK(error <= 2e-14);
  worst = std::max(worst, error);
}

template <class What>
void check_list(const Kind& kind, std::size_t n, DType dtype, const std::vector<std::int32_t>& tile_sizes) {
  Random random(n);
  const Numbers scores = What::scores(list_of(kind, n, dtype, random));
  const Solution expected = What::solve(scores);
  for (const std::int32_t tile_size : tile_sizes) {
    INFO(std::string(kind.name), " ", n, ", tiles of ", tile_size);
    check_same(solve_by_tree<What>(scores, {static_cast<std::int64_t>(n)}, nullptr, tile_size), expected, scores);
  }
}

/// The most steps that wait for one another: of each level the slowest bridge. Level k has those at odd multiples of
/// 2^k.
std::int64_t steps_in_sequence(const std::vector<std::int32_t>& steps) {
  std::int64_t sum = 0;
  for (std::size_t level = 1; level < steps.size(); level *= 2) {
    std::int32_t slowest = 0;
    for (std::size_t tile = level; tile < steps.size(); tile += 2 * level) {
      slowest = std::max(slowest, steps[tile]);
    }
    sum += slowest;
  }
  return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("hull tree: every kind of list, tiles of every size", What, AnyNumbers, Falling<true>,
                   Falling<false>) {
  if (!accelerator_present()) {
    return;
  }
  worst = 0;
  for (const Kind& kind : kinds) {
    for (const int length : {0, 1, 2, 3, 4, 5, 17, 31, 32, 33, 63, 64, 65, 66, 127, 128, 129, 200, 1000, 4097}) {
      const auto n = static_cast<std::size_t>(length);
      if (n > 1000 && address_sanitizer) {
        continue;
      }
      check_list<What>(kind, n, DType::float32, {2, 3, 16, 33, 64});
      check_list<What>(kind, n, DType::float64, {3, 64});
    }
  }
  MESSAGE("largest error " << worst);
}

TEST_CASE_TEMPLATE("hull tree: ragged lists, many of them empty", What, AnyNumbers, Falling<true>, Falling<false>) {
  if (!accelerator_present()) {
    return;
  }
  Random random(41);
  for (const std::int32_t tile_size : {2, 5, 32, 64}) {
    std::vector<std::int64_t> sizes;
    Numbers all;
    Solution expected;
    for (std::size_t list = 0; list < 300; ++list) {
      const std::size_t n = list % 5 == 0 || list > 296 ? 0 : list % 7 == 0 ? 1 : random.below(300);
      const Numbers scores = What::scores(list_of(kinds[random.below(kinds.size())], n, DType::float64, random));
      const Solution solution = What::solve(scores);
      sizes.push_back(static_cast<std::int64_t>(n));
      all.insert(all.end(), scores.begin(), scores.end());
      expected.starts.insert(expected.starts.end(), solution.starts.begin(), solution.starts.end());
      expected.values.insert(expected.values.end(), solution.values.begin(), solution.values.end());
    }
    const Groups groups = Groups::from_sizes(sizes);
    CAPTURE(tile_size);
    check_same(solve_by_tree<What>(all, sizes, &groups, tile_size), expected, all);
  }
}

TEST_CASE_TEMPLATE("hull tree: ranks written tile by tile and one by one are the same", Tree, detail::Means<true>,
                   detail::Ratios<true>) {
  if (!accelerator_present()) {
    return;
  }
  Random random(47);
  std::vector<std::int64_t> sizes;
  Numbers all;
  std::vector<std::uint32_t> order;
  for (std::size_t list = 0; list < 100; ++list) {
    const std::size_t n = list % 5 == 0 ? 0 : list % 7 == 0 ? 63 + random.below(4) : random.below(400);
    Numbers scores = list_of(kinds[random.below(kinds.size())], n, DType::float64, random);
    std::sort(scores.begin(), scores.end(), std::greater<>());
    sizes.push_back(static_cast<std::int64_t>(n));
    all.insert(all.end(), scores.begin(), scores.end());
    for (std::size_t i = 0; i < n; ++i) {
      order.push_back(static_cast<std::uint32_t>(n - 1 - i));
    }
  }
  const auto documents = static_cast<std::int64_t>(all.size());
  const Groups groups = Groups::from_sizes(sizes);
  const detail::ListOffsets lists = {detail::offsets_on_accelerator(groups), 400, groups.count()};
  for (const std::int32_t tile_size : {5, 64}) {
    const detail::Tiles tiles = detail::Tiles::of(lists, documents, tile_size);
    const detail::Array<detail::BlocksOfTile> found(static_cast<std::size_t>(tiles.count), Device::accelerator);
    const detail::Array<double> sorted = there(all);
    const detail::Array<std::uint32_t> places = there(order);
    detail::Array<double> memory;
    const detail::HullTree tree =
        detail::find_blocks<Tree>(tiles, sorted.data(), detail::Strengths{nullptr, 0, 2, false}, found, memory);
    const detail::Array<double> by_tile = there(Numbers(all.size(), -1));
    const detail::Array<double> one_by_one = there(Numbers(all.size(), -2));
    using Write = detail::kernels::WriteRanks<Tree, double>;
    detail::launch(tiles.count,
                   detail::kernels::ForTiles<Write>{tiles, found.data(), {tree, places.data(), by_tile.data()}});
    detail::launch(documents,
                   detail::kernels::ForDocuments<Write>{tiles, found.data(), {tree, places.data(), one_by_one.data()}});
    CAPTURE(tile_size);
    CHECK(here(by_tile.data(), all.size()) == here(one_by_one.data(), all.size()));
  }
}

TEST_CASE("hull tree: every short list of 0, 1 and 2") {
  if (!accelerator_present()) {
    return;
  }
  std::size_t count = 1;
  for (std::size_t n = 1; n <= 8; ++n) {
    count *= 3;
    Numbers all;
    Solution expected;
    for (std::size_t code = 0; code < count; ++code) {
      Numbers list(n);
      std::size_t rest = code;
      for (double& value : list) {
        value = -static_cast<double>(rest % 3);
        rest /= 3;
      }
      const Solution solution = AnyNumbers::solve(list);
      all.insert(all.end(), list.begin(), list.end());
      expected.starts.insert(expected.starts.end(), solution.starts.begin(), solution.starts.end());
      expected.values.insert(expected.values.end(), solution.values.begin(), solution.values.end());
    }
    for (const std::int32_t tile_size : {2, 3}) {
      CAPTURE(n);
      CAPTURE(tile_size);
      check_same(solve_by_tree<AnyNumbers>(all, std::vector<std::int64_t>(count, static_cast<std::int64_t>(n)), nullptr,
                                           tile_size),
                 expected, all);
    }
  }
}

TEST_CASE("hull tree: a million documents in 17 launches and at most 400 steps" * doctest::skip(address_sanitizer)) {
  if (!accelerator_present()) {
    return;
  }
  constexpr std::size_t n = 1'000'000;
  const std::vector<std::int64_t> sizes = {n};
  for (const char* name : {"soft ranks", "random", "every point on the hull", "walk", "blocks on a hull"}) {
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) { return name == std::string(one.name); });
    REQUIRE(kind != kinds.end());
    Random random(43);
    const Numbers scores = AnyNumbers::scores(list_of(*kind, n, DType::float32, random));
    std::vector<std::int32_t> steps;
    CAPTURE(name);
    check_same(solve_by_tree<AnyNumbers>(scores, sizes, nullptr, 64, &steps), AnyNumbers::solve(scores), scores);
    CHECK(steps_in_sequence(steps) <= 400);
    MESSAGE(std::string(name) << ": " << steps_in_sequence(steps) << " steps");
  }
  const int levels = detail::Tiles::of({nullptr, n, 1}, n).levels();
  CHECK(levels + 3 == 17);  // tiles, levels, blocks, ranks
  CHECK(detail::Tiles::of({nullptr, 63, 1000}, 63'000).levels() == 0);
}

TEST_CASE("hull tree: a million documents by kl" * doctest::skip(address_sanitizer)) {
  if (!accelerator_present()) {
    return;
  }
  constexpr std::size_t n = 1'000'000;
  for (const char* name : {"random", "powers of two"}) {
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) { return name == std::string(one.name); });
    check_list<Falling<true>>(*kind, n, DType::float64, {64});
    check_list<Falling<false>>(*kind, n, DType::float64, {64});
  }
}
