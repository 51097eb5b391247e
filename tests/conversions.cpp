// The conversion table of docs/relaxations.md: what other packages return for x0, in this library's terms. Each number
// was computed by the package named.

#include "relaxations.hpp"

using namespace ranktape;
using namespace ranktape::tests;

namespace {

const double inverse_n_minus_1 = 0.25;  // of x0

/// As `run` for x0 and g0, in float64.
Result of_example(const std::function<Tensor(const Tensor&)>& function) { return run(function, x0, g0); }

void check(const Result& result, const Numbers& output, const Numbers& gradient, double tolerance = 1e-9) {
  CHECK(largest_difference(result.output, output) < tolerance);
  CHECK(largest_difference(result.gradient, gradient) < tolerance);
}

Tensor product(const Tensor& p, const Tensor& x) { return sum(p * x, -1); }

}  // namespace

TEST_CASE("conversions: torchsort.soft_rank and fast_soft_sort's") {
  const auto rank_with = [](double strength, Regularization regularization) {
    return of_example([=](const Tensor& x) {
      return soft_rank(x, {.regularization_strength = strength, .regularization = regularization});
    });
  };
  check(rank_with(0.1, Regularization::l2), {5, 2, 3.25, 1, 3.75}, {0, 0, -10, 0, 10});
  check(rank_with(1, Regularization::l2), {4.95, 2.15, 3.25, 1.35, 3.3}, {-2, -1, 0, 1, 2});
  check(rank_with(10, Regularization::l2), {3.195, 2.915, 3.025, 2.835, 3.03}, {-.2, -.1, 0, .1, .2});
  check(rank_with(1, Regularization::kl), {5, 2, 3.4125182246, 1, 3.5874817754},
        {0, 0, -3.4978134111, 0, 3.4978134111});
  check(rank_with(10, Regularization::kl), {3.6188016244, 2.7350314312, 3.0530556087, 2.5247522221, 3.0683591136},
        {-.6921280366, -.2495959739, .0266870487, .2745443209, .6404926408});
  const Numbers readme = {1, -2, 2, 3, .5, -1};
  CHECK(largest_difference(soft_rank(doubles(readme)).to_vector<double>(), {3.875, 1, 4.875, 5.875, 3.375, 2}) < 1e-12);
  CHECK(largest_difference(soft_rank(doubles(readme), {.regularization_strength = 10}).to_vector<double>(),
                           {3.541667, 3.241667, 3.641667, 3.741667, 3.491667, 3.341667}) < 1e-6);
}

TEST_CASE("conversions: torchsort.soft_sort and fast_soft_sort's, in both directions") {
  const auto sort_with = [](double strength, Regularization regularization, Direction direction) {
    return of_example([=](const Tensor& x) {
      return soft_sort(x,
                       {.regularization_strength = strength, .regularization = regularization, .direction = direction});
    });
  };
  check(sort_with(1, Regularization::l2, Direction::ascending), {-.7, .15, 1.15, 1.575, 2.575},
        {4.5, 2.5, 2.5, 1, 4.5});
  check(sort_with(10, Regularization::l2, Direction::ascending), {.75, .85, .95, 1.05, 1.15}, {3, 3, 3, 3, 3});
  check(sort_with(1, Regularization::kl, Direction::ascending),
        {-.7, .1259263624, 1.1259263624, 1.3875872501, 2.3875872501},
        {1.4499805462, 3.751300528, 1.248699472, 1, 7.5500194538});
  // fast-soft-sort's direction="DESCENDING"; its kl gradients are wrong (issue in its vjp), these are right.
  check(sort_with(1, Regularization::kl, Direction::descending),
        {2.7624127499, 1.7624127499, 1.1740736376, .1740736376, -.7},
        {2.5166731513, 1.7481792608, 5.2518207392, 5, .4833268487});
  const Numbers readme = soft_sort(doubles({8, 0, 5, 3, 2, 1, 6, 7, 9})).to_vector<double>();
  for (std::size_t i = 0; i < readme.size(); ++i) {
    CHECK(readme[i] == doctest::Approx(5.0 / 9 + static_cast<double>(i)).epsilon(1e-12));
  }
}

TEST_CASE("conversions: softjax, method fast_soft_sort, mode c0, standardize=False") {
  const double softness_of_rank = 4;
  const double softness_of_sort = 0.25;
  check(of_example([&](const Tensor& x) {
          return soft_rank(x, {.regularization_strength = softness_of_rank * inverse_n_minus_1});
        }),
        {4.95, 2.15, 3.25, 1.35, 3.3}, {-2, -1, 0, 1, 2});
  check(of_example([&](const Tensor& x) {
          return soft_sort(x, {.regularization_strength = softness_of_sort / inverse_n_minus_1});
        }),
        {-.7, .15, 1.15, 1.575, 2.575}, {4.5, 2.5, 2.5, 1, 4.5});
}

