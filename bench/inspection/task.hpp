#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <vector>

// The model of bench/training, an MLP 136-64-32-1 with a Spearman loss of soft ranks, on 32 queries of 100 documents.
namespace ranktape::bench {

inline constexpr std::int64_t queries = 32;
inline constexpr std::int64_t documents = 100;

class InspectedTask {
 public:
  InspectedTask() : model_({136, 64, 32, 1}, random_), optimizer_(model_.parameters(), {.learning_rate = 1e-4}) {
    std::vector<float> levels(static_cast<std::size_t>(queries * documents));
    for (float& level : levels) {
      level = static_cast<float>(random_.below(5));
    }
    targets_ = Tensor::from(levels, Shape{queries, documents});
  }

  [[nodiscard]] Tensor scores() const { return reshape(model_(features_), Shape{queries, documents}).named("scores"); }
  Tensor loss() const { return spearman_loss(scores(), targets_, strength_); }

  void step(const BackwardOptions& options = {}, const Tape::GradientCallback* callback = nullptr) {
    Tape tape;
    if (callback != nullptr) {
      tape.on_gradient(*callback);
    }
    optimizer_.step(loss().backward(options));
  }

 private:
  static constexpr double strength_ = 0.1;

  Random random_ = Random(1);
  Tensor features_ = Tensor::randn(Shape{queries * documents, 136}, random_);
  Tensor targets_;
  Mlp model_;
  Adam optimizer_;
};

}  // namespace ranktape::bench
