#include "relaxations.hpp"
#include "support.hpp"

#include <numeric>

using namespace ranktape;
using namespace ranktape::tests;

TEST_CASE("lapsum: every golden row") {
  const int rows = check_golden("lapsum", [](const nlohmann::json& row, const Tensor& x) {
    if (row["op"] == "soft_rank") {
      return lapsum_rank(x, options_of(row));
    }
    return row["op"] == "soft_sort" ? lapsum_sort(x, options_of(row))
                                    : lapsum_top_k(x, row["k"].get<double>(), options_of(row));
  });
  CHECK(rows == 64);
}

TEST_CASE("lapsum: the numbers of the reference implementation, temperature and k included") {
  const Tensor x = tests::from(x0, {.dtype = DType::float64, .requires_grad = true});
  const Tensor temperature = tests::scalar(0.5, {.dtype = DType::float64, .requires_grad = true});
  const Tensor k = tests::scalar(2, {.dtype = DType::float64, .requires_grad = true});
  {
    const Tape tape;
    const Tensor ranks = lapsum_rank(x, temperature);
    CHECK(largest_difference(ranks.to_vector<double>(),
                             {4.962649556557, 2.006431673903, 3.402518378889, 1.122627893553, 3.505772497098}) < 1e-11);
    const Gradients gradients = ranks.backward({.cotangent = doubles(g0)});
    CHECK(largest_difference(gradients[x].to_vector<double>(),
                             {-.220216830667, -.811674861804, -1.654495909645, .408161653825, 2.278225948291}) < 1e-11);
    CHECK(gradients[temperature].item() == doctest::Approx(.28624422).epsilon(1e-7));
  }
  {
    const Tape tape;
    const Tensor memberships = lapsum_top_k(x, k, temperature);
    CHECK(largest_difference(memberships.to_vector<double>(),
                             {.981661370978, .05041085285, .454958627493, .01017777566, .502791373019}) < 1e-10);
    const Gradients gradients = memberships.backward({.cotangent = doubles(g0)});
    CHECK(largest_difference(gradients[x].to_vector<double>(),
                             {-.105991328354, -.190536675048, -.809678809457, .002242411396, 1.103964401462}) < 1e-11);
    CHECK(gradients[temperature].item() == doctest::Approx(-.160685445542).epsilon(1e-10));
    CHECK(gradients[k].item() == doctest::Approx(3.889837845166).epsilon(1e-11));
  }
  const Result sorted = run([](const Tensor& v) { return lapsum_sort(v, {.temperature = 0.5}); }, x0, g0);
  CHECK(largest_difference(sorted.output,
                           {-.809670480152, .095445191918, .965593463756, 1.569120654915, 2.936021189053}) < 1e-11);
  CHECK(largest_difference(sorted.gradient,
                           {4.947284447898, 2.14591704702, 3.323554378927, 1.208794014361, 3.374450111793}) < 1e-11);

  const Tensor four = doubles({-1, .25, 2, 3.5});
  const RelaxationOptions options = {.temperature = 0.7};
  CHECK(largest_difference(lapsum_rank(four, options).to_vector<double>(),
                           {1.091527895733, 1.96201894673, 3.010735190369, 3.935717967168}) < 1e-11);
  CHECK(largest_difference(lapsum_top_k(four, 2, options).to_vector<double>(),
                           {.023496504393, .140129353073, .853554953292, .982819189242}) < 1e-11);
  CHECK(largest_difference(lapsum_sort(four, options).to_vector<double>(),
                           {-1.117670521421, .293340493831, 1.987518518784, 3.584662260411}) < 1e-11);
}

