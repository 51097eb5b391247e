#include <ranktape/core/inspect/maker.hpp>
#include <ranktape/core/inspect/ranking_sources.hpp>
#include <ranktape/core/inspect/tape_view.hpp>

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>

namespace ranktape::detail {
namespace {

constexpr std::uint32_t none = Tape::constant;

class SourceFinder {
 public:
  explicit SourceFinder(const Tape& tape) : tape_(tape) {}

  std::vector<RankingSource> find() {
    for (std::int64_t record = 0; record < std::ssize(tape_.records()); ++record) {
      RecordDetails details = tape_.details(at(record));
      if (details.ranking) {
        add_ranking(record, std::move(*details.ranking));
      }
      if (details.list_loss) {
        add_loss(record, *details.list_loss);
      }
    }
    return std::move(sources_);
  }

 private:
  [[nodiscard]] const Record& at(std::int64_t record) const {
    return tape_.records()[static_cast<std::size_t>(record)];
  }
  [[nodiscard]] std::int64_t size_of_tensor(std::uint32_t tensor) const { return tape_.tensors()[tensor].size(); }
  [[nodiscard]] std::uint32_t first_input(std::int64_t record) const {
    const auto inputs = tape_.inputs(at(record));
    return inputs.empty() ? none : inputs[0];
  }

  /// What was converted to become this tensor; none if it is not a conversion.
  [[nodiscard]] std::uint32_t before_conversion(std::uint32_t tensor) const {
    const std::int64_t maker = maker_of(tape_, tensor);
    return maker >= 0 && std::string_view(at(maker).operation->name()) == "convert" ? first_input(maker) : none;
  }

  /// The first tensor with the same values: conversions that lose no digit are passed.
  [[nodiscard]] std::uint32_t origin_of(std::uint32_t tensor) const {
    const auto digits = [&](std::uint32_t of) { return size_of(tape_.tensors()[of].dtype()); };
    for (std::uint32_t before = tensor; before != none && digits(before) <= digits(tensor);
         before = before_conversion(tensor)) {
      tensor = before;
    }
    return tensor;
  }

  /// The source whose ranks these are, maybe converted; null for none.
  RankingSource* source_of_ranks(std::uint32_t tensor) {
    for (; tensor != none; tensor = before_conversion(tensor)) {
      if (const auto found = by_ranks_.find(tensor); found != by_ranks_.end()) {
        return &sources_[found->second];
      }
    }
    return nullptr;
  }

  RankingSource& source_of_scores(std::uint32_t scores, const std::vector<std::int64_t>& offsets, std::int64_t record) {
    const auto [first, last] = by_scores_.equal_range(scores);
    for (auto entry = first; entry != last; ++entry) {
      if (sources_[entry->second].offsets == offsets) {
        return sources_[entry->second];
      }
    }
    by_scores_.emplace(scores, sources_.size());
    sources_.push_back({.record = record, .scores = scores, .offsets = offsets});
    return sources_.back();
  }

  [[nodiscard]] static bool covers(const std::vector<std::int64_t>& offsets, std::int64_t documents) {
    return !offsets.empty() && offsets.front() == 0 && offsets.back() == documents && std::ranges::is_sorted(offsets);
  }

  [[nodiscard]] static bool fits(const RankingDetails& ranking, std::int64_t documents) {
    const auto is_number = [documents](std::uint32_t block) { return block < documents; };
    return covers(ranking.offsets, documents) && ranking.strengths.size() + 1 == ranking.offsets.size() &&
           (ranking.blocks.empty() || std::ssize(ranking.blocks) == documents) &&
           std::ranges::all_of(ranking.blocks, is_number);
  }

  void add_ranking(std::int64_t record, RankingDetails&& ranking) {
    const std::uint32_t scores = first_input(record);
    const std::uint32_t ranks = at(record).output;
    if (scores == none || !fits(ranking, size_of_tensor(scores)) || size_of_tensor(ranks) != size_of_tensor(scores)) {
      return;
    }
    by_ranks_.emplace(ranks, sources_.size());
    RankingSource& source = sources_.emplace_back();
    source.record = record;
    source.scores = origin_of(scores);
    source.offsets = ranking.offsets;
    source.ranking = std::move(ranking);
  }

  void add_loss(std::int64_t record, const ListLossDetails& loss) {
    std::uint32_t numbers = first_input(record);
    if (numbers != none && loss.takes_memberships) {
      const std::int64_t maker = maker_of(tape_, numbers);
      numbers = maker < 0 ? none : first_input(maker);
    }
    if (numbers == none || !covers(loss.offsets, size_of_tensor(numbers)) ||
        loss.values.size() + 1 != loss.offsets.size()) {
      return;
    }
    RankingSource* const ranked = source_of_ranks(numbers);
    if (ranked != nullptr && ranked->offsets != loss.offsets) {
      return;
    }
    RankingSource& source = ranked != nullptr ? *ranked : source_of_scores(origin_of(numbers), loss.offsets, record);
    source.losses.emplace_back(at(record).operation->name());
    source.values.resize(loss.values.size());
    std::ranges::transform(source.values, loss.values, source.values.begin(), std::plus<>());
    source.normalizes_soft_ranks = source.normalizes_soft_ranks || loss.normalizes_soft_ranks;
    if (!source.targets.defined() && loss.targets.defined() && loss.targets.size() == size_of_tensor(numbers)) {
      source.targets = loss.targets;
    }
  }

  const Tape& tape_;
  std::vector<RankingSource> sources_;
  std::unordered_map<std::uint32_t, std::size_t> by_ranks_;
  std::unordered_multimap<std::uint32_t, std::size_t> by_scores_;
};

std::vector<double> on_host(const Tensor* tensor) {
  return tensor != nullptr && tensor->defined() ? tensor->to_vector<double>() : std::vector<double>();
}

}  // namespace

std::vector<RankingSource> ranking_sources(const Tape& tape) { return SourceFinder(tape).find(); }

RankingNumbers::RankingNumbers(const Tape& tape, const Gradients& gradients, const RankingSource& source)
    : scores(on_host(&tape.tensors()[source.scores])),
      labels(on_host(&source.targets)),
      gradient(on_host(gradients.find(tape.tensors()[source.scores]))),
      gradient_is_known(!gradient.empty() || (gradients.size() > 0 && maker_of(tape, source.scores) < 0) ||
                        has_gradients_of_records(tape, gradients)) {
  if (source.ranking) {
    const Tensor& of_record = tape.tensors()[tape.records()[static_cast<std::size_t>(source.record)].output];
    ranks = on_host(&of_record);
    rank_gradient = on_host(gradients.find(of_record));
  }
}

}  // namespace ranktape::detail
