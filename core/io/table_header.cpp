#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/table_header.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace ranktape::detail {
namespace {

std::string list_names(const std::vector<TableColumn>& columns) {
  constexpr std::size_t most = 12;
  std::vector<std::string> names;
  for (const TableColumn& column : columns) {
    if (names.size() == most) {
      names.emplace_back("...");
      break;
    }
    names.push_back(quote(column.name));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

class ColumnFinder {
 public:
  ColumnFinder(TableLayout& layout, std::string_view source) : layout_(layout), source_(source) {}

  /// The column of this name, or of the first usual one that is there; null if that is none.
  TableColumn* find(const std::string& name, std::initializer_list<std::string_view> usual) const {
    if (!name.empty()) {
      return &at(name);
    }
    for (const std::string_view one : usual) {
      const auto found = std::ranges::find(layout_.columns, one, &TableColumn::name);
      if (found != layout_.columns.end()) {
        return &*found;
      }
    }
    return nullptr;
  }

  [[nodiscard]] TableColumn& at(std::string_view name) const {
    const auto found = std::ranges::find(layout_.columns, name, &TableColumn::name);
    if (found == layout_.columns.end()) {
      fail_at_line(source_, 1, "no column {}; there are: {}", quote(name), list_names(layout_.columns));
    }
    return *found;
  }

  bool mark(TableColumn* column, ColumnKind kind) const {
    if (column != nullptr) {
      if (column->kind != ColumnKind::skipped) {
        fail_at_line(source_, 1, "column {} is asked for twice", quote(column->name));
      }
      column->kind = kind;
    }
    return column != nullptr;
  }

 private:
  TableLayout& layout_;
  std::string_view source_;
};

}  // namespace

std::optional<TableField> take_field(std::string_view& line, char separator, std::deque<std::string>& texts) {
  const bool is_quoted = line.starts_with('"');
  std::size_t end = 0;
  bool has_doubled = false;
  if (is_quoted) {
    end = line.find('"', 1);
    while (end != std::string_view::npos && line.substr(end, 2) == "\"\"") {
      has_doubled = true;
      end = line.find('"', end + 2);
    }
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    ++end;
  } else {
    end = std::min(line.find(separator), line.size());
  }
  std::string_view text = is_quoted ? line.substr(1, end - 2) : line.substr(0, end);
  line.remove_prefix(end);
  const bool is_last = line.empty();
  if (!is_last && line.front() != separator) {
    return std::nullopt;
  }
  line.remove_prefix(is_last ? 0 : 1);
  if (has_doubled) {
    std::string& meant = texts.emplace_back();
    for (std::size_t i = 0; i < text.size(); i += text[i] == '"' ? 2 : 1) {
      meant += text[i];
    }
    text = meant;
  }
  return TableField{.text = text, .is_last = is_last};
}

TableLayout find_columns(std::string_view first_line, const TableColumns& wanted, char separator,
                         std::string_view source) {
  TableLayout layout;
  layout.separator = separator;
  std::deque<std::string> texts;
  bool is_last = false;
  for (std::string_view rest = first_line; !is_last;) {
    const auto field = take_field(rest, separator, texts);
    if (!field) {
      fail_at_line(source, 1, "column {} has a quote that does not end where the field does",
                   layout.columns.size() + 1);
    }
    is_last = field->is_last;
    std::string name = wanted.header ? std::string(field->text) : std::to_string(layout.columns.size() + 1);
    if (wanted.header && std::ranges::find(layout.columns, name, &TableColumn::name) != layout.columns.end()) {
      fail_at_line(source, 1, "two columns have the name {}", quote(name));
    }
    layout.columns.push_back({.name = std::move(name)});
  }
  const ColumnFinder finder(layout, source);
  const bool named = wanted.header;
  if (!finder.mark(
          named ? finder.find(wanted.label, {"label", "relevance", "target"}) : finder.find(wanted.label, {"1"}),
          ColumnKind::label)) {
    fail_at_line(source, 1, "no column 'label', 'relevance' or 'target' among {}; name the label's column",
                 list_names(layout.columns));
  }
  layout.has_query = finder.mark(
      named ? finder.find(wanted.query, {"qid", "query_id"}) : finder.find(wanted.query, {"2"}), ColumnKind::query);
  finder.mark(finder.find(wanted.document, {"docid", "document_id"}), ColumnKind::document);
  layout.has_weight = finder.mark(finder.find(wanted.weight, {}), ColumnKind::weight);
  std::uint32_t features = 0;
  for (const std::string& name : wanted.features) {
    TableColumn& column = finder.at(name);
    finder.mark(&column, ColumnKind::feature);
    column.feature = ++features;
  }
  for (TableColumn& column : layout.columns) {
    if (wanted.features.empty() && column.kind == ColumnKind::skipped) {
      column.kind = ColumnKind::feature;
      column.feature = ++features;
    }
  }
  if (features == 0) {
    fail_at_line(source, 1, "no column is left for features among {}; is {} the separator?", list_names(layout.columns),
                 separator == '\t' ? "a tab" : fmt::format("'{}'", separator));
  }
  layout.feature_names.resize(named ? features : 0);
  for (const TableColumn& column : layout.columns) {
    if (named && column.kind == ColumnKind::feature) {
      layout.feature_names[column.feature - 1] = column.name;
    }
  }
  return layout;
}

}  // namespace ranktape::detail
