#include <ranktape/core/inspect/json_writer.hpp>
#include <ranktape/core/inspect/report_parts.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

// The records column by column: 10,000 of them must stay below some 1 MB. Texts, shapes and places in the source are
// numbers of tables, what is nearly always the same is a sparse column, and records that an input comes from are
// counted back from the record that reads it.
namespace ranktape::detail {
namespace {

class Texts {
 public:
  std::size_t number_of(const std::string& text) {
    const auto [entry, is_new] = numbers_.try_emplace(text, texts_.size());
    if (is_new) {
      texts_.push_back(text);
    }
    return entry->second;
  }
  [[nodiscard]] const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::vector<std::string_view> texts_;
};

// Rows in the order in which they first came.
template <class Row>
class Rows {
 public:
  std::size_t number_of(const Row& row) {
    const auto [entry, is_new] = numbers_.try_emplace(row, rows_.size());
    if (is_new) {
      rows_.push_back(row);
    }
    return entry->second;
  }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  std::map<Row, std::size_t> numbers_;
  std::vector<Row> rows_;
};

// {"usual": u, "at": [places], "are": [values]}: every other place has u.
template <class Range, class Usual, class Get>
void sparse_column(JsonWriter& json, std::string_view name, const Range& range, Usual usual, Get&& get) {
  std::vector<std::pair<std::size_t, Usual>> others;
  std::size_t place = 0;
  for (const auto& element : range) {
    if (const auto value = static_cast<Usual>(get(element)); value != usual) {
      others.emplace_back(place, value);
    }
    ++place;
  }
  json.key(name).open('{');
  json.field("usual", usual);
  json.column("at", others, [](const auto& other) { return other.first; });
  json.column("are", others, [](const auto& other) { return other.second; });
  json.close('}');
}

// `summary(record)` is a pointer, null for none: its norm is null then.
template <class Range, class Summary>
void summary_columns(JsonWriter& json, std::string_view name, const Range& range, Summary&& summary) {
  const auto number = [&](auto member, std::int64_t none) {
    return [&summary, member, none](const auto& record) {
      const ValueSummary* found = summary(record);
      return found == nullptr ? none : found->*member;
    };
  };
  json.key(name).open('{');
  json.column("norm", range, [&](const auto& record) {
    const ValueSummary* found = summary(record);
    return found == nullptr ? std::nullopt : std::optional(found->norm);
  });
  json.column("zeros", range, number(&ValueSummary::zeros, 0));
  sparse_column(json, "non_finite", range, std::int64_t{0}, number(&ValueSummary::non_finite, 0));
  sparse_column(json, "first_non_finite", range, std::int64_t{-1}, number(&ValueSummary::first_non_finite, -1));
  sparse_column(json, "zero_columns", range, std::int64_t{0}, number(&ValueSummary::zero_columns, 0));
  json.close('}');
}

template <class Range>
void value_and_gradient(JsonWriter& json, const Range& range) {
  summary_columns(json, "value", range, [](const auto& record) { return &record.value; });
  summary_columns(json, "gradient", range, [](const auto& record) -> const ValueSummary* {
    return record.gradient ? &*record.gradient : nullptr;
  });
}

std::vector<std::int64_t> extents_of(const Shape& shape) { return {shape.extents().begin(), shape.extents().end()}; }

void inputs(JsonWriter& json, const Inspection& inspection, Texts& texts, std::size_t no_text) {
  std::unordered_map<std::int64_t, std::int64_t> parameters;
  for (const ParameterSummary& parameter : inspection.parameters) {
    parameters.try_emplace(parameter.tensor, std::ssize(parameters));
  }
  std::vector<const InputSummary*> all;
  json.column("input_count", inspection.records, [](const auto& record) { return record.inputs.size(); });
  json.key("inputs").open('[');
  for (const RecordSummary& record : inspection.records) {
    for (const InputSummary& input : record.inputs) {
      const auto parameter = parameters.find(input.tensor);
      json.value(input.record >= 0               ? record.number - input.record
                 : parameter != parameters.end() ? -1 - parameter->second
                                                 : std::int64_t{0});
      all.push_back(&input);
    }
  }
  json.close(']');
  sparse_column(json, "input_name", all, no_text, [&](const auto* input) { return texts.number_of(input->name); });
}

void units(JsonWriter& json, const std::vector<RecordSummary>& records) {
  std::vector<std::pair<std::size_t, const UnitSummary*>> all;
  for (std::size_t place = 0; place < records.size(); ++place) {
    if (records[place].units) {
      all.emplace_back(place, &*records[place].units);
    }
  }
  json.key("units").open('{');
  json.column("at", all, [](const auto& unit) { return unit.first; });
  json.array("limits", all, [&](const auto& unit) { json.values(unit.second->limits); });
  json.column("at_limit", all, [](const auto& unit) { return unit.second->at_limit; });
  json.column("stuck_columns", all, [](const auto& unit) { return unit.second->stuck_columns; });
  json.close('}');
}

}  // namespace

void append_records_json(JsonWriter& json, const Inspection& inspection) {
  const std::vector<RecordSummary>& records = inspection.records;
  Texts texts;
  Rows<std::vector<std::int64_t>> shapes;
  Rows<std::pair<std::size_t, int>> places;
  const std::string none;
  const std::size_t no_text = texts.number_of(none);

  json.key("records").open('{');
  std::int64_t next = 0;
  sparse_column(json, "left_out_before", records, std::int64_t{0},
                [&](const RecordSummary& record) { return record.number - std::exchange(next, record.number + 1); });
  json.column("operation", records, [&](const auto& record) { return texts.number_of(record.operation); });
  sparse_column(json, "options", records, no_text, [&](const auto& record) { return texts.number_of(record.options); });
  sparse_column(json, "name", records, no_text, [&](const auto& record) { return texts.number_of(record.name); });
  json.column("shape", records, [&](const auto& record) { return shapes.number_of(extents_of(record.shape)); });
  const int usual_bytes = records.empty() ? 4 : static_cast<int>(size_of(records.front().dtype));
  sparse_column(json, "bytes", records, usual_bytes, [](const auto& record) { return size_of(record.dtype); });
  inputs(json, inspection, texts, no_text);
  std::vector<std::string> files;
  files.reserve(records.size());
  for (const RecordSummary& record : records) {
    files.push_back(file_name(record.where));
  }
  std::size_t at = 0;
  json.column("place", records, [&](const auto& record) {
    return places.number_of({texts.number_of(files[at++]), record.where.line});
  });
  value_and_gradient(json, records);
  units(json, records);
  json.close('}');

  json.array("texts", texts.texts(), [&](std::string_view text) { json.text(text); });
  json.array("shapes", shapes.rows(), [&](const auto& extents) { json.values(extents); });
  json.array("places", places.rows(), [&](const auto& place) {
    json.open('[');
    json.value(place.first);
    json.value(place.second);
    json.close(']');
  });

  json.key("parameters").open('{');
  json.array("name", inspection.parameters, [&](const auto& parameter) { json.text(parameter.name); });
  json.array("shape", inspection.parameters, [&](const auto& parameter) { json.values(parameter.shape.extents()); });
  value_and_gradient(json, inspection.parameters);
  json.close('}');
}

}  // namespace ranktape::detail