TEST_CASE("lapsum: sums, order, shifts, scale, permutations and direction") {
  Random random(3);
  const Numbers values = tests::randn(Shape{40}, random).to_vector<double>();
  for (const double temperature : {1e-3, 0.1, 1.0, 30.0}) {
    CAPTURE(temperature);
    const RelaxationOptions options = {.temperature = temperature};
    const RelaxationOptions scaled = {.temperature = 3 * temperature};
    const RelaxationOptions descending = {.temperature = temperature, .direction = Direction::descending};
    const Numbers ranks = lapsum_rank(doubles(values), options).to_vector<double>();
    const Numbers places = lapsum_sort(doubles(values), options).to_vector<double>();
    const Numbers members = lapsum_top_k(doubles(values), 7.25, options).to_vector<double>();
    CHECK(std::accumulate(ranks.begin(), ranks.end(), 0.0) == doctest::Approx(40 * 41 / 2.0).epsilon(1e-13));
    CHECK(std::accumulate(members.begin(), members.end(), 0.0) == doctest::Approx(7.25).epsilon(1e-13));
    CHECK(std::is_sorted(places.begin(), places.end()));

    Numbers moved(values.rbegin(), values.rend());
    for (double& value : moved) {
      value = 3 * (value + 7);
    }
    Numbers moved_ranks = lapsum_rank(doubles(moved), scaled).to_vector<double>();
    std::reverse(moved_ranks.begin(), moved_ranks.end());
    CHECK(largest_difference(moved_ranks, ranks) < 1e-10);
    Numbers moved_members = lapsum_top_k(doubles(moved), 7.25, scaled).to_vector<double>();
    std::reverse(moved_members.begin(), moved_members.end());
    CHECK(largest_difference(moved_members, members) < 1e-10);
    Numbers moved_places = lapsum_sort(doubles(moved), scaled).to_vector<double>();
    for (double& place : moved_places) {
      place = place / 3 - 7;
    }
    CHECK(largest_difference(moved_places, places) < 1e-11 * (1 + temperature));

    Numbers down = lapsum_rank(doubles(values), descending).to_vector<double>();
    for (double& rank : down) {
      rank = 41 - rank;
    }
    CHECK(largest_difference(down, ranks) < 1e-12);
    Numbers down_places = lapsum_sort(doubles(values), descending).to_vector<double>();
    std::reverse(down_places.begin(), down_places.end());
    CHECK(largest_difference(down_places, places) < 1e-13 * (1 + 40 * temperature));
    // The k largest and the n - k smallest complement each other.
    Numbers others = lapsum_top_k(doubles(values), 40 - 7.25, descending).to_vector<double>();
    for (double& member : others) {
      member = 1 - member;
    }
    CHECK(largest_difference(others, members) < 1e-13);
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = 0; j < values.size(); ++j) {
        CHECK((values[i] < values[j]) <= (ranks[i] <= ranks[j]));
      }
    }
  }
}

TEST_CASE("lapsum: the definitions, by double loops") {
  Random random(5);
  const Numbers values = tests::randn(Shape{30}, random).to_vector<double>();
  const double t = 0.4;
  const auto cdf = [](double u) { return u <= 0 ? std::exp(u) / 2 : 1 - std::exp(-u) / 2; };
  const auto count_below = [&](double b) {
    double sum = 0;
    for (const double value : values) {
      sum += cdf((b - value) / t);
    }
    return sum;
  };
  const Numbers ranks = lapsum_rank(doubles(values), {.temperature = t}).to_vector<double>();
  const Numbers places = lapsum_sort(doubles(values), {.temperature = t}).to_vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(ranks[i] == doctest::Approx(count_below(values[i]) + 0.5).epsilon(1e-13));
    CHECK(count_below(places[i]) == doctest::Approx(static_cast<double>(i) + 0.5).epsilon(1e-12));
  }
  for (const double q : {0.01, 0.25, 0.5, 0.77, 0.999}) {
    const double b = lapsum_quantile(doubles(values), q, {.temperature = t}).item();
    CHECK(count_below(b) == doctest::Approx(q * 30).epsilon(1e-12));
    const double down =
        lapsum_quantile(doubles(values), 1 - q, {.temperature = t, .direction = Direction::descending}).item();
    CHECK(down == doctest::Approx(b).epsilon(1e-11));
  }
}

