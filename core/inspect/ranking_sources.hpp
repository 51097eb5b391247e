#pragma once

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Internal: where a tape ranks, and what its losses say of the lists.
namespace ranktape::detail {

/// Scores that a record makes soft ranks of, or that losses over lists take as they are.
struct RankingSource {
  std::int64_t record = 0;   ///< the one that makes ranks, or the first loss
  std::uint32_t scores = 0;  ///< number among Tape::tensors
  std::optional<RankingDetails> ranking = {};
  std::vector<std::int64_t> offsets = {};
  std::vector<std::string> losses = {};  ///< operations
  std::vector<double> values = {};       ///< of each list, summed over the losses; empty without one
  Tensor targets = {};                   ///< of the first loss
  bool normalizes_soft_ranks = false;

  [[nodiscard]] std::int64_t lists() const { return std::ssize(offsets) - 1; }
  [[nodiscard]] std::int64_t size(std::int64_t list) const {
    return offsets[static_cast<std::size_t>(list) + 1] - offsets[static_cast<std::size_t>(list)];
  }
};

/// All of them in the order of the tape. Leaves out: scores that are constants, losses that take several numbers for
/// each document, losses of ranks whose lists are other ones, and details that do not fit their tensors.
std::vector<RankingSource> ranking_sources(const Tape& tape);

/// What a source's tensors hold, on the host. One number for each document, or none where there is no such tensor.
struct RankingNumbers {
  RankingNumbers(const Tape& tape, const Gradients& gradients, const RankingSource& source);

  std::vector<double> scores;
  std::vector<double> labels;
  std::vector<double> ranks;
  std::vector<double> rank_gradient;  ///< none: no gradient came, or none was kept
  std::vector<double> gradient;       ///< of the scores, likewise
  bool gradient_is_known;             ///< without one: that none came
};

/// The part of `all` that is of one list; empty if that is.
template <class Value>
std::span<const Value> part_of(const std::vector<Value>& all, const RankingSource& source, std::int64_t list) {
  const auto begin = static_cast<std::size_t>(source.offsets[static_cast<std::size_t>(list)]);
  return all.empty() ? std::span<const Value>()
                     : std::span(all).subspan(begin, static_cast<std::size_t>(source.size(list)));
}

}  // namespace ranktape::detail
