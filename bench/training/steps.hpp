#pragma once

#include <ranktape/core/array.hpp>
#include <ranktape/optim/adam.hpp>
#include <ranktape/optim/mlp.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

// One training step of a ranking model: an MLP 136-64-32-1 on 32 queries of 100 documents each, a Spearman loss, Adam;
// with the library's public face, and by hand.
namespace ranktape::bench {

inline constexpr std::int64_t queries = 32;
inline constexpr std::int64_t documents = 100;  // of each query
inline constexpr std::int64_t rows = queries * documents;
inline constexpr double strength = 0.1;
/// Next to nothing: a step changes no weight by much, so that every step does the same work.
inline constexpr double learning_rate = 1e-9;

/// To be taken in turn: on one batch alone the branches would be learnt, and the memory would stay in the cache.
struct Batches {
  explicit Batches(std::uint64_t seed = 1, Device device = Device::cpu);

  std::vector<Tensor> features;  ///< [rows, 136], normal
  std::vector<Tensor> targets;   ///< [queries, documents], relevance from 0 to 4
};

/// On the device of the batches.
class LibraryStep {
 public:
  explicit LibraryStep(const Batches& batches);
  /// Returns the loss.
  double step(std::size_t batch);
  [[nodiscard]] std::vector<Tensor> parameters() const { return model_.parameters(); }

 private:
  const Batches* batches_;
  Mlp model_;
  Adam optimizer_;
};

/// Where the time of a step goes, in seconds.
struct Split {
  double forward = 0;    ///< products, with bias and activation
  double rank_loss = 0;  ///< forward and backward
  double backward = 0;   ///< products, with derivatives of the activations and gradients of the biases
  double adam = 0;
};

/// The same step as a plain loop over the library's kernels: no tape, no tensor, every buffer made in advance, targets
/// ranked in advance. What the library's own step takes longer is the price of its generality.
class HandWrittenStep {
 public:
  explicit HandWrittenStep(const Batches& batches);
  /// Returns the loss. Adds to `split` if there is one.
  double step(std::size_t batch, Split* split = nullptr);

 private:
  /// A layer's parts of the arrays of all parameters and of all gradients, and its values at each row.
  struct Layer {
    Layer(std::int64_t inputs, std::int64_t width, std::size_t begin);
    [[nodiscard]] std::size_t parameters() const { return static_cast<std::size_t>((inputs + 1) * width); }

    std::int64_t inputs;
    std::int64_t width;
    std::size_t weight;  ///< where it begins among the parameters
    std::size_t bias;
    detail::Array<float> output;
    detail::Array<float> gradient;
  };

  [[nodiscard]] bool is_last(std::size_t layer) const { return layer + 1 == layers_.size(); }
  void forward(const float* features);
  double rank_loss(std::size_t batch);
  void backward(std::size_t layer, const float* inputs);
  void adam();

  const Batches* batches_;
  std::vector<Tensor> slopes_;  // of each batch: the derivative of the loss by the soft ranks, which is constant
  std::vector<Layer> layers_;
  std::vector<float> parameters_;
  std::vector<float> gradients_;
  std::vector<float> first_moments_;
  std::vector<float> second_moments_;
  Tensor scores_;
  std::int64_t steps_ = 0;
};

}  // namespace ranktape::bench