TEST_CASE("conversions: LapSum's reference implementation") {
  const double alpha = 0.5;  // its sign is the direction; ranks there begin with 0
  const Result ranks = of_example([&](const Tensor& x) { return lapsum_rank(x, {.temperature = alpha}) - 1.0; });
  check(ranks, {3.962649556557, 1.006431673903, 2.402518378889, .122627893553, 2.505772497098},
        {-.220216830667, -.811674861804, -1.654495909645, .408161653825, 2.278225948291});
  const Numbers down =
      (lapsum_rank(doubles(x0), {.temperature = alpha, .direction = Direction::descending}) - 1.0).to_vector<double>();
  for (std::size_t i = 0; i < down.size(); ++i) {  // alpha = -0.5
    CHECK(down[i] == doctest::Approx(4 - ranks.output[i]).epsilon(1e-12));
  }
  check(of_example([&](const Tensor& x) { return lapsum_top_k(x, 2, {.temperature = alpha}); }),
        {.981661370978, .05041085285, .454958627493, .01017777566, .502791373019},
        {-.105991328354, -.190536675048, -.809678809457, .002242411396, 1.103964401462});
  check(of_example([&](const Tensor& x) { return lapsum_sort(x, {.temperature = alpha}); }),
        {-.809670480152, .095445191918, .965593463756, 1.569120654915, 2.936021189053},
        {4.947284447898, 2.14591704702, 3.323554378927, 1.208794014361, 3.374450111793});
}

TEST_CASE("conversions: OTT's ranks and sort, which stop at a tolerance of 1e-3") {
  const Tensor x = doubles(x0);
  const Tensor p = sinkhorn_sort(x, {.temperature = 1e-2});
  CHECK(largest_difference(product(p, x).to_vector<double>(),
                           {-.6680269709, .0716211192, 1.2186346518, 1.2330451612, 2.8947260387}) < 4e-3);
  const Tensor positions = Tensor::arange(5, 0, 1, {.dtype = DType::float64});
  CHECK(largest_difference(sum(p * reshape(positions, Shape{5, 1}), 0).to_vector<double>(),
                           {3.9974720072, .9642338379, 2.4340074354, .0399076103, 2.5620352436}) < 2e-3);
}

TEST_CASE("conversions: rank-relax's and fynch's soft ranks") {
  const double alpha = 1;  // multiplies there
  const Tensor x = doubles(x0);
  const Tensor relative = (sigmoid_rank(x, {.temperature = 1 / alpha}) - 1.0) * inverse_n_minus_1;
  CHECK(largest_difference(relative.to_vector<double>(),
                           {.900126153966, .309381908621, .565529874958, .14782108625, .577140976206}) < 1e-11);
  const double tau = 1;
  const Tensor ranks = sigmoid_rank(x, {.temperature = tau, .direction = Direction::descending});
  CHECK(largest_difference(ranks.to_vector<double>(),
                           {1.399495384136, 3.762472365518, 2.737880500169, 4.408715655, 2.691436095178}) < 1e-11);
}

TEST_CASE("conversions: neuralsort and softsort, largest first") {
  const Tensor x = doubles(x0);
  const double tau = 1;
  const Tensor neural = neural_sort(x, {.temperature = tau, .direction = Direction::descending});
  CHECK(largest_difference(product(neural, x).to_vector<double>(),
                           {2.458336443815, 1.354506727592, 1.042950619985, .262600746157, -.418611324384}) < 1e-11);
  const auto sorted = [&](int power) {
    const SoftSortMatrixOptions options = {.temperature = tau, .direction = Direction::descending, .power = power};
    return product(soft_sort_matrix(x, options), x).to_vector<double>();
  };
  CHECK(largest_difference(sorted(1), {2.287450955627, 1.106949023139, 1.088312033811, .350548127088, -.123553263829}) <
        1e-11);
  CHECK(largest_difference(sorted(2), {2.718119429078, 1.126102784087, 1.101165544338, .202145297547, -.372247347433}) <
        1e-11);
}

// diffsort's layers and comparators in double precision; its X is the transpose, its steepness the inverse.
TEST_CASE("conversions: diffsort, bitonic for powers of two and odd-even") {
  const auto check_network = [](const Numbers& x, const SortingNetworkOptions& options, const Numbers& sorted,
                                const Numbers& first_row) {
    const Tensor p = sorting_network(doubles(x), options);
    CHECK(largest_difference(product(p, doubles(x)).to_vector<double>(), sorted) < 1e-11);
    const Numbers all = p.to_vector<double>();
    CHECK(largest_difference(Numbers(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(x.size())), first_row) <
          1e-11);
  };
  const Numbers four = {2.9, 0.1, 1.2, -0.7};
  check_network(four, {.temperature = 1 / 2.0, .comparator = Comparator::logistic},
                {-.526353390825, .095911034282, 1.088768724443, 2.841673632101},
                {.001184749048, .13012379171, .034359199597, .834332259645});
  check_network(four, {.temperature = 1 / 10.0, .comparator = Comparator::logistic_phi},
                {-.699830292433, .09985427443, 1.199976600707, 2.899999417296},
                {5e-12, .000211901072, 9.826e-08, .999788000664});
  check_network(x0, {.temperature = 1 / 2.0, .network = SortingNetwork::odd_even, .comparator = Comparator::cauchy},
                {-.124057267605, .145292528166, 1.200447322747, 1.248609247588, 2.279708169104},
                {.050445364821, .309467629944, .066329188282, .563121992671, .010635824281});
  check_network({2.9, 0.1, 1.2, -0.7, 1.25, -3, 0.4, 2}, {.temperature = 1 / 2.0, .comparator = Comparator::cauchy},
                {-2.052313238823, -.106072569184, .335913117955, .420104322866, 1.078671612424, 1.083250195844,
                 1.415067861951, 1.975378696968},
                {.027593107272, .037476403784, .015583809238, .045892860095, .046543029751, .754481141175,
                 .038906950211, .033522698472});
}
