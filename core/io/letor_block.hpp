#pragma once

#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/row_block.hpp>

#include <string_view>

namespace ranktape::detail {

/// Parses whole lines of LETOR text. A line that does not fit becomes a fault, and no row; the options' max_errors ends
/// the block.
void parse_letor_block(std::string_view text, const LetorOptions& options, RowBlock& block);

}  // namespace ranktape::detail
