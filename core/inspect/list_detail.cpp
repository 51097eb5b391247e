#include <ranktape/core/inspect/block_pushes.hpp>
#include <ranktape/core/inspect/document_sentence.hpp>
#include <ranktape/core/inspect/list_detail.hpp>
#include <ranktape/core/inspect/ranking_figures.hpp>
#include <ranktape/core/inspect/ranking_order.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

namespace ranktape::detail {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

double loss_of(const RankingSource& source, const RankingNumbers& numbers, std::int64_t list) {
  if (!source.values.empty()) {
    return source.values[index(list)];
  }
  const auto gradient = part_of(numbers.gradient, source, list);
  return std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0));
}

/// `most` of the numbers, evenly taken, the first and the last among them.
std::vector<double> thinned(const std::vector<double>& numbers, std::size_t most) {
  if (numbers.size() <= most) {
    return numbers;
  }
  std::vector<double> some;
  for (std::size_t i = 0; i < most; ++i) {
    some.push_back(numbers[i * (numbers.size() - 1) / (most - 1)]);
  }
  return some;
}

RankRegime regime_of(const std::vector<std::int64_t>& blocks, std::int64_t documents) {
  constexpr double most_alone = 0.9;
  if (blocks.empty()) {
    return RankRegime::unpooled;
  }
  if (static_cast<double>(std::ranges::count(blocks, 1)) >= most_alone * static_cast<double>(documents)) {
    return RankRegime::saturated;
  }
  return blocks.size() == 1 ? RankRegime::linear : RankRegime::active;
}

class ListLook {
 public:
  ListLook(const RankingSource& source, const RankingNumbers& numbers, std::int64_t list)
      : source_(source),
        list_(list),
        is_ranked_(source.ranking.has_value()),
        gradient_is_known_(numbers.gradient_is_known),
        scores_(part_of(numbers.scores, source, list)),
        labels_(part_of(numbers.labels, source, list)),
        ranks_(part_of(numbers.ranks, source, list)),
        rank_gradient_(part_of(numbers.rank_gradient, source, list)),
        gradient_(part_of(numbers.gradient, source, list)),
        order_(order_of(scores_, is_ranked_ && source.ranking->ascending)) {
    if (!is_ranked_) {
      return;
    }
    const RankingDetails& ranking = *source.ranking;
    strength_ = ranking.strengths[index(list)];
    blocks_ = part_of(ranking.blocks, source, list);
    if (!blocks_.empty() && !rank_gradient_.empty()) {
      pushes_.emplace(BlockPushes::List{.ranks = ranks_,
                                        .rank_gradient = rank_gradient_,
                                        .blocks = blocks_,
                                        .order = order_,
                                        .strength = strength_,
                                        .ascending = ranking.ascending,
                                        .kl = ranking.relaxation == "kl"});
    }
  }

  RankedList run(double loss, std::int64_t max_documents) {
    constexpr std::size_t most_gaps = 512;
    block_sizes_ = block_sizes(blocks_);
    const std::vector<double> gaps = gaps_of(scores_);
    RankedList result = {.list = list_,
                         .documents_in_all = std::ssize(scores_),
                         .loss = loss,
                         .regime = regime_of(block_sizes_, std::ssize(scores_)),
                         .strength = strength_,
                         .median_gap = median(gaps),
                         .gaps = thinned(gaps, most_gaps)};
    add_documents(result, max_documents);
    add_strengths(result);
    return result;
  }

 private:
  [[nodiscard]] double gradient_of(std::int64_t i) const { return gradient_.empty() ? 0 : gradient_[index(i)]; }

  /// Marks those that are shown, by place.
  [[nodiscard]] std::vector<bool> shown_places(std::int64_t max_documents) const {
    std::vector<std::int64_t> places(order_.size());
    std::iota(places.begin(), places.end(), std::int64_t{0});
    std::ranges::stable_sort(places, std::greater<>(), [&](std::int64_t place) {
      const double size = std::abs(gradient_of(order_[index(place)]));
      return std::isnan(size) ? std::numeric_limits<double>::infinity() : size;
    });
    std::vector<bool> shown(order_.size());
    for (std::int64_t i = 0; i < std::min(max_documents, std::ssize(places)); ++i) {
      shown[index(places[index(i)])] = true;
    }
    return shown;
  }

