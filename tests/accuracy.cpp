// How far soft_rank and soft_sort are from their definition, over every kind of input: the bounds that the README
// gives.

#include "exact_projection.hpp"
#include "sanitizers.hpp"
#include "simd_targets.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace ranktape;
using namespace ranktape::tests;

namespace {

using Numbers = std::vector<double>;

/// The values that float32 has, so that both types rank the same list.
Numbers list_of(std::int64_t n, const std::function<double(std::int64_t)>& value) {
  Numbers list(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i] = static_cast<double>(static_cast<float>(value(static_cast<std::int64_t>(i))));
  }
  return list;
}

struct Kind {
  const char* name;
  std::function<Numbers(std::int64_t, Random&)> make;
};

Numbers normal(std::int64_t n, Random& random, double scale = 1, double offset = 0) {
  return list_of(n, [&](std::int64_t) { return offset + scale * random.normal(); });
}

Numbers cauchy(std::int64_t n, Random& random) {
  return list_of(n, [&](std::int64_t) { return random.normal() / random.normal(); });
}

Numbers with_outliers(std::int64_t n, Random& random) {
  return list_of(n, [&](std::int64_t i) { return (i % 50 == 7 ? 1e30 : 1.0) * random.normal(); });
}

Numbers with_ties(std::int64_t n, Random& random, double scale = 1) {
  const Numbers distinct = normal(1 + n / 8, random, scale);
  return list_of(n, [&](std::int64_t) { return distinct[random.below(distinct.size())]; });
}

/// Neighbours are 1 apart: at strength 1 the blocks of l2 are exactly on the point of parting.
Numbers whole_numbers(std::int64_t n, Random& random) {
  Numbers list = list_of(n, [](std::int64_t i) { return static_cast<double>(i); });
  random.shuffle(list);
  return list;
}

Numbers sorted(Numbers list, bool decreasing) {
  std::sort(list.begin(), list.end());
  if (decreasing) {
    std::reverse(list.begin(), list.end());
  }
  return list;
}

const std::vector<Kind> kinds = {
    {"normal", [](std::int64_t n, Random& random) { return normal(n, random); }},
    {"Cauchy", cauchy},
    {"outliers of 1e30", with_outliers},
    {"ties", [](std::int64_t n, Random& random) { return with_ties(n, random); }},
    {"ties of 1e30", [](std::int64_t n, Random& random) { return with_ties(n, random, 1e30); }},
    {"all equal", [](std::int64_t n, Random&) { return list_of(n, [](std::int64_t) { return 0.3; }); }},
    {"all 1e30", [](std::int64_t n, Random&) { return list_of(n, [](std::int64_t) { return 1e30; }); }},
    {"whole numbers", whole_numbers},
    {"offset 1e6", [](std::int64_t n, Random& random) { return normal(n, random, 1, 1e6); }},
    {"denormals", [](std::int64_t n, Random& random) { return normal(n, random, 1e-40); }},
    {"tiny", [](std::int64_t n, Random& random) { return normal(n, random, 1e-20); }},
    {"huge", [](std::int64_t n, Random& random) { return normal(n, random, 1e20); }},
    {"increasing", [](std::int64_t n, Random& random) { return sorted(normal(n, random), false); }},
    {"decreasing", [](std::int64_t n, Random& random) { return sorted(normal(n, random), true); }},
};

double largest(const Numbers& values) {
  double most = 0;
  for (const double value : values) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

/// The largest difference, relative to the largest number expected; infinite where one is NaN.
double relative_error(const Numbers& found, const Numbers& expected) {
  REQUIRE(found.size() == expected.size());
  double most = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(found[i] - expected[i]);
    most = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(most, difference);
  }
  return most == 0 ? 0 : most / largest(expected);
}

enum class Family { rank, sort };

std::string describe(Family family, const SoftRankOptions& options) {
  return std::string(family == Family::rank ? "soft_rank" : "soft_sort") +
         (options.regularization == Regularization::l2 ? " l2" : " kl") +
         (options.direction == Direction::ascending ? " ascending" : " descending") + " at strength " +
         std::to_string(options.regularization_strength);
}

ExactResult run(Family family, const Numbers& list, const Numbers& cotangent, const SoftRankOptions& options,
                DType dtype, Device device) {
  const Tensor values = Tensor::from(list, {.dtype = dtype, .device = device, .requires_grad = true});
  const Tape tape;
  const Tensor output = family == Family::rank ? soft_rank(values, options) : soft_sort(values, options);
  const std::int64_t blocks = rank_diagnostics().blocks;
  const Gradients gradients =
      output.backward({.cotangent = Tensor::from(cotangent, {.dtype = dtype, .device = device})});
  return {output.to_vector<double>(), gradients[values].to_vector<double>(), blocks};
}

struct Bounds {
  DType dtype;
  double output;
  double gradient;
};
const Bounds bounds[] = {{DType::float32, 2e-7, 5e-7}, {DType::float64, 1e-11, 1e-11}};

/// The largest errors of a family, for the record.
struct Record {
  std::int64_t cases = 0;
  double output[2] = {};
  double gradient[2] = {};
};

class Families {
 public:
  explicit Families(Device where = Device::cpu) : device(where) {}

