#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/optim/scoring_model.hpp>
#include <fmt/format.h>

namespace ranktape {
namespace {

template <class... Calls>
struct Overloaded : Calls... {
  using Calls::operator()...;
};
template <class... Calls>
Overloaded(Calls...) -> Overloaded<Calls...>;

std::string text(const Mlp& model) {
  const MlpOptions& options = model.options();
  return fmt::format("mlp {}{}{}{}{}", fmt::join(model.sizes(), "-"),
                     model.sizes().size() > 2 ? fmt::format(", {}", to_string(options.activation)) : "",
                     options.layer_norm ? ", layer norm" : "", options.residual ? ", residual" : "",
                     options.dropout > 0 ? fmt::format(", dropout {}", options.dropout) : "");
}

std::string text(const AttentionScorer& model) {
  const AttentionScorerOptions& options = model.options();
  return fmt::format("attention {}-{}-1, {} blocks, {} heads, feed forward {}, {}{}", model.feature_count(),
                     options.width, options.blocks, options.heads, options.feed_forward, to_string(options.activation),
                     options.dropout > 0 ? fmt::format(", dropout {}", options.dropout) : "");
}

}  // namespace

Tensor ScoringModel::operator()(Operand features, const Groups& groups) const {
  return std::visit(Overloaded{[&](const Mlp& model) { return model(features); },
                               [&](const AttentionScorer& model) { return model(features, groups); }},
                    model_);
}

Tensor ScoringModel::operator()(Operand features, const Groups& groups, Random& random) const {
  return std::visit(Overloaded{[&](const Mlp& model) { return model(features, random); },
                               [&](const AttentionScorer& model) { return model(features, groups, random); }},
                    model_);
}

Tensor ScoringModel::operator()(const SparseMatrix& features, const Groups& groups, SourceLocation where) const {
  return std::visit(Overloaded{[&](const Mlp& model) { return model(features, where); },
                               [&](const AttentionScorer& model) { return model(features, groups, where); }},
                    model_);
}

Tensor ScoringModel::operator()(const SparseMatrix& features, const Groups& groups, Random& random,
                                SourceLocation where) const {
  return std::visit(Overloaded{[&](const Mlp& model) { return model(features, random, where); },
                               [&](const AttentionScorer& model) { return model(features, groups, random, where); }},
                    model_);
}

std::vector<Tensor> ScoringModel::parameters() const {
  return std::visit([](const auto& model) { return model.parameters(); }, model_);
}

std::int64_t ScoringModel::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters()) {
    count += parameter.size();
  }
  return count;
}

std::int64_t ScoringModel::feature_count() const {
  return std::visit([](const auto& model) { return model.feature_count(); }, model_);
}

Device ScoringModel::device() const {
  return std::visit([](const auto& model) { return model.device(); }, model_);
}

DType ScoringModel::dtype() const {
  return std::visit([](const auto& model) { return model.options().dtype; }, model_);
}

std::string ScoringModel::description() const {
  return fmt::format("{}, {} parameters", std::visit([](const auto& model) { return text(model); }, model_),
                     parameter_count());
}

ScoringModel ScoringModel::to(Device device) const {
  return std::visit([&](const auto& model) { return ScoringModel(model.to(device)); }, model_);
}

Tensor ranking_scores(const Tensor& outputs) {
  return outputs.shape().rank() == 1 ? outputs : sum(sigmoid(outputs), 1);
}

}  // namespace ranktape
