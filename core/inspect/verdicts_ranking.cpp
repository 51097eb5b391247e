#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

// Rules about soft ranks and how their strength fits the scores.
namespace ranktape::detail {
namespace {

// docs/strength.md: above nine tenths a few pairs carry the whole gradient, and training only learns by heart.
constexpr double saturated_share = 0.9;
// Of lists: in "most" of them.
constexpr double most = 0.5;
// The derivative of a comparison at 20 temperatures is e^-20, which is lost beside the digits of a float32. A model
// that has learned its lists by heart gets there; at 100 nothing could bring it back.
constexpr double cold_gap = 20;
constexpr double freezing_gap = 100;
// A few lists may always be odd.
constexpr double nearly_all = 0.9;
// A list of two documents is either hard or one block, whatever the strength; from this length on both are a misfit.
constexpr std::int64_t long_list = 8;
// Lists that do not fit on either side, of those shown.
constexpr double misfit_share = 0.25;
// Units of the standard deviation / n at which trainings end (docs/strength.md).
constexpr double usual_spread = 1.5;

bool pools(const RankingSummary& ranking) { return ranking.blocks > 0; }

double single_share(const RankingSummary& ranking) {
  return pools(ranking) ? share_of(ranking.single_documents, ranking.documents) : 0;
}

std::optional<Verdict> saturated(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, single_share);
  if (ranking == nullptr || single_share(*ranking) < saturated_share) {
    return {};
  }
  const bool all = ranking->single_documents == ranking->documents;
  return Verdict{
      .severity = unless_learned(inspection, all ? Severity::error : Severity::warning),
      .finding =
          fmt::format("{} of the documents are alone in their block, where ranks are hard and their gradient is "
                      "0: the strength, {:.3g}, is below {} of the gaps between neighbouring scores (median gap "
                      "{:.3g}), at {}",
                      percent(single_share(*ranking)), ranking->median_strength, percent(ranking->gaps_above_strength),
                      ranking->median_gap, place_of(inspection, ranking->record)),
      .action = fmt::format("try {}", scaled_strength(*ranking, ranking->median_gap / ranking->median_strength))};
}

double scale_blind_share(const RankingSummary& ranking) {
  return pools(ranking) && ranking.normalizes_soft_ranks ? share_of(ranking.single_block_lists, ranking.lists) : 0;
}

double scale_aware_share(const RankingSummary& ranking) {
  return pools(ranking) && !ranking.normalizes_soft_ranks ? share_of(ranking.single_block_lists, ranking.lists) : 0;
}

std::optional<Verdict> linear(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, scale_blind_share);
  if (ranking == nullptr || scale_blind_share(*ranking) <= most) {
    return {};
  }
  return Verdict{.finding = fmt::format(
                     "in {} of the lists all documents are in one block, and the loss divides by the norm of "
                     "the soft ranks: that is Pearson's correlation of the raw scores{}, which no strength "
                     "changes, at {}",
                     percent(scale_blind_share(*ranking)), ranking->relaxation == "kl" ? " (their exponentials)" : "",
                     place_of(inspection, ranking->record)),
                 .action = fmt::format(
                     "take Normalization::hard_ranks, the default; or try {}; the median gap is {:.3g}",
                     scaled_strength(*ranking, ranking->median_gap / ranking->median_strength), ranking->median_gap)};
}

std::optional<Verdict> one_block(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, scale_aware_share);
  if (ranking == nullptr || scale_aware_share(*ranking) <= most) {
    return {};
  }
  return Verdict{
      .severity = Severity::note,
      .finding = fmt::format("in {} of the lists all documents are in one block, where ranks are {} the scores, at {}; "
                             "trainings begin so",
                             percent(scale_aware_share(*ranking)),
                             ranking->relaxation == "kl" ? "an exponential of" : "linear in",
                             place_of(inspection, ranking->record)),
      .action = fmt::format("if it is so after a quarter of the epochs, try {} or train longer",
                            scaled_strength(*ranking, 0.25))};
}

// Of the lists shown of one ranking those that are long enough, by what the strength does to them.
struct Fit {
  std::vector<const RankedList*> hard = {};
  std::vector<const RankedList*> one_block = {};
  std::int64_t lists = 0;
  double log_of_items = 0;  ///< sum over the lists of log(median gap * documents)
};

