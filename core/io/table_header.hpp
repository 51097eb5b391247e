#pragma once

#include <ranktape/core/io/table.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Internal: the columns of a table, known before its rows are read.
namespace ranktape::detail {

enum class ColumnKind : std::uint8_t { skipped, label, query, document, weight, feature };

struct TableColumn {
  std::string name;
  ColumnKind kind = ColumnKind::skipped;
  std::uint32_t feature = 0;  ///< from 1 on
};

struct TableLayout {
  char separator = ',';
  std::vector<TableColumn> columns;
  std::vector<std::string> feature_names;  ///< empty without a header
  bool has_query = false;
  bool has_weight = false;
};

struct TableField {
  std::string_view text;
  bool is_last = false;  ///< no separator follows
};

/// Takes one field and the separator behind it off the line; nothing where a quote does not end, or does not end the
/// field. A field with doubled quotes becomes one of `texts`.
std::optional<TableField> take_field(std::string_view& line, char separator, std::deque<std::string>& texts);

/// Finds what the first line (with or without names) and the wish make the columns. Throws FormatError.
TableLayout find_columns(std::string_view first_line, const TableColumns& wanted, char separator,
                         std::string_view source);

}  // namespace ranktape::detail