TEST_CASE("lapsum: at a small temperature ranks, places, members and quantiles are hard, and nothing is NaN") {
  const Numbers values = {3, -1e30, 5, 0.5, 1e30, -2};
  for (const double temperature : {1e-3, 1e-8, 1e-300, 1e-310}) {
    CAPTURE(temperature);
    const RelaxationOptions options = {.temperature = temperature};
    const auto all = [&](const std::function<Tensor(const Tensor&)>& function, const Numbers& expected) {
      const Result result = run(function, values, Numbers(expected.size(), 1.0));
      CHECK(largest_difference(result.output, expected) <= 1e-12 * largest(expected));
      CHECK(std::isfinite(largest(result.gradient)));
    };
    all([&](const Tensor& x) { return lapsum_rank(x, options); }, {4, 1, 5, 3, 6, 2});
    all([&](const Tensor& x) { return lapsum_top_k(x, 2, options); }, {0, 0, 1, 0, 1, 0});
    all([&](const Tensor& x) { return lapsum_top_k(x, 2.5, options); }, {0.5, 0, 1, 0, 1, 0});
    const Result sorted = run([&](const Tensor& x) { return lapsum_sort(x, options); }, values, {1, 2, 3, 4, 5, 6});
    CHECK(sorted.output[2] == doctest::Approx(0.5));
    CHECK(sorted.output[3] == doctest::Approx(3));
    CHECK(largest_difference(sorted.gradient, {4, 1, 5, 3, 6, 2}) < 1e-12);
    CHECK(lapsum_median(doubles(values), options).item() == doctest::Approx(1.75));  // the middle of 0.5 and 3
    CHECK(lapsum_quantile(doubles(values), 0.6, options).item() == doctest::Approx(3).epsilon(1e-3));
  }
}

TEST_CASE("lapsum: equal values get equal ranks and members; once differentiable there") {
  Numbers values = {0.3, 1.7, 0.3, 0.3, -2, 1.7, 0.0, -0.0};
  const Numbers ranks = lapsum_rank(doubles(values), {.temperature = 0.37}).to_vector<double>();
  const Numbers members = lapsum_top_k(doubles(values), 3.3, {.temperature = 0.37}).to_vector<double>();
  for (const auto& [i, j] : {std::pair<std::size_t, std::size_t>{0, 2}, {0, 3}, {1, 5}, {6, 7}}) {
    CHECK(ranks[i] == ranks[j]);
    CHECK(members[i] == members[j]);
  }
  for (const auto& function : std::vector<std::function<Tensor(std::span<const Tensor>)>>{
           [](std::span<const Tensor> x) { return lapsum_rank(x[0]); },
           [](std::span<const Tensor> x) { return lapsum_sort(x[0]); },
           [](std::span<const Tensor> x) { return lapsum_top_k(x[0], 3.3); },
           [](std::span<const Tensor> x) { return lapsum_log_top_k(x[0], 3.3); },
           [](std::span<const Tensor> x) { return lapsum_median(x[0]); },
           [](std::span<const Tensor> x) { return lapsum_permutation(x[0]); }}) {
    // The second derivative jumps at ties: differences there are of first order only.
    const GradcheckReport report =
        gradcheck(function, {doubles(values)}, {.absolute_tolerance = 1e-5, .relative_tolerance = 1e-5});
    CHECK_MESSAGE(report.passed, report.message);
  }
}

