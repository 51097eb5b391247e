#pragma once

#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// What an operation tells of one of its records when somebody looks at the tape: a table, a report. It is made then and
// never while recording, from what the record's closure holds.
namespace ranktape {

/// Soft ranks of one list, and which documents pooled.
struct SoftRanksOfList {
  std::vector<double> ranks = {};
  std::vector<std::uint32_t> blocks = {};  ///< as RankingDetails::blocks
};

/// How a record made soft ranks of its input 0, the scores.
struct RankingDetails {
  std::string relaxation = {};             ///< "l2", "kl", "lapsum" or "sigmoid"
  bool ascending = true;                   ///< rank 1 is the smallest score
  std::vector<std::int64_t> offsets = {};  ///< list i is documents offsets[i] to offsets[i + 1]
  std::vector<double> strengths = {};      ///< of each list, in absolute units; the temperature where nothing pools
  /// For each document the number of its block within its list, counted from 0 in sorted order: who shares one shares
  /// its mean. Empty for relaxations that do not pool.
  std::vector<std::uint32_t> blocks = {};
  /// The soft ranks that the list would have with `factor` times the strength. Leaves the thread's rank_diagnostics as
  /// they were.
  std::function<SoftRanksOfList(std::int64_t list, double factor)> at_strength = {};
};

/// What a record that is a loss over lists knows of them. Its input 0 is the scores, or soft ranks of them.
struct ListLossDetails {
  std::vector<std::int64_t> offsets = {};  ///< list i is documents offsets[i] to offsets[i + 1]
  std::vector<double> values = {};         ///< the loss of each list, before its weight
  std::vector<bool> counts = {};       ///< false for a list without information: too short, or labels that say nothing
  Tensor targets = {};                 ///< one for each document
  bool normalizes_soft_ranks = false;  ///< a correlation of soft ranks: of one block, Pearson's of the raw scores
};

struct RecordDetails {
  struct Option {
    std::string name = {};
    std::string value = {};
  };

  std::vector<Option> options = {};  ///< those worth reading, in the words of the option structs
  std::optional<RankingDetails> ranking = {};
  std::optional<ListLossDetails> list_loss = {};
  /// Where an activation is flat, ascending: {0} of relu, {-1, 1} of tanh. Empty for whatever is flat nowhere.
  std::vector<double> limits = {};
};

/// "regularization_strength=0.5, direction=descending"
std::string to_string(const std::vector<RecordDetails::Option>& options);

}  // namespace ranktape
