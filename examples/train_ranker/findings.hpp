#pragma once

#include <ranktape/core/inspect/verdict.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace train_ranker {

/// Prints the warnings and errors among them, under a line that says what they are; nothing where there are none.
void print_findings(const std::vector<ranktape::Verdict>& verdicts);

nlohmann::json json_of(const ranktape::Verdict& verdict);

}  // namespace train_ranker
