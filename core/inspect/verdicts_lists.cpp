#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

// Rules about what the lists hold: labels, scores, gradients.
namespace ranktape::detail {
namespace {

// Of lists, or documents: in "most" of them.
constexpr double most = 0.5;
// Every data set with graded labels has some lists whose labels are all equal (MSLR 3 %, MQ2008 a fifth).
constexpr double noteworthy_share = 0.1;
// A gap of eight spacings between floats is exact to some six percent only, and sums before it have lost as much.
constexpr double spacings = 8;
// From so many lists on it is odd if one has nearly all of the gradient; of three or four one may.
constexpr std::int64_t several_lists = 8;
constexpr double nearly_all = 0.9;

double constant_label_share(const RankingSummary& ranking) {
  return share_of(ranking.constant_label_lists, ranking.lists);
}

std::optional<Verdict> constant_labels(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, constant_label_share);
  if (ranking == nullptr || constant_label_share(*ranking) < noteworthy_share) {
    return {};
  }
  const double share = constant_label_share(*ranking);
  return Verdict{
      .severity = share == 1      ? Severity::error
                  : share >= most ? Severity::warning
                                  : Severity::note,
      .finding = fmt::format("{} of {} lists ({}) have equal labels only: there is no order to learn, and they add "
                             "nothing to the loss, at {}",
                             ranking->constant_label_lists, ranking->lists, percent(share),
                             place_of(inspection, ranking->record)),
      .action = share == 1 ? "look at how the labels were read, and whether the groups match them"
                           : "leave these lists out of the batches, as ranktape::train does"};
}

double short_list_share(const RankingSummary& ranking) {
  return share_of(ranking.short_lists, ranking.lists + ranking.short_lists);
}

std::optional<Verdict> short_lists(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, short_list_share);
  if (ranking == nullptr || short_list_share(*ranking) <= most) {
    return {};
  }
  return Verdict{
      .severity = ranking->lists == 0 ? Severity::error : Severity::warning,
      .finding =
          fmt::format("{} of {} lists have fewer than two documents, and nothing to rank, at {}", ranking->short_lists,
                      ranking->lists + ranking->short_lists, place_of(inspection, ranking->record)),
      .action =
          "look at the groups; without groups the lists lie along the last axis, so scores of [n, 1] are n lists "
          "of one: reshape them to [n]"};
}

double constant_score_share(const RankingSummary& ranking) {
  return share_of(ranking.constant_score_lists, ranking.lists);
}

// A model whose last layer begins at zero gives equal scores before its first step, and leaves them behind with it.
bool is_first_step(const Inspection& inspection) {
  return !inspection.history.points.empty() && inspection.history.points.back().step <= 1;
}

std::optional<Verdict> constant_scores(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, constant_score_share);
  if (ranking == nullptr || constant_score_share(*ranking) < most || is_first_step(inspection)) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("in {} of {} lists all scores are equal: the model does not tell documents apart, at {}",
                             ranking->constant_score_lists, ranking->lists, place_of(inspection, ranking->record)),
      .action =
          "look for dead units (RT-G13) and for features that are equal within a list; before the first step of a "
          "model that begins at zero it is normal"};
}

double tied_share(const RankingSummary& ranking) {
  return constant_score_share(ranking) < most ? share_of(ranking.tied_scores, ranking.documents) : 0;
}

std::optional<Verdict> tied_scores(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, tied_share);
  if (ranking == nullptr || tied_share(*ranking) < most) {
    return {};
  }
  return Verdict{
      .finding =
          fmt::format("{} of the documents have exactly the score of another one of their list, and get the same "
                      "rank and the same place in the gradient, at {}",
                      percent(tied_share(*ranking)), place_of(inspection, ranking->record)),
      .action =
          "look for documents that are in a list twice, scores that are rounded, clipped or made by few units, and "
          "dead units (RT-G13)"};
}

// How far apart neighbouring float32 numbers of the scores' magnitude are.
double spacing_of(const RankingSummary& ranking) {
  return ranking.largest_score * static_cast<double>(std::numeric_limits<float>::epsilon());
}

// Where rounding has made most gaps 0 the deviation still tells.
double resolution_of(const RankingSummary& ranking) {
  return ranking.median_gap > 0 ? ranking.median_gap : ranking.score_deviation;
}

double lost_share(const RankingSummary& ranking) {
  return ranking.dtype == DType::float32 && resolution_of(ranking) > 0 ? spacing_of(ranking) / resolution_of(ranking)
                                                                       : 0;
}

std::optional<Verdict> lost_digits(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, lost_share);
  if (ranking == nullptr || lost_share(*ranking) * spacings <= 1) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("scores reach {:.3g}, where float32 numbers are {:.2g} apart, and the {} is {:.2g}: "
                             "rounding decides their order, at {}",
                             ranking->largest_score, spacing_of(*ranking),
                             ranking->median_gap > 0 ? "median gap between neighbours" : "deviation of a list's scores",
                             resolution_of(*ranking), place_of(inspection, ranking->record)),
      .action =
          "subtract the mean of each list before the ranks (layer_norm, or features that are scaled), or compute "
          "in float64"};
}

double steepest_share(const RankingSummary& ranking) {
  return ranking.lists - ranking.constant_label_lists >= several_lists ? ranking.steepest_gradient_share : 0;
}

std::optional<Verdict> one_list(const Inspection& inspection) {
  const RankingSummary* ranking = worst_ranking(inspection, steepest_share);
  if (ranking == nullptr || steepest_share(*ranking) < nearly_all) {
    return {};
  }
  return Verdict{
      .finding = fmt::format("list {} has {} of the gradient of {} lists ({} have any), at {}", ranking->steepest_list,
                             percent(ranking->steepest_gradient_share), ranking->lists, ranking->lists_with_gradient,
                             place_of(inspection, ranking->record)),
      .action = fmt::format("look at the labels and scores of list {}; weights of the queries, or clip_norm, keep one "
                            "list from deciding the step",
                            ranking->steepest_list)};
}

constexpr std::array<Rule, 6> rules = {{{"RT-G07", "constant labels", constant_labels},
                                        {"RT-G08", "short lists", short_lists},
                                        {"RT-G09", "constant scores", constant_scores},
                                        {"RT-G10", "tied scores", tied_scores},
                                        {"RT-G11", "lost digits", lost_digits},
                                        {"RT-G12", "one list", one_list}}};

}  // namespace

std::span<const Rule> list_rules() { return rules; }

}  // namespace ranktape::detail
