#pragma once

#include <string>
#include <vector>

namespace ranktape {

struct Inspection;

enum class Severity {
  note,     ///< worth knowing; nothing is wrong
  warning,  ///< the model learns less than it could
  error     ///< it does not learn
};
const char* to_string(Severity severity);

/// One finding: what is so, with its number, and what to do.
struct Verdict {
  std::string id = {};    ///< "RT-G01": docs/inspection.md has a paragraph of that name
  std::string rule = {};  ///< "saturated"
  Severity severity = Severity::warning;
  std::string finding = {};  ///< what is so, with the number; names in it are escaped for a terminal
  std::string action = {};   ///< what to do next: "try regularization_strength=0.2"
};

/// A rule that there is.
struct VerdictRule {
  std::string id = {};
  std::string name = {};
};
/// All of them, in the order of their ids.
std::vector<VerdictRule> verdict_rules();

/// The findings of all rules, the gravest first; none where nothing is noticed. A rule that has not what it needs (no
/// history, no gradients of intermediate tensors) is silent.
std::vector<Verdict> find_verdicts(const Inspection& inspection);

/// "warning RT-G01 saturated: 73 % of ...; try ...", a line each.
std::string to_string(const std::vector<Verdict>& verdicts);

}  // namespace ranktape
