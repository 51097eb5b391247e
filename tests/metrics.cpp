#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <map>

using namespace ranktape;

namespace {

void check_against(const nlohmann::json& expected, double value) {
  if (expected.is_null()) {
    CHECK(std::isnan(value));
  } else {
    CHECK(std::abs(value - expected.get<double>()) <= 1e-12);
  }
}

/// The queries of metrics.json as one data set.
struct GoldenQueries {
  nlohmann::json rows = tests::golden("metrics.json");
  Tensor scores;
  Tensor labels;
  Groups groups;

  explicit GoldenQueries(DType dtype = DType::float64) {
    std::vector<double> all_scores;
    std::vector<double> all_labels;
    std::vector<std::int64_t> sizes;
    for (const nlohmann::json& row : rows) {
      const auto s = row["scores"].get<std::vector<double>>();
      const auto l = row["labels"].get<std::vector<double>>();
      all_scores.insert(all_scores.end(), s.begin(), s.end());
      all_labels.insert(all_labels.end(), l.begin(), l.end());
      sizes.push_back(static_cast<std::int64_t>(s.size()));
    }
    scores = tests::from(all_scores, {.dtype = dtype});
    labels = tests::from(all_labels, {.dtype = dtype});
    groups = Groups::from_sizes(sizes);
  }
};

Metric evaluate_named(const GoldenQueries& queries, std::string_view name, const MetricOptions& options) {
  const MetricSpecification specification = parse_metric(name);
  return evaluate_metrics(queries.scores, queries.labels, queries.groups, {&specification, 1}, options).front();
}

/// Every metric that the rows hold under `key`, against ours with these options; returns how many numbers were
/// compared.
int check_rows(const GoldenQueries& queries, const nlohmann::json::json_pointer& key, const MetricOptions& options) {
  std::map<std::string, Metric> ours;
  int compared = 0;
  for (std::size_t i = 0; i < queries.rows.size(); ++i) {
    for (const auto& item : queries.rows[i].at(key).items()) {
      const std::string& name = item.key();
      if (!ours.contains(name)) {
        ours[name] = evaluate_named(queries, name, options);
      }
      CAPTURE(queries.rows[i]["name"].get<std::string>());
      CAPTURE(name);
      check_against(item.value(), ours[name].per_list[i]);
      ++compared;
    }
  }
  return compared;
}

}  // namespace

TEST_CASE("metrics: golden queries, alone and as groups") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const GoldenQueries queries(dtype);
    const nlohmann::json& rows = queries.rows;
    const auto check = [&](const Metric& metric, const auto& expected) {
      REQUIRE(metric.per_list.size() == rows.size());
      double sum = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(rows[i]["name"].get<std::string>());
        check_against(expected(rows[i]), metric.per_list[i]);
        sum += std::isnan(metric.per_list[i]) ? 0 : metric.per_list[i];
      }
      CHECK(metric.counted + metric.left_out == queries.groups.count());
      CHECK(metric.mean == doctest::Approx(sum / static_cast<double>(metric.counted)));
    };
    const auto field = [](const char* name) { return [=](const nlohmann::json& row) { return row[name]; }; };
    for (const std::int64_t k : {1, 3, 5, 10}) {
      check(ndcg(queries.scores, queries.labels, queries.groups, {.k = k}),
            [&](const nlohmann::json& row) { return row["ndcg"][std::to_string(k)]; });
    }
    check(average_precision(queries.scores, queries.labels, queries.groups), field("average_precision"));
    check(reciprocal_rank(queries.scores, queries.labels, queries.groups), field("reciprocal_rank"));
    check(spearman_correlation(queries.scores, queries.labels, queries.groups), field("spearman"));
    check(kendall_tau(queries.scores, queries.labels, queries.groups), field("kendall"));
    check(pairwise_accuracy(queries.scores, queries.labels, queries.groups), field("pairwise_accuracy"));
  }
}

TEST_CASE("metrics: the definitions, and their mean over the orders of tied documents") {
  const GoldenQueries queries;
  CHECK(check_rows(queries, "/stable"_json_pointer, {}) == 864);
  CHECK(check_rows(queries, "/averaged"_json_pointer, {.ties = Ties::averaged}) == 672);
}

