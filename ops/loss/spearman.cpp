// d loss / d ranks of one list, with A = sqrt(n (n^2 - 1) / 12), d = r - (n + 1) / 2 and c = b.d / (|b| |d|):
//   hard_ranks: -b_i / (A |b|), a constant; no division by a norm that vanishes when all predictions are equal,
//   soft_ranks: -(b_i / |b| - c d_i / |d|) / |d|.
// The chain through the soft ranks is theirs.

#include <ranktape/core/fail.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/rank/mid_ranks.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/require_cpu.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape {
namespace {

using detail::Lists;

/// One list's loss, and its derivative by the ranks; nothing if the list has no information.
struct ListLoss {
  const double* ranks;
  const double* target_ranks;
  double* derivative;
  std::int64_t n;
  Normalization normalization;

  /// Returns whether the list counts.
  bool run(double& loss) const {
    const double middle = (static_cast<double>(n) + 1) / 2;
    double squares_b = 0;
    double squares_d = 0;
    double product = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const double b = target_ranks[i] - middle;
      const double d = ranks[i] - middle;
      squares_b += b * b;
      squares_d += d * d;
      product += b * d;
    }
    if (n < 2 || squares_b == 0) {
      std::fill_n(derivative, n, 0.0);
      return false;
    }
    const double norm_b = std::sqrt(squares_b);
    if (normalization == Normalization::hard_ranks) {
      const double length = static_cast<double>(n);
      const double scale = 1 / (std::sqrt(length * (length * length - 1) / 12) * norm_b);
      write(middle, -scale, 0);
      loss = 1 - product * scale;
      return true;
    }
    const double norm_d = std::sqrt(squares_d);
    if (norm_d <= flat * norm_b) {  // all predictions equal, up to rounding
      std::fill_n(derivative, n, 0.0);
      loss = 1;
      return true;
    }
    const double correlation = product / (norm_b * norm_d);
    write(middle, -1 / (norm_b * norm_d), correlation / (norm_d * norm_d));
    loss = 1 - correlation;
    return true;
  }

 private:
  static constexpr double flat = 1e-14;

  void write(double middle, double of_b, double of_d) const {
    for (std::int64_t i = 0; i < n; ++i) {
      derivative[i] = of_b * (target_ranks[i] - middle) + of_d * (ranks[i] - middle);
    }
  }
};

double mean_loss(const Lists& lists, const Tensor& ranks, const Tensor& target_ranks, Normalization normalization,
                 Tensor& derivative) {
  double sum = 0;
  std::int64_t counted = 0;
  for (std::int64_t list = 0; list < lists.count(); ++list) {
    const std::int64_t begin = lists.begin(list);
    double loss = 0;
    const ListLoss one = {detail::data<double>(ranks) + begin, detail::data<double>(target_ranks) + begin,
                          detail::data<double>(derivative) + begin, lists.size(list), normalization};
    counted += one.run(loss) ? 1 : 0;
    sum += loss;
  }
  if (counted == 0) {
    return 0;
  }
  detail::scale_values(derivative, 1 / static_cast<double>(counted));
  return sum / static_cast<double>(counted);
}

const Operation spearman_operation("spearman_loss", [](Random& random) -> std::vector<OperationExample> {
  std::vector<OperationExample> examples;
  const Groups groups = Groups::from_sizes({5, 0, 1, 3, 4});
  const Tensor targets = Tensor::from({2, 0, 1, 1, 0, 3, 1, 1, 1, 0, 2, 0, 4}, {.dtype = DType::float64});
  for (const Normalization normalization : {Normalization::hard_ranks, Normalization::soft_ranks}) {
    for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
      const SpearmanOptions options = {.rank = {.regularization_strength = 0.7, .regularization = regularization},
                                       .normalization = normalization};
      examples.push_back({{Tensor::randn(Shape{13}, random, {.dtype = DType::float64})},
                          [options, groups, targets](std::span<const Tensor> x) {
                            return spearman_loss(x[0], targets, groups, options);
                          }});
    }
  }
  return examples;
});

Tensor target_ranks_of(Operand targets, const Lists& lists, const SpearmanOptions& options) {
  detail::check_finite_values("spearman_loss", targets);
  if (options.target_ranks == TargetRanks::average) {
    return detail::mid_ranks(targets, lists, options.rank.direction, DType::float64);
  }
  Tensor ranks;
  detail::pool_ranks(targets, lists, options.rank, DType::float64, ranks);
  return ranks;
}

Tensor spearman_of(Operand predictions, Operand targets, const Groups* groups, const SpearmanOptions& options) {
  if (predictions->shape() != targets->shape()) {
    detail::fail<ShapeError>(predictions.where(), "spearman_loss",
                             "predictions {} and targets {} differ in shape; each document needs one of each",
                             detail::describe(predictions), detail::describe(targets));
  }
  if (predictions->dtype() != targets->dtype()) {
    detail::fail<DTypeError>(predictions.where(), "spearman_loss",
                             "predictions {} and targets {} differ in type; convert one with to(DType)",
                             detail::describe(predictions), detail::describe(targets));
  }
  const Lists lists =
      groups == nullptr ? Lists::rows("spearman_loss", predictions) : Lists::of("spearman_loss", predictions, *groups);
  detail::require_cpu("spearman_loss", predictions);
  detail::check_strength("spearman_loss", predictions, options.rank);
  detail::check_finite_values("spearman_loss", predictions);

  const Tensor target_ranks = target_ranks_of(targets, lists, options);
  Tensor ranks;
  const detail::Pooling pooling = detail::pool_ranks(predictions, lists, options.rank, DType::float64, ranks);
  Tensor derivative = detail::make_tensor_like(ranks);
  const double value = mean_loss(lists, ranks, target_ranks, options.normalization, derivative);
  Tensor loss = Tensor::scalar(value, {.dtype = predictions->dtype(), .device = predictions->device()});
  if (Recorder recorder{spearman_operation, {predictions}}) {
    recorder.record(loss, [pooling, ranks, derivative](BackwardPass& pass) {
      Tensor by_ranks = derivative.clone();
      detail::scale_values(by_ranks, pass.gradient().item());
      pass.add(0, detail::ranks_backward(pooling, ranks, by_ranks, pass.gradient().dtype()));
    });
  }
  return loss;
}

}  // namespace

Tensor spearman_loss(Operand predictions, Operand targets, double regularization_strength) {
  return spearman_loss(predictions, targets, {.rank = {.regularization_strength = regularization_strength}});
}

Tensor spearman_loss(Operand predictions, Operand targets, const SpearmanOptions& options) {
  return spearman_of(predictions, targets, nullptr, options);
}

Tensor spearman_loss(Operand predictions, Operand targets, const Groups& groups, const SpearmanOptions& options) {
  return spearman_of(predictions, targets, &groups, options);
}

}  // namespace ranktape