TEST_CASE("lapsum_log_top_k: the logarithm of lapsum_top_k, where that underflows too") {
  const Numbers members = lapsum_top_k(doubles(x0), 1.7, {.temperature = 0.5}).to_vector<double>();
  const Numbers logs = lapsum_log_top_k(doubles(x0), 1.7, {.temperature = 0.5}).to_vector<double>();
  for (std::size_t i = 0; i < members.size(); ++i) {
    CHECK(logs[i] == doctest::Approx(std::log(members[i])).epsilon(1e-12));
  }
  const Result far =
      run([](const Tensor& x) { return lapsum_log_top_k(x, 1.5, {.temperature = 1e-3}); }, {0, 1, 2, 3}, {1, 1, 1, 1});
  // b is 2 - 0: the member at 2 has 1/2; those below lie 2000 and 1000 temperatures away.
  CHECK(far.output[0] == doctest::Approx(-2000 - std::log(2)).epsilon(1e-12));
  CHECK(far.output[1] == doctest::Approx(-1000 - std::log(2)).epsilon(1e-12));
  CHECK(far.output[2] == doctest::Approx(-std::log(2)).epsilon(1e-12));
  CHECK(far.output[3] == 0);
  CHECK(std::isfinite(largest(far.gradient)));
  // k close to 0 and to n keeps its digits.
  const Numbers few = lapsum_top_k(doubles(x0), 1e-200).to_vector<double>();
  CHECK(std::accumulate(few.begin(), few.end(), 0.0) == doctest::Approx(1e-200).epsilon(1e-12));
}

TEST_CASE("lapsum_permutation: doubly stochastic, its cumulated rows the memberships") {
  Random random(7);
  const Numbers values = tests::randn(Shape{9}, random).to_vector<double>();
  for (const double temperature : {1e-4, 0.1, 1.0, 100.0}) {
    const Numbers p = lapsum_permutation(doubles(values), {.temperature = temperature}).to_vector<double>();
    Numbers columns(9, 0.0);
    for (std::size_t i = 0; i < 9; ++i) {
      double row = 0;
      for (std::size_t j = 0; j < 9; ++j) {
        CHECK(p[9 * i + j] >= 0);
        row += p[9 * i + j];
        columns[j] += p[9 * i + j];
      }
      CHECK(row == doctest::Approx(1).epsilon(1e-13));
      if (i < 8) {
        const Numbers members = lapsum_top_k(doubles(values), static_cast<double>(i) + 1,
                                             {.temperature = temperature, .direction = Direction::descending})
                                    .to_vector<double>();
        CHECK(largest_difference(members, columns) < 1e-13);
      }
    }
    CHECK(largest_difference(columns, Numbers(9, 1.0)) < 1e-13);
  }
  const Numbers hard = lapsum_permutation(doubles({5, 1, 3}), {.temperature = 1e-3}).to_vector<double>();
  CHECK(hard == Numbers{0, 1, 0, 0, 0, 1, 1, 0, 0});
}

TEST_CASE("lapsum: ragged groups are as their lists alone, in every unit; empty and single lists included") {
  Random random(5);
  const Tensor values = tests::randn(Shape{60}, random, {.dtype = DType::float64, .requires_grad = true});
  const Numbers x = values.to_vector<double>();
  const Groups groups = Groups::from_sizes({0, 7, 1, 0, 30, 2, 20, 0});
  for (const StrengthUnit unit : {StrengthUnit::absolute, StrengthUnit::per_item, StrengthUnit::spread}) {
    const RelaxationOptions options = {.temperature = 2, .temperature_unit = unit};
    const Tape tape;
    const Numbers ranks = lapsum_rank(values, groups, options).to_vector<double>();
    const Numbers places = lapsum_sort(values, groups, options).to_vector<double>();
    const Numbers members = lapsum_top_k(values, groups, 0.5, options).to_vector<double>();
    for (std::int64_t list = 0; list < groups.count(); ++list) {
      const auto part = [&](const Numbers& whole) {
        return Numbers(whole.begin() + groups.begin(list), whole.begin() + groups.begin(list + 1));
      };
      CHECK(part(ranks) == lapsum_rank(doubles(part(x)), options).to_vector<double>());
      CHECK(part(places) == lapsum_sort(doubles(part(x)), options).to_vector<double>());
      CHECK(part(members) == lapsum_top_k(doubles(part(x)), 0.5, options).to_vector<double>());
      if (unit == StrengthUnit::per_item && groups.size(list) > 0) {
        const double absolute = 2 / static_cast<double>(groups.size(list));
        CHECK(largest_difference(part(ranks),
                                 lapsum_rank(doubles(part(x)), {.temperature = absolute}).to_vector<double>()) < 1e-12);
      }
    }
  }
  const Numbers ten_times = lapsum_rank(values * 10.0, {.temperature_unit = StrengthUnit::spread}).to_vector<double>();
  CHECK(largest_difference(
            ten_times, lapsum_rank(values, {.temperature_unit = StrengthUnit::spread}).to_vector<double>()) < 1e-11);
}

