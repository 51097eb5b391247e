#include <ranktape/core/inspect/ranking_figures.hpp>
#include <ranktape/core/inspect/ranking_order.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ranktape::detail {
namespace {

bool is_constant(std::span<const double> numbers) {
  return std::ranges::all_of(numbers, [&](double number) { return number == numbers[0]; });
}

/// All alike but for rounding, and not 0.
bool is_constant_pull(std::span<const double> gradient, DType dtype) {
  if (gradient.empty()) {
    return false;
  }
  const double epsilon =
      dtype == DType::float32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
  const auto [least, greatest] = std::ranges::minmax(gradient);
  const double magnitude = std::max(std::abs(least), std::abs(greatest));
  return magnitude > 0 && greatest - least <= 4 * epsilon * magnitude;
}

double norm_of(std::span<const double> numbers) {
  double squares = 0;
  for (const double number : numbers) {
    squares += std::isfinite(number) ? number * number : 0;
  }
  return std::sqrt(squares);
}

/// The population standard deviation of the finite numbers.
double deviation_of(std::span<const double> numbers) {
  double count = 0;
  double sum = 0;
  for (const double number : numbers) {
    if (std::isfinite(number)) {
      sum += number;
      ++count;
    }
  }
  double squares = 0;
  for (const double number : numbers) {
    if (std::isfinite(number)) {
      squares += (number - sum / count) * (number - sum / count);
    }
  }
  return count > 0 ? std::sqrt(squares / count) : 0;
}

class Summarizer {
 public:
  Summarizer(const Tape& tape, const RankingSource& source, const RankingNumbers& numbers)
      : tape_(tape), source_(source), numbers_(numbers) {
    const Tensor& scores = tape.tensors()[source.scores];
    summary_ = {.record = source.record,
                .scores = source.scores,
                .scores_name = std::string(scores.name()),
                .operation = tape.records()[static_cast<std::size_t>(source.record)].operation->name(),
                .losses = source.losses,
                .normalizes_soft_ranks = source.normalizes_soft_ranks,
                .dtype = scores.dtype()};
    if (source.ranking) {
      summary_.relaxation = source.ranking->relaxation;
      summary_.strength_option = source.ranking->strength_option;
      summary_.strength_setting = source.ranking->strength_setting;
    }
  }

  RankingSummary run() {
    for (std::int64_t list = 0; list < source_.lists(); ++list) {
      if (source_.size(list) < 2) {
        ++summary_.short_lists;
        continue;
      }
      ++summary_.lists;
      summary_.documents += source_.size(list);
      add_values(list);
      add_gradient(list);
      if (source_.ranking) {
        strengths_.push_back(source_.ranking->strengths[static_cast<std::size_t>(list)]);
        add_blocks(list);
      }
    }
    sample_order();
    summary_.median_strength = median(strengths_);
    summary_.score_deviation = summary_.lists == 0 ? 0 : deviations_ / static_cast<double>(summary_.lists);
    if (summary_.steepest_list >= 0) {
      summary_.steepest_gradient_share = steepest_ / gradient_norms_;
    }
    return summary_;
  }

 private:
  void add_values(std::int64_t list) {
    const auto scores = part_of(numbers_.scores, source_, list);
    summary_.constant_score_lists += is_constant(scores) ? 1 : 0;
    deviations_ += deviation_of(scores);
    for (const double score : scores) {
      summary_.largest_score = std::max(summary_.largest_score, std::isfinite(score) ? std::abs(score) : 0);
    }
    const auto labels = part_of(numbers_.labels, source_, list);
    summary_.constant_label_lists += !labels.empty() && is_constant(labels) ? 1 : 0;
  }

  void add_gradient(std::int64_t list) {
    if (numbers_.gradient.empty()) {
      summary_.zero_gradients += source_.size(list);
    } else {
      const auto gradient = part_of(numbers_.gradient, source_, list);
      const auto zeros = std::ranges::count(gradient, 0.0);
      summary_.zero_gradients += zeros;
      summary_.lists_with_gradient += zeros < source_.size(list) ? 1 : 0;
      const double norm = norm_of(gradient);
      gradient_norms_ += norm;
      if (norm > steepest_) {
        steepest_ = norm;
        summary_.steepest_list = list;
      }
    }
    if (source_.ranking) {
      const DType dtype = tape_.tensors()[tape_.records()[static_cast<std::size_t>(source_.record)].output].dtype();
      summary_.constant_rank_gradient_lists +=
          is_constant_pull(part_of(numbers_.rank_gradient, source_, list), dtype) ? 1 : 0;
    }
  }

  void add_blocks(std::int64_t list) {
    const std::vector<std::uint32_t>& blocks = source_.ranking->blocks;
    if (blocks.empty()) {
      return;
    }
    const std::vector<std::int64_t> sizes = block_sizes(part_of(blocks, source_, list));
    summary_.blocks += std::ssize(sizes);
    summary_.single_documents += std::ranges::count(sizes, 1);
    summary_.single_block_lists += sizes.size() == 1 ? 1 : 0;
  }

  /// What needs the lists sorted, of every k-th list.
  void sample_order() {
    constexpr std::int64_t most_lists = 2'000;
    constexpr std::int64_t most_documents = 200'000;
    const auto parts = [](std::int64_t n, std::int64_t most) { return (n + most - 1) / most; };
    const std::int64_t step =
        std::max({std::int64_t{1}, parts(summary_.lists, most_lists), parts(summary_.documents, most_documents)});
    std::vector<double> medians;
    std::int64_t sampled = 0;
    std::int64_t tied = 0;
    std::int64_t gaps = 0;
    std::int64_t wide = 0;
    std::int64_t passed = 0;
    for (std::int64_t list = 0; list < source_.lists(); ++list) {
      if (source_.size(list) < 2 || passed++ % step != 0) {
        continue;
      }
      const auto scores = part_of(numbers_.scores, source_, list);
      const std::vector<double> of_list = gaps_of(scores);
      medians.push_back(median(of_list));
      sampled += source_.size(list);
      for_each_tie(scores, order_of(scores, true), [&](std::size_t first, std::size_t last) {
        tied += last - first > 1 ? static_cast<std::int64_t>(last - first) : 0;
      });
      if (source_.ranking) {
        const double strength = source_.ranking->strengths[static_cast<std::size_t>(list)];
        gaps += std::ssize(of_list);
        wide += std::ranges::count_if(of_list, [&](double gap) { return gap > strength; });
      }
    }
    summary_.median_gap = median(std::move(medians));
    summary_.gaps_above_strength = gaps == 0 ? 0 : static_cast<double>(wide) / static_cast<double>(gaps);
    summary_.tied_scores = sampled == 0
                               ? 0
                               : std::llround(static_cast<double>(tied) * static_cast<double>(summary_.documents) /
                                              static_cast<double>(sampled));
  }

  const Tape& tape_;
  const RankingSource& source_;
  const RankingNumbers& numbers_;
  RankingSummary summary_;
  std::vector<double> strengths_;
  double deviations_ = 0;
  double gradient_norms_ = 0;
  double steepest_ = 0;
};

}  // namespace

std::vector<std::int64_t> block_sizes(std::span<const std::uint32_t> blocks) {
  std::vector<std::int64_t> sizes;
  for (const std::uint32_t block : blocks) {
    sizes.resize(std::max<std::size_t>(sizes.size(), block + std::size_t{1}));
    ++sizes[block];
  }
  return sizes;
}

RankingSummary summarize(const Tape& tape, const RankingSource& source, const RankingNumbers& numbers) {
  return Summarizer(tape, source, numbers).run();
}

}  // namespace ranktape::detail
