// Learns to rank three queries of eight documents each, from their features alone.
#include <ranktape/ranktape.hpp>

#include <cstdio>

using namespace ranktape;

int main() {
  Random random(1);
  const Groups groups = Groups::from_sizes({8, 8, 8});
  const Tensor features = Tensor::randn(Shape{24, 4}, random);
  const Tensor hidden_truth = Tensor::from({2, -1, 0.5, 0}, Shape{4, 1});
  const Tensor relevance = reshape(matmul(features, hidden_truth), Shape{24});

  const Mlp model({4, 16, 1}, random);
  Adam optimizer(model.parameters(), {.learning_rate = 0.02});
  for (int step = 0; step <= 60; ++step) {
    Tape tape;  // records every operation until the end of its scope
    const Tensor scores = model(features);
    const Tensor loss = spearman_loss(scores, relevance, groups);
    optimizer.step(loss.backward());
    if (step % 20 == 0) {
      std::printf("step %2d  loss %.3f  Spearman %.3f\n", step, loss.item(),
                  spearman_correlation(scores, relevance, groups).mean);
    }
  }
}