TEST_CASE("lapsum: a million documents, float32 against float64") {
  Random random(13);
  constexpr std::int64_t n = 1'000'000;
  const Numbers x = tests::randn(Shape{n}, random).to_vector<double>();
  const Numbers g = tests::randn(Shape{n}, random).to_vector<double>();
  for (const double temperature : {1e-4, 1.0, 1e4}) {
    CAPTURE(temperature);
    const RelaxationOptions options = {.temperature = temperature};
    const auto compare = [&](const std::function<Tensor(const Tensor&)>& function) {
      const Result narrow = run(function, x, g, DType::float32);
      const Result wide = run(function, x, g, DType::float64);
      CHECK(largest_difference(narrow.output, wide.output) <= 2e-7 * largest(wide.output));
      CHECK(largest_difference(narrow.gradient, wide.gradient) <= 5e-7 * largest(wide.gradient));
      return wide.output;
    };
    const Numbers ranks = compare([&](const Tensor& v) { return lapsum_rank(v, options); });
    CHECK(std::accumulate(ranks.begin(), ranks.end(), 0.0) == doctest::Approx(0.5 * n * (n + 1.0)).epsilon(1e-12));
    compare([&](const Tensor& v) { return lapsum_sort(v, options); });
    const Numbers members = compare([&](const Tensor& v) { return lapsum_top_k(v, 1000.5, options); });
    CHECK(std::accumulate(members.begin(), members.end(), 0.0) == doctest::Approx(1000.5).epsilon(1e-11));
  }
}

TEST_CASE("lapsum: gradients of a float32 list's temperature and k tensors, one for each list") {
  const Tensor x = tests::from(x0, {.requires_grad = true});
  const Groups groups = Groups::from_sizes({3, 2});
  const Tensor t = tests::from({0.5, 2}, {.requires_grad = true});
  const Tensor k = tests::from({1, 1}, {.requires_grad = true});
  const Tape tape;
  const Gradients gradients = sum(lapsum_top_k(x, groups, k, t) * x).backward();
  CHECK(gradients[t].shape() == Shape{2});
  CHECK(gradients[k].shape() == Shape{2});
  CHECK(gradients[k].dtype() == DType::float32);
}