  /// Compares all four at every strength and in every direction.
  void check(const char* kind, const Numbers& list, const Numbers& cotangent, const std::vector<double>& strengths,
             const std::vector<Direction>& directions = {Direction::ascending, Direction::descending}) {
    for (const Direction direction : directions) {
      const int sign = direction == Direction::ascending ? 1 : -1;
      const ExactList for_ranks(list, sign);
      const ExactList for_places(list, -sign);
      for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
        for (const double strength : strengths) {
          const SoftRankOptions options = {strength, regularization, direction};
          compare(Family::rank, kind, list, cotangent, options, exact_soft_rank(for_ranks, options, cotangent));
          compare(Family::sort, kind, list, cotangent, options, exact_soft_sort(for_places, options, cotangent));
        }
      }
    }
  }

  void report() const {
    for (const Family family : {Family::rank, Family::sort}) {
      for (const bool kl : {false, true}) {
        const Record& record = records[family == Family::sort][kl];
        MESSAGE((family == Family::rank ? "soft_rank " : "soft_sort ")
                << (kl ? "kl: " : "l2: ") << record.cases << " cases; float32 output " << record.output[0]
                << ", gradient " << record.gradient[0] << "; float64 output " << record.output[1] << ", gradient "
                << record.gradient[1]);
      }
    }
  }

 private:
  void compare(Family family, const char* kind, const Numbers& list, const Numbers& cotangent,
               const SoftRankOptions& options, const ExactResult& expected) {
    Record& record = records[family == Family::sort][options.regularization == Regularization::kl];
    ++record.cases;
    for (std::size_t i = 0; i < 2; ++i) {
      const ExactResult found = run(family, list, cotangent, options, bounds[i].dtype, device);
      const double output = relative_error(found.output, expected.output);
      const double gradient = relative_error(found.gradient, expected.gradient);
      INFO(describe(family, options), " of ", std::string(kind), " ", list.size(), " in ",
           std::string(to_string(bounds[i].dtype)));
      CHECK(found.blocks == (list.size() == 1 ? 0 : expected.blocks));  // a list of one has nothing to pool
      CHECK(output <= bounds[i].output);
      CHECK(gradient <= bounds[i].gradient);
      record.output[i] = std::max(record.output[i], output);
      record.gradient[i] = std::max(record.gradient[i], gradient);
    }
  }

  Device device;
  Record records[2][2];
};

}  // namespace

// Not all of them are round: among the float32 numbers around 1e6, which are 1 / 16 apart, blocks of sorts at strength
// 10 are exactly on the point of parting, and there a rounding decides.
const std::vector<double> strengths = {1e-4, 1.3e-3, 1.7e-2, 0.19, 1, 13, 170, 1900, 1e4};

constexpr std::int64_t longest = address_sanitizer ? 100 : 10'000;

namespace {

void check_every_kind(Device device, const std::vector<std::int64_t>& lengths) {
  Random random(17);
  Families families(device);
  for (const std::int64_t n : lengths) {
    for (const Kind& kind : kinds) {
      if (n <= longest) {
        families.check(kind.name, kind.make(n, random), normal(n, random), strengths);
      }
    }
  }
  families.report();
}

void check_a_million(Device device) {
  constexpr std::int64_t n = 1'000'000;
  Random random(19);
  Families families(device);
  const Numbers cotangent = normal(n, random);
  const auto check = [&](const char* kind, const Numbers& list, const std::vector<double>& at) {
    families.check(kind, list, cotangent, at, {Direction::ascending});
  };
  check("normal", normal(n, random), {1e-4, 1, 1e4});
  check("Cauchy", cauchy(n, random), {1e-2});
  check("outliers", with_outliers(n, random), {1e-4});
  check("ties", with_ties(n, random), {1e-4});
  check("offset 1e6", normal(n, random, 1, 1e6), {170});
  families.report();
}

}  // namespace

TEST_CASE("accuracy: soft_rank and soft_sort of every kind of list, at strengths from 1e-4 to 1e4") {
  check_every_kind(Device::cpu, {1, 2, 3, 10, 100, 1000, 10'000});
}

TEST_CASE("accuracy: the same on the accelerator") {
  if (!accelerator_built()) {
    MESSAGE("skipped: built without an accelerator");
    return;
  }
  check_every_kind(Device::accelerator, {1, 2, 10, 64, 130, 500});
}

TEST_CASE("accuracy: a million documents" * doctest::skip(address_sanitizer)) { check_a_million(Device::cpu); }

TEST_CASE("accuracy: a million documents on the accelerator" * doctest::skip(address_sanitizer)) {
  if (!accelerator_built()) {
    MESSAGE("skipped: built without an accelerator");
    return;
  }
  check_a_million(Device::accelerator);
}

TEST_CASE("accuracy: a gradient that is hardly more than a constant") {
  Random random(23);
  Families families;
  for (const std::int64_t n : {2, 3, 100, 1000}) {
    families.check("normal", normal(n, random), normal(n, random, 1, 100), strengths);
  }
}

TEST_CASE("accuracy: every instruction set gives the same bits") {
  const auto same_bits = [](const Numbers& a, const Numbers& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
  };
  Random random(29);
  // Around where one way of sorting gives way to another, and where a tile of the pooling ends.
  for (const std::int64_t n : {2, 5, 17, 33, 65, 100, 129, 257, 512, 513, 1000, 10'000}) {
    for (const Kind& kind : kinds) {
      if (n > longest) {
        continue;
      }
      const Numbers list = kind.make(n, random);
      const Numbers cotangent = normal(n, random);
      for (const Family family : {Family::rank, Family::sort}) {
        for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
          for (const double strength : {1e-4, 0.19, 13.0, 1e4}) {
            for (const DType dtype : {DType::float32, DType::float64}) {
              const SoftRankOptions options = {.regularization_strength = strength, .regularization = regularization};
              std::optional<ExactResult> best;
              for_each_simd_target([&] {
                const ExactResult found = run(family, list, cotangent, options, dtype, Device::cpu);
                best = best.value_or(found);
                INFO(describe(family, options), " of ", std::string(kind.name), " ", n);
                CHECK(found.blocks == best->blocks);
                CHECK(same_bits(found.output, best->output));
                CHECK(same_bits(found.gradient, best->gradient));
              });
            }
          }
        }
      }
    }
  }
}