  void add_documents(RankedList& result, std::int64_t max_documents) const {
    const std::vector<bool> shown = shown_places(max_documents);
    for_each_tie(scores_, order_, [&](std::size_t first, std::size_t last) {
      const double rank = static_cast<double>(first + 1 + last) / 2;
      for (std::size_t place = first; place < last; ++place) {
        if (shown[place]) {
          result.documents.push_back(document(order_[place], rank));
        }
      }
    });
  }

  [[nodiscard]] RankedDocument document(std::int64_t i, double hard_rank) const {
    RankedDocument result = {
        .document = i, .score = scores_[index(i)], .hard_rank = hard_rank, .gradient = gradient_of(i)};
    if (!labels_.empty()) {
      result.label = labels_[index(i)];
    }
    if (is_ranked_) {
      result.soft_rank = ranks_[index(i)];
    }
    if (!blocks_.empty()) {
      result.block = blocks_[index(i)];
      result.alone = block_sizes_[blocks_[index(i)]] == 1;
    }
    DocumentSituation situation = {.pushes = pushes_ ? &*pushes_ : nullptr, .gradient_is_known = gradient_is_known_};
    if (pushes_) {
      result.partner = pushes_->partner_of(i);
    }
    if (result.partner >= 0) {
      result.push = pushes_->push(i, result.partner);
      if (!labels_.empty()) {
        situation.partner_label = labels_[index(result.partner)];
      }
    }
    result.sentence = sentence_on(result, situation);
    return result;
  }

  void add_strengths(RankedList& result) const {
    const bool finite = std::ranges::all_of(scores_, [](double score) { return std::isfinite(score); });
    if (!is_ranked_ || !source_.ranking->at_strength || !finite) {
      return;
    }
    constexpr int each_side = 4;
    for (int half_powers = -each_side; half_powers <= each_side; ++half_powers) {
      const double factor = std::pow(10.0, half_powers / 2.0);
      const SoftRanksOfList found = source_.ranking->at_strength(list_, factor);
      if (found.ranks.size() != scores_.size()) {  // a user's own operation may tell anything
        return;
      }
      StrengthStep step = {.factor = factor, .strength = factor * strength_};
      for (const RankedDocument& of : result.documents) {
        step.soft_ranks.push_back(found.ranks[index(of.document)]);
      }
      const std::vector<std::int64_t> sizes = block_sizes(found.blocks);
      const auto documents = static_cast<double>(scores_.size());
      step.gradient_share = 1 - static_cast<double>(std::ranges::count(sizes, 1)) / documents;
      step.mean_block_size = sizes.empty() ? 0 : documents / static_cast<double>(sizes.size());
      result.strengths.push_back(std::move(step));
    }
  }

  const RankingSource& source_;
  std::int64_t list_;
  bool is_ranked_;
  bool gradient_is_known_;
  std::span<const double> scores_;
  std::span<const double> labels_;
  std::span<const double> ranks_;
  std::span<const double> rank_gradient_;
  std::span<const double> gradient_;
  std::span<const std::uint32_t> blocks_;
  std::vector<std::int64_t> order_;
  std::vector<std::int64_t> block_sizes_;
  double strength_ = 0;
  std::optional<BlockPushes> pushes_;
};

}  // namespace

RankedList look_at_list(const RankingSource& source, const RankingNumbers& numbers, std::int64_t list,
                        std::int64_t max_documents) {
  return ListLook(source, numbers, list).run(loss_of(source, numbers, list), max_documents);
}

double badness_of(const RankingSource& source, const RankingNumbers& numbers, std::int64_t list) {
  const double size = std::abs(loss_of(source, numbers, list));
  return std::isnan(size) ? std::numeric_limits<double>::infinity() : size;
}

}  // namespace ranktape::detail
