#include "support.hpp"

#include <ranktape/ops/metrics/options.hpp>
#include <ranktape/ops/metrics/specification.hpp>
#include <doctest/doctest.h>

using namespace ranktape;

TEST_CASE("metric specification: every name, with k and without") {
  for (const std::string_view name : metric_kind_names()) {
    CHECK(to_string(parse_metric(name)) == name);
  }
  CHECK(parse_metric("ndcg@10") == MetricSpecification{.kind = MetricKind::ndcg, .k = 10});
  CHECK(parse_metric("NDCG@10") == MetricSpecification{.kind = MetricKind::ndcg, .k = 10});
  CHECK(parse_metric("map") == MetricSpecification{.kind = MetricKind::average_precision});
  CHECK(parse_metric("mrr@5") == MetricSpecification{.kind = MetricKind::reciprocal_rank, .k = 5});
  CHECK(parse_metric("err") == MetricSpecification{.kind = MetricKind::expected_reciprocal_rank});
  CHECK(parse_metric("hit_rate@3") == MetricSpecification{.kind = MetricKind::hit_rate, .k = 3});
  CHECK(parse_metric("pairwise_accuracy").kind == MetricKind::pairwise_accuracy);
  CHECK(to_string(MetricSpecification{.kind = MetricKind::precision, .k = 5}) == "precision@5");
}

TEST_CASE("metric specification: exact error texts") {
  const auto text = [](const char* name) { return tests::error_text<Error>([&] { parse_metric(name); }); };
  CHECK(text("ndgc@10") == "parse_metric: no metric is called 'ndgc'; did you mean 'ndcg'?");
  CHECK(text("sperman") == "parse_metric: no metric is called 'sperman'; did you mean 'spearman'?");
  CHECK(text("auc_mu") ==
        "parse_metric: no metric is called 'auc_mu'; there are ndcg, dcg, map, mrr, err, precision, recall, hit_rate, "
        "kendall, spearman, pairwise_accuracy, some with @k");
  CHECK(text("") ==
        "parse_metric: no metric is called ''; there are ndcg, dcg, map, mrr, err, precision, recall, hit_rate, "
        "kendall, spearman, pairwise_accuracy, some with @k");
  for (const char* name :
       {"ndcg@", "ndcg@0", "ndcg@-1", "ndcg@x", "ndcg@1.5", "ndcg@99999999999999999999", "ndcg@1@2"}) {
    CHECK(text(name) ==
          "parse_metric: '" + std::string(name) + "': after @ comes a whole number from 1 on, as in ndcg@10");
  }
  CHECK(text("kendall@5") == "parse_metric: 'kendall@5': kendall compares whole lists; leave out the @");
}

TEST_CASE("metric options: in words") {
  CHECK(describe(MetricOptions()) ==
        "gain exponential, ties stable, no relevant document skip, relevant from label 1, largest label 4, precision "
        "over k, average precision over relevant");
  CHECK(describe(metric_options_of(MetricConvention::xgboost)) ==
        "gain exponential, ties stable, no relevant document one, relevant from label 1, largest label 4, precision "
        "over k_or_length, average precision over relevant_or_k");
  CHECK(describe(metric_options_of(MetricConvention::trec_eval)) ==
        "gain linear, ties reversed, no relevant document zero, relevant from label 1, largest label 4, precision "
        "over k, average precision over relevant");
}
