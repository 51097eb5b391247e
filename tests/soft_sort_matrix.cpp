#include "relaxations.hpp"
#include "support.hpp"

using namespace ranktape;
using namespace ranktape::tests;

// The properties that it shares with NeuralSort are in neural_sort.cpp.
namespace {

/// P x.
Tensor product(const Tensor& p, const Tensor& x) { return sum(p * x, -1); }

}  // namespace

TEST_CASE("soft_sort_matrix: every golden row") {
  CHECK(check_golden("soft_sort_matrix", [](const nlohmann::json& row, const Tensor& x) {
          const Tensor p =
              soft_sort_matrix(x, {.temperature = row["temperature"], .direction = options_of(row).direction});
          return row["op"] == "soft_sort" ? product(p, x) : p;
        }) == 28);
}

TEST_CASE("soft_sort_matrix: the numbers of the reference implementation, largest first") {
  const Tensor x = doubles(x0);
  const auto sorted = [&](int power) {
    return product(soft_sort_matrix(x, {.direction = Direction::descending, .power = power}), x).to_vector<double>();
  };
  CHECK(largest_difference(sorted(1), {2.287450955627, 1.106949023139, 1.088312033811, .350548127088, -.123553263829}) <
        1e-11);
  CHECK(largest_difference(sorted(2), {2.718119429078, 1.126102784087, 1.101165544338, .202145297547, -.372247347433}) <
        1e-11);
}

TEST_CASE("soft_sort_matrix: the largest entry of a row is at the value that belongs there, at any temperature") {
  Random random(9);
  const Tensor x = tests::randn(Shape{30}, random, {.dtype = DType::float64});
  const Numbers order = argsort(x).to_vector<double>();
  for (const int power : {1, 2}) {
    for (const double temperature : {1e-3, 1.0, 100.0}) {
      const Numbers p = soft_sort_matrix(x, {.temperature = temperature, .power = power}).to_vector<double>();
      for (std::size_t i = 0; i < 30; ++i) {
        const auto row = p.begin() + static_cast<std::ptrdiff_t>(30 * i);
        CHECK(std::max_element(row, row + 30) - row == static_cast<std::ptrdiff_t>(order[i]));
      }
    }
  }
}
