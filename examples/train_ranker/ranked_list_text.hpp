#pragma once

#include <ranktape/core/inspect/ranked_list.hpp>

#include <string>

namespace train_ranker {

/// One list for the terminal: a line about it, a table of its documents, and what moves each of them. `query` is its
/// name.
std::string text_of(const ranktape::RankedList& list, const std::string& query);

}  // namespace train_ranker
