#include <ranktape/core/inspect/verdict_rules.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ranktape {
namespace {

std::vector<detail::Rule> all_rules() {
  std::vector<detail::Rule> rules;
  for (const auto family :
       {detail::ranking_rules, detail::list_rules, detail::layer_rules, detail::number_rules, detail::training_rules}) {
    rules.insert(rules.end(), family().begin(), family().end());
  }
  return rules;
}

}  // namespace

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: break;
  }
  return "error";
}

std::vector<VerdictRule> verdict_rules() {
  std::vector<VerdictRule> rules;
  for (const detail::Rule& rule : all_rules()) {
    rules.push_back({.id = rule.id, .name = rule.name});
  }
  return rules;
}

std::vector<Verdict> find_verdicts(const Inspection& inspection) {
  std::vector<Verdict> verdicts;
  for (const detail::Rule& rule : all_rules()) {
    if (std::optional<Verdict> verdict = rule.look(inspection)) {
      verdict->id = rule.id;
      verdict->rule = rule.name;
      verdicts.push_back(*std::move(verdict));
    }
  }
  std::ranges::stable_sort(verdicts, std::ranges::greater(), &Verdict::severity);
  return verdicts;
}

std::string to_string(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const Verdict& verdict : verdicts) {
    text += fmt::format("{} {} {}: {}; {}\n", to_string(verdict.severity), verdict.id, verdict.rule, verdict.finding,
                        verdict.action);
  }
  return text;
}

}  // namespace ranktape
