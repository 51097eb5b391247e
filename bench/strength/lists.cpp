#include "figures.hpp"

#include <fmt/core.h>

#include <cmath>
#include <cstdint>

namespace strength_figures {

using namespace ranktape;

namespace {

constexpr double correlation = 0.5;  // of the scores with what they are to predict

/// Lists of normal scores, and targets that they half explain.
struct Lists {
  Lists(std::int64_t lists, std::int64_t length, Random& random)
      : scores(Tensor::randn(Shape{lists, length}, random, {.dtype = DType::float64, .requires_grad = true})),
        targets(scores.detach() * correlation + Tensor::randn(Shape{lists, length}, random, {.dtype = DType::float64}) *
                                                    std::sqrt(1 - correlation * correlation)) {}

  /// n times the root mean square of a document's gradient of its list's loss: what n does to it is taken out.
  [[nodiscard]] double gradient(const SpearmanOptions& options) const {
    const Tape tape;
    const Gradients gradients = spearman_loss(scores, targets, options).backward();
    const auto count = static_cast<double>(scores.shape()[0]);  // the loss is the mean over the lists
    return count * rms(gradients[scores]) * length();
  }
  [[nodiscard]] double length() const { return static_cast<double>(scores.shape()[1]); }

  Tensor scores;
  Tensor targets;

 private:
  static double rms(const Tensor& tensor) { return std::sqrt(mean(square(tensor)).item()); }
};

}  // namespace

void print_blocks() {
  constexpr std::int64_t documents = 20'000;
  Random random(1);
  fmt::print("n,regularization,strength,blocks,zero_gradients,gradient_hard,gradient_soft\n");
  for (const std::int64_t n : {10, 100, 1000}) {
    const Lists lists(documents / n, n, random);
    for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
      for (int step = -12; step <= 16; ++step) {
        const double strength = std::pow(10.0, step / 8.0);
        SpearmanOptions options = {.rank = {.regularization_strength = strength * natural_strength(regularization, n),
                                            .regularization = regularization,
                                            .strength_unit = StrengthUnit::spread}};
        const double hard = lists.gradient(options);
        const RankDiagnostics found = rank_diagnostics();
        options.normalization = Normalization::soft_ranks;
        fmt::print("{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}\n", n, name_of(regularization), strength,
                   found.blocks_per_document(), found.zero_gradients(), hard, lists.gradient(options));
      }
    }
  }
}

void print_ranks() {
  const Tensor scores = Tensor::from({-1.7, -1.0, -0.9, -0.1, 0.15, 0.3, 1.2, 2.0}, {.dtype = DType::float64});
  fmt::print("regularization,strength,score,rank,blocks\n");
  for (const Regularization regularization : {Regularization::l2, Regularization::kl}) {
    for (const double strength : {0.25, 1.0, 2.0, 4.0, 16.0}) {
      const Tensor ranks =
          soft_rank(scores, {.regularization_strength = strength * natural_strength(regularization, scores.size()),
                             .regularization = regularization,
                             .strength_unit = StrengthUnit::spread});
      for (std::int64_t i = 0; i < scores.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        fmt::print("{},{:.6g},{:.6g},{:.6g},{}\n", name_of(regularization), strength, scores.values<double>()[at],
                   ranks.values<double>()[at], rank_diagnostics().blocks);
      }
    }
  }
}

}  // namespace strength_figures
