#pragma once

#include <ranktape/core/inspect/inspection.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Internal: what the rules of all families are made of.
namespace ranktape::detail {

/// One rule: a function that looks at an inspection and says what it noticed, id and name left empty.
struct Rule {
  const char* id;
  const char* name;
  std::optional<Verdict> (*look)(const Inspection& inspection);
};

std::span<const Rule> ranking_rules();   ///< soft ranks and their strength
std::span<const Rule> list_rules();      ///< labels, scores and gradients of lists
std::span<const Rule> layer_rules();     ///< units, gradients and updates of layers
std::span<const Rule> number_rules();    ///< values and gradients that are not finite, missing or zero
std::span<const Rule> training_rules();  ///< the history

/// part / whole; 0 of nothing.
double share_of(std::int64_t part, std::int64_t whole);
/// "93.1 %"
std::string percent(double share);
/// With two significant digits: what is suggested is no more exact than that.
std::string rounded(double value);

/// The summary of a record, or null where the inspection is a sample without it.
const RecordSummary* find_record(const Inspection& inspection, std::int64_t number);
/// "record 12, soft_rank (train.cpp:44)"
std::string place_of(const Inspection& inspection, std::int64_t record);
/// A tensor's name as a text shows it: "'layers.0.weight'"; without one "parameter 3 [64, 32]".
std::string name_of(const ParameterSummary& parameter);

/// The severity of what stops learning; a note where the loss has fallen to a fifth of the first that the history has.
/// Models that know their lists by heart get hard ranks, units at their limits and gradients of 0, and need no others.
Severity unless_learned(const Inspection& inspection, Severity severity);

/// The ranking of which `share` says most; null where there is none.
const RankingSummary* worst_ranking(const Inspection& inspection, double (*share)(const RankingSummary&));
/// "regularization_strength=0.2 (20 times as much)": the option that the ranking's record was given, times `factor`.
/// Where each list had its own: "20 times the temperature".
std::string scaled_strength(const RankingSummary& ranking, double factor);

}  // namespace ranktape::detail
