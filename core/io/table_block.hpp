#pragma once

#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/row_block.hpp>
#include <ranktape/core/io/table_header.hpp>

#include <string_view>

namespace ranktape::detail {

/// Parses whole lines of a table, the header not among them, as parse_letor_block does its own.
void parse_table_block(std::string_view text, const TableLayout& layout, const LetorOptions& options, RowBlock& block);

}  // namespace ranktape::detail
