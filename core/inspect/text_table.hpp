#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Internal: tables for a terminal.
namespace ranktape::detail {

/// How many columns of a terminal UTF-8 text takes: none for marks that join the character before, two for the wide
/// characters of East Asia and for emoji.
std::size_t display_width(std::string_view text);

enum class Align { left, right };

struct TableColumn {
  std::string heading = {};
  Align align = Align::left;
};

/// Rows under headings, two spaces between columns, each line ended. A column without entries is left out; a row of a
/// single cell runs across.
std::string text_table(const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace ranktape::detail
