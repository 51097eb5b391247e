#include <ranktape/core/inspect/block_pushes.hpp>

#include <algorithm>
#include <cmath>

namespace ranktape::detail {

BlockPushes::BlockPushes(const List& list) : list_(list), factor_((list.ascending ? 1 : -1) / list.strength) {
  for (const std::int64_t i : list.order) {
    const std::uint32_t number = list.blocks[index(i)];
    blocks_.resize(std::max<std::size_t>(blocks_.size(), number + std::size_t{1}));
    Block& block = blocks_[number];
    block.documents.push_back(i);
    block.least = block.least < 0 || h(i) < h(block.least) ? i : block.least;
    block.greatest = block.greatest < 0 || h(i) > h(block.greatest) ? i : block.greatest;
    block.ranks += list.ranks[index(i)];
    block.pull += list.kl ? h(i) * list.ranks[index(i)] : h(i);
  }
}

double BlockPushes::push(std::int64_t i, std::int64_t j) const {
  const Block& block = block_of(i);
  const double share = list_.kl ? list_.ranks[index(i)] * list_.ranks[index(j)] / block.ranks
                                : 1 / static_cast<double>(block.documents.size());
  return factor_ * share * (h(i) - h(j));
}

std::int64_t BlockPushes::partner_of(std::int64_t i) const {
  const Block& block = block_of(i);
  std::int64_t best = -1;
  double most = 0;
  const auto try_document = [&](std::int64_t j) {
    if (const double size = std::abs(push(i, j)); size > most) {
      most = size;
      best = j;
    }
  };
  if (list_.kl) {
    std::ranges::for_each(block.documents, try_document);
  } else {
    try_document(block.least);
    try_document(block.greatest);
  }
  return best;
}

double BlockPushes::gradient_of(std::int64_t i) const {
  const Block& block = block_of(i);
  if (list_.kl) {
    return factor_ * list_.ranks[index(i)] * (h(i) - block.pull / block.ranks);
  }
  return factor_ * (h(i) - block.pull / static_cast<double>(block.documents.size()));
}

double BlockPushes::scale_of(std::int64_t i) const {
  const Block& block = block_of(i);
  return std::abs(factor_) * (list_.kl ? list_.ranks[index(i)] : 1) *
         std::max(std::abs(h(block.least)), std::abs(h(block.greatest)));
}

bool BlockPushes::is_unpulled(std::int64_t i) const {
  const Block& block = block_of(i);
  return h(block.least) == 0 && h(block.greatest) == 0;
}

}  // namespace ranktape::detail
