#pragma once

#include <ranktape/ops/loss/list_loss_kernels.hpp>
#include <ranktape/ops/loss/pair_formulas.hpp>

#include <cstdint>

// Internal: losses document by document, as document_loss.hpp wants them.
namespace ranktape::detail {

/// (s - y)^2.
template <class Scalar>
struct SquaredError {
  const Scalar* predictions;
  const Scalar* targets;
  WeightsView<Scalar> weights;

  [[nodiscard]] constexpr double error(std::int64_t i) const {
    return static_cast<double>(predictions[i]) - static_cast<double>(targets[i]);
  }
  [[nodiscard]] constexpr TermSums terms(std::int64_t i, std::int64_t) const {
    const auto target = static_cast<double>(targets[i]);
    return {weights[i] * error(i) * error(i), weights[i], {target, target}};
  }
  constexpr void write(std::int64_t i, std::int64_t, const TermSums&, double scale, double* derivative) const {
    derivative[i] = scale * weights[i] * 2 * error(i);
  }
};

/// Cross-entropy of a probability, sigmoid(s), with another: log(1 + e^s) - t s.
template <class Scalar>
struct SigmoidError {
  const Scalar* predictions;
  const Scalar* targets;
  WeightsView<Scalar> weights;
  double largest_label;

  [[nodiscard]] constexpr double target(std::int64_t i) const {
    const double scaled = static_cast<double>(targets[i]) / largest_label;
    return scaled < 0 ? 0 : (scaled > 1 ? 1 : scaled);
  }
  [[nodiscard]] constexpr TermSums terms(std::int64_t i, std::int64_t) const {
    const auto s = static_cast<double>(predictions[i]);
    const double t = target(i);
    return {weights[i] * (Softplus<StandardMath>::of_negative(-s).value - t * s), weights[i], {t, t}};
  }
  constexpr void write(std::int64_t i, std::int64_t, const TermSums&, double scale, double* derivative) const {
    const auto s = static_cast<double>(predictions[i]);
    derivative[i] = scale * weights[i] * (Softplus<StandardMath>::of_negative(-s).sigmoid - target(i));
  }
};

/// The sum over levels k = 1, ..., `levels` of the cross-entropy of sigmoid(s_k) with [y >= k].
template <class Scalar>
struct OrdinalError {
  const Scalar* predictions;  ///< [documents, levels]
  const Scalar* targets;
  WeightsView<Scalar> weights;
  std::int64_t levels;

  [[nodiscard]] constexpr double score(std::int64_t i, std::int64_t k) const {
    return static_cast<double>(predictions[i * levels + k]);
  }
  [[nodiscard]] constexpr bool reaches(std::int64_t i, std::int64_t k) const {
    return static_cast<double>(targets[i]) >= static_cast<double>(k + 1);
  }
  [[nodiscard]] constexpr TermSums terms(std::int64_t i, std::int64_t) const {
    double loss = 0;
    for (std::int64_t k = 0; k < levels; ++k) {
      loss += Softplus<StandardMath>::of_negative(reaches(i, k) ? score(i, k) : -score(i, k)).value;
    }
    const auto target = static_cast<double>(targets[i]);
    return {weights[i] * loss, weights[i], {target, target}};
  }
  constexpr void write(std::int64_t i, std::int64_t, const TermSums&, double scale, double* derivative) const {
    for (std::int64_t k = 0; k < levels; ++k) {
      const double sigmoid = Softplus<StandardMath>::of_negative(-score(i, k)).sigmoid;
      derivative[i * levels + k] = scale * weights[i] * (sigmoid - (reaches(i, k) ? 1 : 0));
    }
  }
};

}  // namespace ranktape::detail