TEST_CASE("lapsum: exact error texts") {
  const Tensor scores = tests::from({1, std::numeric_limits<float>::quiet_NaN(), 3}).named("scores");
  const Tensor fine = tests::from({1, 2, 3});
  const Tensor column = tests::ones(Shape{3, 1});
  CHECK(error_text<NumericError>([&] { lapsum_rank(scores); }) ==
        "lapsum_rank: element 1 of 'scores' [3] float32 is nan; values must be finite to be ranked: look at what "
        "computed them");
  CHECK(error_text<NumericError>([&] { lapsum_sort(fine, {.temperature = 0}); }) ==
        "lapsum_sort: temperature is 0, which makes hard ranks with no gradient; call rank or sort for those, or give "
        "a positive temperature");
  CHECK(error_text<NumericError>([&] { lapsum_top_k(fine, 1, {.temperature = -2}); }) ==
        "lapsum_top_k: temperature is -2; it must be positive and finite");
  CHECK(error_text<NumericError>([&] { lapsum_top_k(fine, 3); }) ==
        "lapsum_top_k: k is 3 and list 0 of [3] float32 has 3 documents; k must lie strictly between 0 and that "
        "number: with lists of different lengths, give a tensor with one k for each");
  CHECK(error_text<NumericError>([&] {
          lapsum_log_top_k(fine, Groups::from_sizes({2, 1}), 1);
        }) ==
        "lapsum_log_top_k: k is 1 and list 1 of [3] float32 has 1 documents; k must lie strictly between 0 and that "
        "number: with lists of different lengths, give a tensor with one k for each");
  CHECK(error_text<ShapeError>([&] {
          lapsum_rank(fine, tests::from({1, 1}));
        }) ==
        "lapsum_rank: the temperature [2] float32 has 2 elements and there are 1 lists; give one element, or one for "
        "each list");
  CHECK(error_text<NumericError>([&] { lapsum_rank(fine, tests::from({-1})); }) ==
        "lapsum_rank: element 0 of the temperature [1] float32 is -1; it must be positive and finite: learn its "
        "logarithm and give its exponential");
  CHECK(error_text<ShapeError>([&] { lapsum_rank(column); }) ==
        "lapsum_rank: each row of [3, 1] float32 would be a list of one document; give a tensor of shape [documents] "
        "with Groups, or reshape it so that the last dimension is a list");
  CHECK(error_text<ShapeError>([&] {
          lapsum_rank(fine, Groups::from_sizes({2, 2}));
        }) == "lapsum_rank: the groups hold 4 documents, but the values [3] float32 hold 3");
  CHECK(error_text<NumericError>([&] { lapsum_quantile(fine, 1); }) ==
        "lapsum_quantile: q is 1; it must lie strictly between 0 and 1");
  CHECK(error_text<ShapeError>([&] {
          lapsum_median(fine, Groups::from_sizes({3, 0}));
        }) == "lapsum_quantile: list 1 of [3] float32 is empty and has no quantile");
  CHECK(error_text<ShapeError>([&] {
          lapsum_median(tests::zeros(Shape{2, 0}));
        }) == "lapsum_quantile: list 0 of [2, 0] float32 is empty and has no quantile");
  CHECK(error_text<ShapeError>([&] {
          lapsum_permutation(tests::ones(Shape{2, 2, 2, 3}));
        }) ==
        "lapsum_permutation: [2, 2, 2, 3] float32 would give matrices of shape [..., 3, 3], five dimensions; reshape "
        "it to [lists, 3]");
}

TEST_CASE("lapsum: empty tensors and lists of one") {
  CHECK(lapsum_rank(tests::zeros(Shape{0})).size() == 0);
  CHECK(lapsum_sort(tests::zeros(Shape{0}), Groups::from_sizes({0, 0})).size() == 0);
  CHECK(lapsum_top_k(tests::zeros(Shape{0}), Groups::from_sizes({0, 0}), 3).size() == 0);
  CHECK(lapsum_quantile(tests::zeros(Shape{0}), Groups::from_sizes({}), 0.5).shape() == Shape{0});
  CHECK(lapsum_permutation(tests::zeros(Shape{0})).shape() == Shape{0, 0});
  CHECK(lapsum_rank(tests::from({7})).to_vector<double>() == Numbers{1});
  CHECK(lapsum_sort(tests::from({7})).to_vector<double>() == Numbers{7});
  CHECK(lapsum_median(tests::from({7})).item() == 7);
  CHECK(lapsum_permutation(tests::from({7})).to_vector<double>() == Numbers{1});
  CHECK(lapsum_top_k(tests::from({7}), 0.25).to_vector<double>() == Numbers{0.25});
  CHECK(lapsum_rank(tests::scalar(3)).shape() == Shape{});
  CHECK(lapsum_median(tests::scalar(3)).item() == 3);
}
