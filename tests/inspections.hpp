#pragma once

#include <ranktape/core/inspect/inspection.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ranktape::tests {

inline const Verdict* find_verdict(const std::vector<Verdict>& verdicts, const std::string& id) {
  const auto found = std::ranges::find(verdicts, id, &Verdict::id);
  return found == verdicts.end() ? nullptr : &*found;
}

/// "error: what was found; what to do" of one rule; empty where it is silent.
inline std::string verdict_text(const Inspection& inspection, const std::string& id) {
  const std::vector<Verdict> verdicts = find_verdicts(inspection);
  const Verdict* verdict = find_verdict(verdicts, id);
  return verdict == nullptr
             ? std::string()
             : std::string(to_string(verdict->severity)) + ": " + verdict->finding + "; " + verdict->action;
}

/// Record 4 ranks the scores; nothing is noticed of it.
inline RankingSummary healthy_ranking() {
  return {.record = 4,
          .scores = 3,
          .operation = "soft_rank",
          .relaxation = "l2",
          .losses = {"spearman_of_ranks"},
          .lists = 10,
          .documents = 100,
          .blocks = 50,
          .single_documents = 40,
          .zero_gradients = 40,
          .median_gap = 0.214,
          .strength_option = "regularization_strength",
          .strength_setting = 0.01,
          .median_strength = 0.3,
          .gaps_above_strength = 0.3,
          .score_deviation = 1,
          .largest_score = 3,
          .lists_with_gradient = 10,
          .steepest_list = 7,
          .steepest_gradient_share = 0.2};
}

inline Inspection inspection_of(const RankingSummary& ranking) {
  Inspection inspection;
  inspection.records = {{.number = 3, .operation = "linear"},
                        {.number = 4, .operation = "soft_rank", .where = {"project/train.cpp", 44}}};
  inspection.rankings = {ranking};
  return inspection;
}

inline std::string text_of(const RankingSummary& ranking, const std::string& id) {
  return verdict_text(inspection_of(ranking), id);
}

inline bool finds(const Inspection& inspection, const std::string& id) {
  INFO(to_string(inspection.verdicts));
  return find_verdict(inspection.verdicts, id) != nullptr;
}

inline Severity severity_of(const Inspection& inspection, const std::string& id) {
  const Verdict* verdict = find_verdict(inspection.verdicts, id);
  REQUIRE_MESSAGE(verdict != nullptr, to_string(inspection.verdicts));
  return verdict->severity;
}

}  // namespace ranktape::tests
