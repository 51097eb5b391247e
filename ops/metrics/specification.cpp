#include <ranktape/core/fail.hpp>
#include <ranktape/core/suggestion.hpp>
#include <ranktape/ops/metrics/specification.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>

namespace ranktape {
namespace {

// In the order of MetricKind.
constexpr std::array<std::string_view, 11> names = {
    "ndcg", "dcg", "map", "mrr", "err", "precision", "recall", "hit_rate", "kendall", "spearman", "pairwise_accuracy"};

bool compares_whole_lists(MetricKind kind) {
  return kind == MetricKind::kendall || kind == MetricKind::spearman || kind == MetricKind::pairwise_accuracy;
}

}  // namespace

std::span<const std::string_view> metric_kind_names() { return names; }

MetricSpecification parse_metric(std::string_view name, SourceLocation where) {
  const std::size_t at = name.find('@');
  std::string base(name.substr(0, at));
  std::transform(base.begin(), base.end(), base.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  const auto* const found = std::find(names.begin(), names.end(), base);
  if (found == names.end()) {
    const std::string suggestion = did_you_mean(base, names);
    if (suggestion.empty()) {
      detail::fail<Error>(where, "parse_metric", "no metric is called '{}'; there are {}, some with @k", base,
                          fmt::join(names, ", "));
    }
    detail::fail<Error>(where, "parse_metric", "no metric is called '{}'{}", base, suggestion);
  }
  MetricSpecification specification{.kind = static_cast<MetricKind>(found - names.begin())};
  if (at == std::string_view::npos) {
    return specification;
  }
  if (compares_whole_lists(specification.kind)) {
    detail::fail<Error>(where, "parse_metric", "'{}': {} compares whole lists; leave out the @", name, base);
  }
  const std::string_view k = name.substr(at + 1);
  const auto [end, error] = std::from_chars(k.data(), k.data() + k.size(), specification.k);
  if (error != std::errc() || end != k.data() + k.size() || specification.k < 1) {
    detail::fail<Error>(where, "parse_metric", "'{}': after @ comes a whole number from 1 on, as in {}@10", name, base);
  }
  return specification;
}

std::string to_string(const MetricSpecification& specification) {
  const std::string_view name = names[static_cast<std::size_t>(specification.kind)];
  return specification.k == 0 ? std::string(name) : fmt::format("{}@{}", name, specification.k);
}

std::string_view reason_left_out(MetricKind kind) {
  switch (kind) {
    case MetricKind::ndcg:
    case MetricKind::dcg:
    case MetricKind::expected_reciprocal_rank: return "without a label above 0";
    case MetricKind::kendall:
    case MetricKind::spearman: return "with equal labels or scores throughout";
    case MetricKind::pairwise_accuracy: return "with equal labels throughout";
    default: return "without a relevant document";
  }
}

}  // namespace ranktape
