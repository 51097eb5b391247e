// What every loss over lists holds, whatever its formula: tests/list_losses.cpp has the formulas.

#include "list_losses.hpp"
#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace ranktape;

namespace {

using tests::Outcome;
using tests::random_labels;
using tests::random_values;
using tests::run;
using Values = std::vector<double>;

bool close(double a, double b, double bound) { return std::abs(a - b) <= bound * std::max(1.0, std::abs(b)); }

}  // namespace

TEST_CASE("list losses: the order of the documents does not matter") {
  Random random(4);
  const std::size_t n = 37;
  const Values scores = random_values(n, random);
  // listmle_loss depends on the order of equal labels, so there are none.
  Values labels(n);
  std::iota(labels.begin(), labels.end(), 0.0);
  for (double& label : labels) {
    label /= 8;
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i-- > 1;) {
    std::swap(order[i], order[static_cast<std::size_t>(random.below(i + 1))]);
  }
  Values moved_scores(n);
  Values moved_labels(n);
  for (std::size_t i = 0; i < n; ++i) {
    moved_scores[i] = scores[order[i]];
    moved_labels[i] = labels[order[i]];
  }
  const Groups one = Groups::from_sizes({static_cast<std::int64_t>(n)});
  for (const std::string& name : tests::list_loss_names()) {
    CAPTURE(name);
    const Outcome expected = run(name, scores, labels, one);
    const Outcome found = run(name, moved_scores, moved_labels, one);
    CHECK(close(found.result[0], expected.result[0], 1e-13));
    const std::size_t width = expected.gradient.size() / n;
    for (std::size_t i = 0; i < n * width; ++i) {
      CHECK(close(found.gradient[i], expected.gradient[order[i / width] * width + i % width], 1e-13));
    }
  }
}

TEST_CASE("list losses: scores far apart give no NaN, and right ones no loss") {
  const Groups groups = Groups::from_sizes({4, 3});
  for (const std::string& name : tests::list_loss_names()) {
    for (const DType dtype : {DType::float32, DType::float64}) {
      const double most = dtype == DType::float32 ? 3e38 : 1.7e308;
      for (const Values& scores :
           {Values{1e30, -1e30, 0, 1, 1e30, 1e-30, -1e30}, Values{-1e30, 1e30, 1, 0, -1e30, 1e-30, 1e30},
            Values{most, -most, most, -most, most, 0, -most}, Values{-most, most, -most, most, -most, 0, most}}) {
        CAPTURE(name);
        const Outcome outcome = run(name, scores, {3, 0, 2, 1, 2, 1, 0}, groups, dtype);
        const bool squares = name == "mse" || name == "pairwise_squared" || name == "margin_mse";
        if (squares && std::abs(scores[0]) > 1e300) {
          continue;  // the square of the largest double has no place in another
        }
        CHECK(!std::isnan(outcome.result[0]));
        for (const double slope : outcome.gradient) {
          CHECK(!std::isnan(slope));
        }
      }
    }
  }
  for (const char* name : {"ranknet", "pairwise_hinge", "lambdarank", "lambda_loss", "listmle"}) {
    CAPTURE(name);
    const Outcome right = run(name, {1e30, -1e30, 1e20, 1}, {3, 0, 2, 1}, Groups::from_sizes({4}));
    CHECK(std::abs(right.result[0]) <= 1e-300);
    CHECK(*std::max_element(right.gradient.begin(), right.gradient.end()) <= 1e-300);
    // Upside down, losses grow with the scores, and slopes do not.
    const Outcome wrong = run(name, {-1e30, 1e30, 1, 1e20}, {3, 0, 2, 1}, Groups::from_sizes({4}));
    CHECK(wrong.result[0] > 1e28);
    CHECK(*std::max_element(wrong.gradient.begin(), wrong.gradient.end()) <= 2);
  }
}