TEST_CASE("metrics: what LightGBM, XGBoost, trec_eval, scikit-learn and RankLib give") {
  const GoldenQueries queries;
  for (const MetricConvention convention :
       {MetricConvention::lightgbm, MetricConvention::xgboost, MetricConvention::trec_eval,
        MetricConvention::scikit_learn, MetricConvention::ranklib}) {
    const auto key = "/programs"_json_pointer / std::string(to_string(convention));
    const bool binary = convention == MetricConvention::xgboost;
    CAPTURE(binary);
    CHECK(check_rows(queries, key, metric_options_of(convention)) > 200);
  }
}

TEST_CASE("metrics: several at once are those one at a time, on any number of threads") {
  Random random(4);
  const Groups groups = Groups::from_sizes(std::vector<std::int64_t>(300, 50));
  const Tensor scores = tests::randn(Shape{15'000}, random);
  std::vector<double> all_labels(15'000);
  for (double& label : all_labels) {
    label = static_cast<double>(random.below(5));
  }
  const Tensor labels = tests::from(all_labels);
  std::vector<MetricSpecification> specifications;
  for (const std::string_view name : metric_kind_names()) {
    specifications.push_back(parse_metric(name));
  }
  specifications.push_back(parse_metric("ndcg@10"));
  const int threads = num_threads();
  const std::vector<Metric> shared = evaluate_metrics(scores, labels, groups, specifications);
  set_num_threads(1);
  for (std::size_t i = 0; i < specifications.size(); ++i) {
    CAPTURE(to_string(specifications[i]));
    const Metric alone = evaluate_metrics(scores, labels, groups, {&specifications[i], 1}).front();
    CHECK(alone.mean == shared[i].mean);
    CHECK(alone.per_list == shared[i].per_list);
  }
  set_num_threads(threads);
  CHECK(evaluate_metrics(scores, labels, groups, {}).empty());
}

TEST_CASE("metrics: pairs counted one by one, in long lists") {
  Random random(6);
  for (const std::uint64_t values : {2U, 7U, 1000U}) {
    constexpr std::int64_t n = 700;
    std::vector<double> s(n);
    std::vector<double> l(n);
    double agreement = 0;
    double untied_scores = 0;
    double untied_labels = 0;
    for (std::size_t i = 0; i < n; ++i) {
      s[i] = static_cast<double>(random.below(values));
      l[i] = static_cast<double>(random.below(values));
      for (std::size_t j = 0; j < i; ++j) {
        const int in_scores = (s[i] > s[j]) - (s[i] < s[j]);
        const int in_labels = (l[i] > l[j]) - (l[i] < l[j]);
        agreement += in_scores * in_labels;
        untied_scores += std::abs(in_scores);
        untied_labels += std::abs(in_labels);
      }
    }
    const Groups groups = Groups::from_sizes({n});
    CHECK(kendall_tau(tests::from(s), tests::from(l), groups).mean ==
          doctest::Approx(agreement / std::sqrt(untied_scores * untied_labels)).epsilon(1e-14));
    CHECK(pairwise_accuracy(tests::from(s), tests::from(l), groups).mean ==
          doctest::Approx(0.5 + agreement / untied_labels / 2).epsilon(1e-14));
  }
}

TEST_CASE("metrics: constant scores, where averaged ties do not depend on the order of the file") {
  const Groups groups = Groups::from_sizes({4});
  const Tensor scores = tests::zeros(Shape{4});
  const Tensor best_first = tests::from({3, 1, 0, 0});
  const Tensor best_last = tests::from({0, 0, 1, 3});
  CHECK(ndcg(scores, best_first, groups).mean == 1);
  CHECK(ndcg(scores, best_last, groups).mean < 0.6);
  CHECK(ndcg(scores, best_last, groups, {.ties = Ties::reversed}).mean == 1);
  for (const auto& metric :
       {ndcg, dcg, average_precision, reciprocal_rank, expected_reciprocal_rank, precision, recall, hit_rate}) {
    const MetricOptions options{.k = 2, .ties = Ties::averaged};
    CHECK(metric(scores, best_first, groups, options).mean ==
          doctest::Approx(metric(scores, best_last, groups, options).mean).epsilon(1e-15));
  }
  CHECK(hit_rate(scores, best_last, groups, {.k = 1, .ties = Ties::averaged}).mean == 0.5);
  CHECK(hit_rate(scores, best_last, groups, {.k = 3, .ties = Ties::averaged}).mean == 1);
}

TEST_CASE("metrics: what a list without relevant documents counts as") {
  const Groups groups = Groups::from_sizes({2, 2});
  const Tensor scores = tests::from({1, 2, 1, 2});
  const Tensor labels = tests::from({0, 1, 0, 0});
  const auto mean = [&](NoRelevant no_relevant) {
    return ndcg(scores, labels, groups, {.no_relevant = no_relevant}).mean;
  };
  CHECK(mean(NoRelevant::skip) == 1);
  CHECK(mean(NoRelevant::zero) == 0.5);
  CHECK(mean(NoRelevant::one) == 1);
  CHECK(ndcg(scores, labels, groups).left_out == 1);
  CHECK(ndcg(tests::zeros(Shape{0}), tests::zeros(Shape{0}), Groups()).counted == 0);

  // What divides by the relevant documents there are counts as 1 there; what only counts them stays 0.
  for (const auto& metric : {ndcg, average_precision, reciprocal_rank, recall}) {
    CHECK(metric(scores, labels, groups, {.no_relevant = NoRelevant::one}).per_list[1] == 1);
    CHECK(metric(scores, labels, groups, {.no_relevant = NoRelevant::zero}).per_list[1] == 0);
    CHECK(std::isnan(metric(scores, labels, groups, {}).per_list[1]));
  }
  for (const auto& metric : {dcg, expected_reciprocal_rank, precision, hit_rate}) {
    CHECK(metric(scores, labels, groups, {.no_relevant = NoRelevant::one}).per_list[1] == 0);
    CHECK(metric(scores, labels, groups, {.no_relevant = NoRelevant::zero}).per_list[1] == 0);
    CHECK(std::isnan(metric(scores, labels, groups, {}).per_list[1]));
  }
  CHECK(average_precision(scores, labels, groups, {.relevant_label = 2}).left_out == 2);
  CHECK(std::isnan(precision(scores, labels, Groups::from_sizes({2, 0, 2})).per_list[1]));  // an empty list
}

TEST_CASE("metrics: linear gain") {
  const Metric metric = ndcg(tests::from({1, 2}), tests::from({3, 1}), Groups::from_sizes({2}), {.gain = Gain::linear});
  CHECK(metric.mean == doctest::Approx((1 + 3 / std::log2(3)) / (3 + 1 / std::log2(3))));
}

TEST_CASE("metrics: exact error texts") {
  const Tensor scores = tests::from({1, 2}).named("scores");
  const Tensor labels = tests::from({1});
  CHECK(tests::error_text<ShapeError>([&] { ndcg(scores, labels, Groups::from_sizes({2})); }) ==
        "ndcg: scores 'scores' [2] float32 and labels [1] float32 differ in shape; each document needs both");
  CHECK(tests::error_text<ShapeError>([&] { ndcg(scores, scores, Groups::from_sizes({3})); }) ==
        "ndcg: the groups hold 3 documents, but the values 'scores' [2] float32 hold 2");

  const Groups pair = Groups::from_sizes({2});
  CHECK(tests::error_text<NumericError>([&] {
          ndcg(scores, tests::from({0, -1}), pair);
        }) == "ndcg: document 1 has label -1, and gains must not be negative");
  CHECK(tests::error_text<NumericError>([&] {
          dcg(scores, tests::from({0, 1330}), pair);
        }) == "dcg: document 1 has label 1330, too large for a gain of 2^label - 1; take the linear gain");
  CHECK(dcg(scores, tests::from({0, 1330}), pair, {.k = 1, .gain = Gain::linear}).mean == 1330);
  CHECK(tests::error_text<NumericError>([&] {
          expected_reciprocal_rank(scores, tests::from({5, 1}), pair);
        }) ==
        "expected_reciprocal_rank: document 0 has label 5, above the largest label of the options, 4, which "
        "expected reciprocal rank divides by");
  CHECK(spearman_correlation(scores, tests::from({0, -1}), pair).mean == -1);  // needs no gains
  CHECK(tests::error_text<NumericError>([&] { precision(scores, scores, pair, {.k = -1}); }) ==
        "precision: k is -1; it must be positive, or 0 for whole lists");
  const MetricSpecification hit{.kind = MetricKind::hit_rate, .k = 1};
  CHECK(tests::error_text<NumericError>([&] {
          evaluate_metrics(scores, scores, pair, {&hit, 1}, {.ties = Ties::together});
        }) == "evaluate_metrics: hit_rate@1 is not defined for ties taken together; take them averaged");
  CHECK(tests::error_text<NumericError>([&] {
          evaluate_metrics(scores, scores, pair, {&hit, 1}, {.k = 5});
        }) == "evaluate_metrics: options.k is 5; the k of each specification counts, so leave it 0");
}
