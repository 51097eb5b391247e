#include "findings.hpp"

#include <fmt/core.h>

namespace train_ranker {

using namespace ranktape;

void print_findings(const std::vector<Verdict>& verdicts) {
  std::vector<Verdict> grave = verdicts;
  std::erase_if(grave, [](const Verdict& verdict) { return verdict.severity == Severity::note; });
  if (!grave.empty()) {
    fmt::print("\nHow the gradient flows in this model (docs/inspection.md explains each number):\n{}\n",
               to_string(grave));
  }
}

nlohmann::json json_of(const Verdict& verdict) {
  return {{"id", verdict.id},
          {"rule", verdict.rule},
          {"severity", to_string(verdict.severity)},
          {"finding", verdict.finding},
          {"action", verdict.action}};
}

}  // namespace train_ranker