TEST_CASE("list losses: rows are lists, and each has the loss that it has alone") {
  Random random(8);
  const Values scores = random_values(24, random);
  const Values labels = random_labels(24, random);
  const Groups groups = Groups::from_sizes({6, 6, 6, 6});
  const Tensor predictions = tests::from(scores, Shape{2, 2, 6}, {.dtype = DType::float64});
  const Tensor targets = tests::from(labels, Shape{2, 2, 6}, {.dtype = DType::float64});
  CHECK(ranknet_loss(predictions, targets).item() == run("ranknet", scores, labels, groups).result[0]);
  CHECK(pairwise_hinge_loss(predictions, targets).item() == run("pairwise_hinge", scores, labels, groups).result[0]);
  CHECK(pairwise_squared_loss(predictions, targets).item() ==
        run("pairwise_squared", scores, labels, groups).result[0]);
  CHECK(margin_mse_loss(predictions, targets).item() == run("margin_mse", scores, labels, groups).result[0]);
  CHECK(lambdarank_loss(predictions, targets, {.terms = TermReduction::mean}).item() ==
        run("lambdarank", scores, labels, groups).result[0]);
  CHECK(lambda_loss(predictions, targets, {.rank = {.k = 0, .terms = TermReduction::mean}}).item() ==
        run("lambda_loss", scores, labels, groups).result[0]);
  CHECK(listnet_loss(predictions, targets).item() == run("listnet", scores, labels, groups).result[0]);
  CHECK(softmax_loss(predictions, targets, {.terms = TermReduction::mean}).item() ==
        run("softmax", scores, labels, groups).result[0]);
  CHECK(listmle_loss(predictions, targets, {.terms = TermReduction::mean}).item() ==
        run("listmle", scores, labels, groups).result[0]);
  CHECK(mse_loss(predictions, targets).item() == run("mse", scores, labels, groups).result[0]);
  CHECK(pointwise_sigmoid_loss(predictions, targets).item() ==
        run("pointwise_sigmoid", scores, labels, groups).result[0]);
  for (const std::string& name : tests::list_loss_names()) {
    CAPTURE(name);
    const Outcome all = run(name, scores, labels, groups, DType::float64, "none");
    REQUIRE(all.result.size() == 4);
    for (std::size_t list = 0; list < 4; ++list) {
      const auto part = [&](const Values& of) {
        const auto begin = of.begin() + static_cast<std::ptrdiff_t>(6 * list);
        return Values(begin, begin + 6);
      };
      const Outcome alone = run(name, part(scores), part(labels), Groups::from_sizes({6}));
      CHECK(all.result[list] == alone.result[0]);
    }
  }
}

TEST_CASE("list losses: with nothing to learn from the loss is 0, and so is the gradient") {
  const Groups groups = Groups::from_sizes({0, 1, 3});
  for (const std::string& name : tests::list_loss_names()) {
    const bool always = name == "mse" || name == "pointwise_sigmoid" || name == "ordinal" || name == "margin_mse" ||
                        name == "pairwise_squared";
    CAPTURE(name);
    const Outcome outcome = run(name, {5, 1, 2, 3}, {0, 2, 2, 2}, groups);
    CHECK((outcome.result[0] != 0) == always);
    CHECK(std::any_of(outcome.gradient.begin(), outcome.gradient.end(), [](double g) { return g != 0; }) == always);
    const Outcome none = run(name, {}, {}, Groups::from_sizes({0, 0}));
    CHECK(none.result == Values{0});
    CHECK(none.gradient.empty());
    CHECK(run(name, {}, {}, Groups::from_sizes({}), DType::float32).result == Values{0});
  }
}

TEST_CASE("list losses: a long list") {
  constexpr std::size_t n = 5000;
  Random random(6);
  const Values scores = random_values(n, random);
  const Values labels = random_labels(n, random);
  const Groups one = Groups::from_sizes({n});
  for (const std::string& name : tests::list_loss_names()) {
    CAPTURE(name);
    const Outcome outcome = run(name, scores, labels, one);
    CHECK(std::isfinite(outcome.result[0]));
    const double sum = std::accumulate(outcome.gradient.begin(), outcome.gradient.end(), 0.0);
    // A constant added to all scores changes no loss of differences.
    if (name != "mse" && name != "pointwise_sigmoid" && name != "ordinal") {
      CHECK(std::abs(sum) <= 1e-12);
    }
  }
}

TEST_CASE("list losses: the number of threads changes no bit") {
  Random random(12);
  const Groups groups = Groups::from_sizes({300, 120, 0, 250, 1, 400, 90, 333});
  const Values scores = random_values(1494, random);
  const Values labels = random_labels(1494, random);
  const int before = num_threads();
  for (const std::string& name : tests::list_loss_names()) {
    CAPTURE(name);
    set_num_threads(1);
    const Outcome alone = run(name, scores, labels, groups);
    for (const int threads : {2, 3, 8}) {
      set_num_threads(threads);
      CHECK(run(name, scores, labels, groups) == alone);
    }
  }
  set_num_threads(before);
}
