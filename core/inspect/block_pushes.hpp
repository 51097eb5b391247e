#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Internal: who pushes whom in the blocks of soft ranks.
namespace ranktape::detail {

/// One list of pooled soft ranks with the gradient h of its ranks. In a block B of ranks r, with the strength t and
/// sigma = 1 for ascending ranks, -1 for descending,
///   l2: dL/ds_i = sigma / t (h_i - mean of h) = sum over j in B of sigma / (t |B|) (h_i - h_j),
///   kl: dL/ds_i = sigma / t r_i (h_i - mean of h, weighted by r)
///               = sum over j in B of sigma / t r_i r_j / R (h_i - h_j)
/// with R the sum of r over B: document j pushes i by one term, and i pushes j by the opposite.
class BlockPushes {
 public:
  struct List {
    std::span<const double> ranks;
    std::span<const double> rank_gradient;
    std::span<const std::uint32_t> blocks;
    std::span<const std::int64_t> order;  ///< the documents from rank 1
    double strength = 0;
    bool ascending = true;
    bool kl = false;
  };
  explicit BlockPushes(const List& list);

  /// What document j adds to the gradient of i's score; both share a block.
  [[nodiscard]] double push(std::int64_t i, std::int64_t j) const;
  /// The document whose push is the largest, the one of the lowest rank for equal ones; -1 where none pushes. O(1) for
  /// l2, where it is at an extreme of h; for kl O(documents of the block).
  [[nodiscard]] std::int64_t partner_of(std::int64_t i) const;
  /// All pushes together.
  [[nodiscard]] double gradient_of(std::int64_t i) const;
  /// How large the pushes in the block of i can be together: their rounding errors are relative to it.
  [[nodiscard]] double scale_of(std::int64_t i) const;
  /// Whether h is 0 in all of the block of i.
  [[nodiscard]] bool is_unpulled(std::int64_t i) const;
  [[nodiscard]] std::int64_t size_of_block(std::int64_t i) const { return std::ssize(block_of(i).documents); }

 private:
  struct Block {
    std::vector<std::int64_t> documents = {};  ///< from the lowest rank
    std::int64_t least = -1;                   ///< the document with the smallest h
    std::int64_t greatest = -1;
    double ranks = 0;  ///< sum
    double pull = 0;   ///< sum of h, for kl of h r
  };
  [[nodiscard]] const Block& block_of(std::int64_t i) const { return blocks_[list_.blocks[index(i)]]; }
  [[nodiscard]] double h(std::int64_t i) const { return list_.rank_gradient[index(i)]; }
  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

  List list_;
  double factor_;  ///< sigma / t
  std::vector<Block> blocks_;
};

}  // namespace ranktape::detail
