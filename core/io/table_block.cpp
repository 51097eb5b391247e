#include <ranktape/core/io/bad_line.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/number.hpp>
#include <ranktape/core/io/table_block.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ranktape::detail {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

class TableBlockParser {
 public:
  TableBlockParser(const TableLayout& layout, const LetorOptions& options, RowBlock& block)
      : layout_(layout), options_(options), block_(block) {}

  void parse(std::string_view text) {
    block_.begin(text.size());  // behind each field is a separator or a line feed
    parse_lines(text, options_.max_errors, block_, [this](std::string_view line) {
      line.remove_suffix(line.ends_with('\r') ? 1 : 0);
      if (!without_blanks(line).empty()) {
        parse_line(line);
      }
    });
  }

 private:
  void parse_line(std::string_view line) {
    DocumentRow row = {.line = block_.lines};
    float weight = 1;
    std::string_view query;
    std::string_view document;
    entries_.clear();
    bool is_last = false;
    for (const TableColumn& column : layout_.columns) {
      if (is_last) {
        refuse_line("{} fields for {} columns; {} is missing", &column - layout_.columns.data(), layout_.columns.size(),
                    quote(column.name));
      }
      const auto field = take_field(line, layout_.separator, block_.texts);
      if (!field) {
        refuse_line("column {} has a quote that does not end where the field does", quote(column.name));
      }
      is_last = field->is_last;
      take(column, field->text, row, weight, query, document);
    }
    if (!is_last) {
      refuse_line("more fields than the {} columns; a text with the separator in it needs quotes",
                  layout_.columns.size());
    }
    finish(row, weight, query, document);
  }

  void take(const TableColumn& column, std::string_view field, DocumentRow& row, float& weight, std::string_view& query,
            std::string_view& document) {
    switch (column.kind) {
      case ColumnKind::skipped: break;
      case ColumnKind::query: query = without_blanks(field); break;
      case ColumnKind::document: document = without_blanks(field); break;
      case ColumnKind::label:
        row.label = number(column, field, false);
        if (row.label < 0 && !options_.allow_negative_labels) {
          refuse_line("column {}: label {} is negative; relevance begins at 0 (allow_negative_labels takes any number)",
                      quote(column.name), quote(field));
        }
        break;
      case ColumnKind::weight:
        weight = number(column, field, false);
        if (weight < 0) {
          refuse_line("column {}: weight {} is negative", quote(column.name), quote(field));
        }
        break;
      case ColumnKind::feature:
        if (!without_blanks(field).empty()) {
          entries_.push_back({column.feature, number(column, field, options_.allow_nan)});
        }
    }
  }

  [[nodiscard]] static float number(const TableColumn& column, std::string_view field, bool allow_nan) {
    const std::string_view text = without_blanks(field);
    float value = 0;
    const NumberStatus status = parse_float(text.data(), text.data() + text.size(), value);
    if (status == NumberStatus::not_a_number_text) {
      refuse_line("column {}: {} is not a number", quote(column.name), quote(field));
    }
    if ((status == NumberStatus::too_large || !std::isfinite(value)) && !(allow_nan && std::isnan(value))) {
      refuse_line("column {}: {} is not a finite float32 number", quote(column.name), quote(field));
    }
    return value;
  }

  void finish(DocumentRow& row, float weight, std::string_view query, std::string_view document) {
    if (layout_.has_query && query.empty()) {
      refuse_line("the query's column is empty");
    }
    if (layout_.has_query && !options_.query_file.empty()) {
      refuse_line("has a query, and a query file {} was given too; leave out one of them",
                  options_.query_file.string());
    }
    std::ranges::sort(entries_, {}, &Entry::feature);
    std::uint32_t* const indices = block_.next_indices();
    float* const values = block_.next_values();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      indices[i] = entries_[i].feature;
      values[i] = entries_[i].value;
    }
    row.entries = static_cast<std::uint32_t>(entries_.size());
    block_.enter_query(query, layout_.has_query);
    block_.append(row);
    if (!document.empty()) {
      block_.document_ids.push_back({static_cast<std::uint32_t>(block_.rows.size() - 1), document});
    }
    if (layout_.has_weight) {
      block_.weights.push_back(weight);
    }
  }

  struct Entry {
    std::uint32_t feature;
    float value;
  };

  const TableLayout& layout_;
  const LetorOptions& options_;
  RowBlock& block_;
  std::vector<Entry> entries_;
};

}  // namespace

void parse_table_block(std::string_view text, const TableLayout& layout, const LetorOptions& options, RowBlock& block) {
  TableBlockParser(layout, options, block).parse(text);
}

}  // namespace ranktape::detail
