#pragma once

#include "on_device.hpp"

#include <ranktape/ranktape.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

// The losses over lists by their names in tests/golden/list_losses.py.
namespace ranktape::tests {

/// A loss with its options chosen. Groups may be of rows.
using ListLoss = std::function<Tensor(const Tensor& predictions, const Tensor& targets, const Groups& groups,
                                      const LossWeights& weights)>;

inline TermReduction term_reduction(const std::string& name) {
  return name == "sum" ? TermReduction::sum : (name == "mean" ? TermReduction::mean : TermReduction::batch_mean);
}
inline Reduction reduction_of(const std::string& name) {
  return name == "sum" ? Reduction::sum : (name == "mean" ? Reduction::mean : Reduction::none);
}

inline LambdaRankOptions lambdarank_options(const nlohmann::json& options, std::int64_t k) {
  return {.sigma = options.value("sigma", 1.0),
          .k = options.value("k", k),
          .truncation = options.value("truncation", "either") == "either" ? Truncation::either : Truncation::both,
          .gain = options.value("gain", "exponential") == "exponential" ? Gain::exponential : Gain::linear,
          .log_base = options.value("log_base", "two") == "two" ? LogBase::two : LogBase::natural,
          .score_normalized = options.value("score_normalized", false),
          .log_normalized = options.value("log_normalized", false)};
}

inline LambdaScheme lambda_scheme(const std::string& name) {
  const std::vector<std::string> names = {"ndcg_loss1", "ndcg_loss2",       "ndcg_loss2pp",
                                          "lambdarank", "label_difference", "squared_label_difference"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw std::invalid_argument("no scheme " + name);
  }
  return static_cast<LambdaScheme>(found - names.begin());
}

inline PlaceWeights place_weights(const std::string& name) {
  return name == "equal" ? PlaceWeights::equal
                         : (name == "exponential" ? PlaceWeights::exponential : PlaceWeights::discount);
}

/// `call(predictions, targets, groups, options)` with the fields that all options have.
template <class Options, class Call>
ListLoss make_loss(Options options, const std::string& terms, const std::string& reduction, const Call& call) {
  options.reduction = reduction_of(reduction);
  if constexpr (requires { options.terms; }) {
    options.terms = term_reduction(terms);
  }
  return [=](const Tensor& predictions, const Tensor& targets, const Groups& groups, const LossWeights& weights) {
    Options weighted = options;
    weighted.weights = weights;
    return call(predictions, targets, groups, weighted);
  };
}

inline ListLoss list_loss(const std::string& name, const nlohmann::json& options, const std::string& terms,
                          const std::string& reduction) {
  const auto made = [&](const auto& chosen, Tensor (*loss)(Operand, Operand, const Groups&, decltype(chosen))) {
    return make_loss(
        chosen, terms, reduction,
        [loss](const Tensor& p, const Tensor& t, const Groups& g, decltype(chosen) o) { return loss(p, t, g, o); });
  };
  if (name == "ranknet") {
    return made(RankNetOptions{.sigma = options.value("sigma", 1.0)}, ranknet_loss);
  }
  if (name == "pairwise_hinge") {
    return made(PairwiseHingeOptions{.margin = options.value("margin", 1.0)}, pairwise_hinge_loss);
  }
  if (name == "pairwise_squared") {
    return made(PairwiseSquaredOptions{.equal_targets = options.value("equal_targets", true)}, pairwise_squared_loss);
  }
  if (name == "margin_mse") {
    return made(MarginMseOptions{}, margin_mse_loss);
  }
  if (name == "lambdarank") {
    return made(lambdarank_options(options, 30), lambdarank_loss);
  }
  if (name == "lambda_loss") {
    const LambdaScheme scheme = lambda_scheme(options["scheme"]);
    const double mu = options.value("mu", 10.0);
    return make_loss(lambdarank_options(options, 0), terms, reduction,
                     [=](const Tensor& p, const Tensor& t, const Groups& g, const LambdaRankOptions& rank) {
                       return lambda_loss(p, t, g, {.scheme = scheme, .mu = mu, .rank = rank});
                     });
  }
  if (name == "listnet") {
    return made(ListNetOptions{}, listnet_loss);
  }
  if (name == "softmax") {
    return made(SoftmaxOptions{}, softmax_loss);
  }
  if (name == "listmle") {
    return made(ListMleOptions{.place_weights = place_weights(options.value("place_weights", "equal"))}, listmle_loss);
  }
  if (name == "mse") {
    return made(MseOptions{}, mse_loss);
  }
  if (name == "pointwise_sigmoid") {
    return made(PointwiseSigmoidOptions{.largest_label = options.value("largest_label", 1.0)}, pointwise_sigmoid_loss);
  }
  if (name == "ordinal") {
    return made(OrdinalOptions{}, ordinal_loss);
  }
  throw std::invalid_argument("no loss " + name);
}

/// Enough for every loss.
inline nlohmann::json default_options(const std::string& name) {
  return name == "lambda_loss" ? nlohmann::json{{"scheme", "ndcg_loss2pp"}} : nlohmann::json::object();
}

/// All of them, for what each must hold.
inline const std::vector<std::string>& list_loss_names() {
  static const std::vector<std::string> names = {
      "ranknet", "pairwise_hinge", "pairwise_squared", "margin_mse", "lambdarank",        "lambda_loss",
      "listnet", "softmax",        "listmle",          "mse",        "pointwise_sigmoid", "ordinal"};
  return names;
}

struct Outcome {
  std::vector<double> result;
  std::vector<double> gradient;
  bool operator==(const Outcome&) const = default;
};

/// A loss with TermReduction::mean, and its gradient; ordinal_loss gets three levels for each document.
inline Outcome run(const std::string& name, const std::vector<double>& scores, const std::vector<double>& labels,
                   const Groups& groups, DType dtype = DType::float64, const std::string& reduction = "mean") {
  const auto documents = static_cast<std::int64_t>(labels.size());
  const bool levels = name == "ordinal";
  std::vector<double> values = scores;
  if (levels) {
    values.clear();
    for (const double score : scores) {
      values.insert(values.end(), {score, score / 2, score - 1});
    }
  }
  const Tensor predictions =
      from(values, levels ? Shape{documents, 3} : Shape{documents}, {.dtype = dtype, .requires_grad = true});
  const Tape tape;
  const Tensor loss = list_loss(name, default_options(name), "mean", reduction)(
      predictions, from(labels, {.dtype = dtype}), groups, {});
  const Tensor cotangent = ones(loss.shape(), {.dtype = dtype});
  return {loss.to_vector<double>(), loss.backward({.cotangent = cotangent})[predictions].to_vector<double>()};
}

inline std::vector<double> random_values(std::size_t count, Random& random) {
  std::vector<double> values(count);
  for (double& value : values) {
    value = random.normal();
  }
  return values;
}

inline std::vector<double> random_labels(std::size_t count, Random& random) {
  std::vector<double> labels(count);
  for (double& label : labels) {
    label = static_cast<double>(random.below(5));
  }
  return labels;
}

}  // namespace ranktape::tests
