#pragma once

#include <ranktape/core/inspect/inspection.hpp>

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

}  // namespace ranktape::tests
