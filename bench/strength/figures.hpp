#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <string_view>

// Each prints one table of docs/strength.md to stdout, as CSV.
namespace strength_figures {

constexpr std::string_view name_of(ranktape::Regularization regularization) {
  return regularization == ranktape::Regularization::l2 ? "l2" : "kl";
}
constexpr std::string_view name_of(ranktape::Normalization normalization) {
  return normalization == ranktape::Normalization::hard_ranks ? "hard" : "soft";
}

/// What a strength of 1 is in the tables of blocks and ranks, in StrengthUnit::spread: on these scales blocks grow
/// alike whatever n is. Neighbours among n scores are some deviation / n apart; l2 pools at gaps of the strength, kl at
/// gaps of strength log(k / (k - 1)) between ranks k - 1 and k, about strength / n over most of the list.
constexpr double natural_strength(ranktape::Regularization regularization, std::int64_t n) {
  return regularization == ranktape::Regularization::l2 ? 1 : static_cast<double>(n);
}

/// Blocks, zero gradients and the size of the loss's gradient, of lists of normal scores.
void print_blocks();
/// The soft ranks of one list of eight documents.
void print_ranks();
/// What the bundled data's test set says of models trained at each strength.
void print_training();

}  // namespace strength_figures
