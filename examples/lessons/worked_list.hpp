#pragma once

#include <cstddef>
#include <string>
#include <vector>

// The list of five documents that all lessons look at.
namespace lessons {

constexpr std::size_t count = 5;
/// Of the documents A to E, by number: what a model gave them, and how relevant they are.
inline const std::vector<double> first_scores = {0.3, 2.9, 0.8, 1.2, -1.4};
inline const std::vector<double> labels = {4, 3, 2, 1, 0};

inline std::string letter(std::size_t document) { return std::string(1, static_cast<char>('A' + document)); }

/// Scores on their way through soft_rank to Spearman's loss and back, as the library has them.
struct Walk {
  std::vector<double> hard_ranks;
  std::vector<double> soft_ranks;
  std::vector<double> gradient;                  ///< of the loss by the scores
  double loss = 0;                               ///< of the soft ranks
  double hard_loss = 0;                          ///< of the hard ranks
  std::vector<std::vector<std::size_t>> blocks;  ///< documents from the highest score to the lowest
};
Walk walk(const std::vector<double>& scores, double strength);

/// Scores after 0, 1, ..., `steps` steps of descent on the loss.
std::vector<std::vector<double>> train(double strength, double learning_rate, int steps);

}  // namespace lessons
