#pragma once

#include <ranktape/core/inspect/block_pushes.hpp>
#include <ranktape/core/inspect/ranked_list.hpp>

#include <optional>
#include <string>

// Internal.
namespace ranktape::detail {

/// What a sentence on a document says beside the document's own numbers.
struct DocumentSituation {
  const BlockPushes* pushes = nullptr;  ///< null where nothing pools, or no gradient reached the ranks
  std::optional<double> partner_label = {};
  bool gradient_is_known = true;
};

/// Who pushes the document, in words: "up" is where descent, which goes against the gradient, moves the score.
std::string sentence_on(const RankedDocument& document, const DocumentSituation& situation);

}  // namespace ranktape::detail
