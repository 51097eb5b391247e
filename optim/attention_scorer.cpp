#include <ranktape/core/fail.hpp>
#include <ranktape/ops/attention.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/layers.hpp>
#include <ranktape/optim/attention_scorer.hpp>
#include <ranktape/optim/check_features.hpp>
#include <ranktape/optim/check_options.hpp>

#include <utility>

namespace ranktape {
namespace {

constexpr const char* name = "AttentionScorer";

const AttentionScorerOptions& checked(const AttentionScorerOptions& options, std::int64_t features,
                                      SourceLocation where) {
  if (features < 1 || options.width < 1 || options.feed_forward < 1 || options.blocks < 1) {
    detail::fail<ShapeError>(where, name,
                             "{} features, width {}, feed_forward {} and {} blocks; each must be at least 1", features,
                             options.width, options.feed_forward, options.blocks);
  }
  if (options.heads < 1 || options.width % options.heads != 0) {
    detail::fail<ShapeError>(where, name, "{} heads do not divide the width {} into equal parts", options.heads,
                             options.width);
  }
  detail::check_fraction(where, name, "dropout", options.dropout);
  return options;
}

Linear make_linear(std::int64_t in, std::int64_t out, Random& random, const AttentionScorerOptions& options,
                   std::string_view layer, SourceLocation where) {
  return Linear(in, out, random, {.initialization = options.initialization, .dtype = options.dtype}, where)
      .named(layer);
}

}  // namespace

AttentionScorer::AttentionScorer(std::int64_t features, Random& random, const AttentionScorerOptions& options,
                                 SourceLocation where)
    : options_(checked(options, features, where)),
      input_(make_linear(features, options.width, random, options, "input", where)),
      norm_(options.width, options.dtype, "norm"),
      output_(make_linear(options.width, 1, random, options, "output", where)) {
  for (int i = 0; i < options.blocks; ++i) {
    const auto called = [&](const char* layer) { return fmt::format("blocks.{}.{}", i, layer); };
    const auto dense = [&](std::int64_t in, std::int64_t out, const char* layer) {
      return make_linear(in, out, random, options, called(layer), where);
    };
    // In this order, whatever a compiler does first: the same seed gives the same weights.
    Linear queries = dense(options.width, options.width, "queries");
    Linear keys = dense(options.width, options.width, "keys");
    Linear values = dense(options.width, options.width, "values");
    Linear attended = dense(options.width, options.width, "attended");
    Linear expand = dense(options.width, options.feed_forward, "expand");
    Linear contract = dense(options.feed_forward, options.width, "contract");
    blocks_.push_back({.attention_norm = {options.width, options.dtype, called("attention_norm")},
                       .queries = std::move(queries),
                       .keys = std::move(keys),
                       .values = std::move(values),
                       .attended = std::move(attended),
                       .feed_forward_norm = {options.width, options.dtype, called("feed_forward_norm")},
                       .expand = std::move(expand),
                       .contract = std::move(contract)});
  }
}

Tensor AttentionScorer::operator()(Operand features, const Groups& groups) const {
  return evaluate(features.tensor(), groups, nullptr, features.where());
}
Tensor AttentionScorer::operator()(Operand features, const Groups& groups, Random& random) const {
  return evaluate(features.tensor(), groups, &random, features.where());
}
Tensor AttentionScorer::operator()(const SparseMatrix& features, const Groups& groups, SourceLocation where) const {
  return evaluate(features, groups, nullptr, where);
}
Tensor AttentionScorer::operator()(const SparseMatrix& features, const Groups& groups, Random& random,
                                   SourceLocation where) const {
  return evaluate(features, groups, &random, where);
}

template <class Features>
Tensor AttentionScorer::evaluate(const Features& features, const Groups& groups, Random* random,
                                 SourceLocation where) const {
  detail::check_features(name, features, feature_count(), where);
  const auto here = [&](const Tensor& tensor) { return Operand(tensor, where); };
  const auto dropped = [&](Tensor x) { return random == nullptr ? x : dropout(here(x), options_.dropout, *random); };
  Tensor x = input_(features, where);
  for (const Block& block : blocks_) {
    const Tensor seen = block.attention_norm(here(x));
    const Tensor queries = block.queries(seen, where);
    const Tensor keys = block.keys(seen, where);
    const Tensor values = block.values(seen, where);
    const Tensor attention = grouped_attention(here(queries), here(keys), here(values), groups, options_.heads);
    x = here(x) + here(dropped(block.attended(attention, where)));
    const Tensor expanded = block.expand(block.feed_forward_norm(here(x)), options_.activation, where);
    x = here(x) + here(dropped(block.contract(dropped(expanded), where)));
  }
  return detail::as_scores(output_(norm_(here(x)), where), where);
}

template <class Scorer, class Function>
void AttentionScorer::for_each_layer(Scorer& scorer, const Function& function) {
  function(scorer.input_);
  for (auto& block : scorer.blocks_) {
    function(block.attention_norm);
    function(block.queries);
    function(block.keys);
    function(block.values);
    function(block.attended);
    function(block.feed_forward_norm);
    function(block.expand);
    function(block.contract);
  }
  function(scorer.norm_);
  function(scorer.output_);
}

std::vector<Tensor> AttentionScorer::parameters() const {
  std::vector<Tensor> parameters;
  for_each_layer(*this, [&](const auto& layer) {
    parameters.push_back(layer.weight);
    parameters.push_back(layer.bias);
  });
  return parameters;
}

AttentionScorer AttentionScorer::to(Device device) const {
  AttentionScorer copy = *this;
  for_each_layer(copy, [&](auto& layer) { layer = layer.to(device); });
  return copy;
}

}  // namespace ranktape