Fit fit_of(const Inspection& inspection, std::size_t ranking) {
  Fit fit;
  for (const RankedList& list : inspection.lists) {
    if (list.ranking != static_cast<std::int64_t>(ranking) || list.documents_in_all < long_list ||
        list.median_gap <= 0) {
      continue;
    }
    ++fit.lists;
    fit.log_of_items += std::log(list.median_gap * static_cast<double>(list.documents_in_all));
    if (list.regime == RankRegime::saturated) {
      fit.hard.push_back(&list);
    } else if (list.regime == RankRegime::linear) {
      fit.one_block.push_back(&list);
    }
  }
  return fit;
}

std::string list_text(const RankedList& list) {
  return fmt::format("list {} of {} documents with a median gap of {:.3g}", list.list, list.documents_in_all,
                     list.median_gap);
}

std::optional<Verdict> uneven_strength(const Inspection& inspection) {
  for (std::size_t i = 0; i < inspection.rankings.size(); ++i) {
    const Fit fit = fit_of(inspection, i);
    if (fit.lists < 4 || share_of(std::ssize(fit.hard), fit.lists) < misfit_share ||
        share_of(std::ssize(fit.one_block), fit.lists) < misfit_share) {
      continue;
    }
    const RankedList& hard = *fit.hard.front();
    const RankedList& soft = *fit.one_block.front();
    // Where the lengths explain the gaps a strength per item fits, else one in units of the spread does.
    const double per_item = std::exp(fit.log_of_items / static_cast<double>(fit.lists));
    const bool by_length = soft.documents_in_all > 2 * hard.documents_in_all;
    return Verdict{
        .finding =
            fmt::format("one strength does not fit lists of such different scores; long lists: {}, of hard ranks: {} "
                        "({}; strength {:.3g}), in one block: {} ({}; strength {:.3g}), at {}",
                        fit.lists, fit.hard.size(), list_text(hard), hard.strength, fit.one_block.size(),
                        list_text(soft), soft.strength, place_of(inspection, inspection.rankings[i].record)),
        .action = by_length ? fmt::format("try strength_unit=per_item with a strength of {}", rounded(per_item))
                            : fmt::format("try strength_unit=spread with a strength of {}", usual_spread)};
  }
  return {};
}

double gap_in_temperatures(const RankingSummary& ranking) {
  return pools(ranking) || ranking.relaxation.empty() || ranking.median_strength <= 0
             ? 0
             : ranking.median_gap / ranking.median_strength;
}

std::optional<Verdict> cold(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, gap_in_temperatures);
  if (ranking == nullptr || gap_in_temperatures(*ranking) <= cold_gap) {
    return {};
  }
  return Verdict{
      .severity =
          gap_in_temperatures(*ranking) > freezing_gap ? unless_learned(inspection, Severity::warning) : Severity::note,
      .finding =
          fmt::format("neighbouring scores are {:.3g} temperatures apart (median gap {:.3g}, temperature {:.3g}), "
                      "where comparisons are hard and hardly a gradient is left, at {}",
                      gap_in_temperatures(*ranking), ranking->median_gap, ranking->median_strength,
                      place_of(inspection, ranking->record)),
      .action = fmt::format("try {}", scaled_strength(*ranking, ranking->median_gap / ranking->median_strength))};
}

double constant_upstream_share(const RankingSummary& ranking) {
  return share_of(ranking.constant_rank_gradient_lists, ranking.lists);
}

std::optional<Verdict> constant_upstream(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, constant_upstream_share);
  if (ranking == nullptr || constant_upstream_share(*ranking) < nearly_all) {
    return {};
  }
  return Verdict{
      .severity = Severity::error,
      .finding =
          fmt::format("in {} of {} lists all ranks get the same gradient; the ranks of n documents always sum to "
                      "n (n + 1) / 2, so nothing of it reaches the scores, at {}",
                      ranking->constant_rank_gradient_lists, ranking->lists, place_of(inspection, ranking->record)),
      .action = "weigh the ranks by the labels (spearman_loss, soft_ndcg_loss) in place of their sum or mean"};
}

constexpr std::array<Rule, 6> rules = {{{"RT-G01", "saturated", saturated},
                                        {"RT-G02", "linear", linear},
                                        {"RT-G03", "one block", one_block},
                                        {"RT-G04", "uneven strength", uneven_strength},
                                        {"RT-G05", "cold", cold},
                                        {"RT-G06", "constant upstream", constant_upstream}}};

}  // namespace

std::span<const Rule> ranking_rules() { return rules; }

}  // namespace ranktape::detail
