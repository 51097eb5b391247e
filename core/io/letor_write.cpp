#include <ranktape/core/error.hpp>
#include <ranktape/core/io/atomic_file.hpp>
#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/parallel.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape {
namespace detail {
namespace {

template <class Number>
void append_number(std::string& text, Number number) {
  std::array<char, 32> digits = {};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(status);  // the longest float takes 15 characters
  text.append(digits.data(), end);
}

class RowFormatter {
 public:
  explicit RowFormatter(const Dataset& dataset)
      : dataset_(dataset), labels_(dataset.labels.values<float>()), width_(dataset.feature_count()) {
    if (!dataset.sparse_features) {
      table_ = dataset.features.values<float>();
    }
  }

  void append(std::string& text, std::int64_t query, std::int64_t document) const {
    const auto row = static_cast<std::size_t>(document);
    append_number(text, labels_[row]);
    text += " qid:";
    if (dataset_.query_ids.empty()) {
      append_number(text, query + 1);
    } else {
      text += dataset_.query_ids[static_cast<std::size_t>(query)];
    }
    append_features(text, document);
    if (!dataset_.document_ids.empty() && !dataset_.document_ids[row].empty()) {
      text += " #docid = " + dataset_.document_ids[row];
    }
    text += '\n';
  }

 private:
  void append_features(std::string& text, std::int64_t document) const {
    if (!dataset_.sparse_features) {
      for (std::int64_t i = 0; i < width_; ++i) {
        append_entry(text, i, table_[static_cast<std::size_t>(document * width_ + i)]);
      }
      return;
    }
    const SparseMatrix& matrix = *dataset_.sparse_features;
    const auto offset = [&](std::int64_t row) { return matrix.offsets()[static_cast<std::size_t>(row)]; };
    for (auto entry = offset(document); entry < offset(document + 1); ++entry) {
      append_entry(text, matrix.indices()[static_cast<std::size_t>(entry)],
                   matrix.values()[static_cast<std::size_t>(entry)]);
    }
  }

  void append_entry(std::string& text, std::int64_t column, float value) const {
    text += ' ';
    append_number(text, column + dataset_.index_base);
    text += ':';
    if (std::isnan(value)) {
      text += "nan";
    } else {
      append_number(text, value);
    }
  }

  const Dataset& dataset_;
  std::span<const float> labels_;
  std::span<const float> table_;
  std::int64_t width_;
};

/// Queries are formatted by all threads, some at a time, and written in their order.
void format_rows(const Dataset& dataset, const std::function<void(std::string_view)>& write) {
  constexpr std::int64_t queries_at_once = 64;
  constexpr double nanoseconds_per_value = 30;
  const RowFormatter formatter(dataset);
  std::vector<std::string> texts(queries_at_once);
  for (std::int64_t first = 0; first < dataset.query_count(); first += queries_at_once) {
    const std::int64_t count = std::min(queries_at_once, dataset.query_count() - first);
    const std::int64_t documents = dataset.groups.begin(first + count) - dataset.groups.begin(first);
    const auto values = static_cast<double>(documents) * static_cast<double>(dataset.feature_count());
    parallel_chunks(count, values * nanoseconds_per_value, [&](std::int64_t chunk) {
      const std::int64_t query = first + chunk;
      std::string& text = texts[static_cast<std::size_t>(chunk)];
      text.clear();
      for (std::int64_t i = 0; i < dataset.groups.size(query); ++i) {
        formatter.append(text, query, dataset.groups.begin(query) + i);
      }
    });
    for (std::int64_t chunk = 0; chunk < count; ++chunk) {
      write(texts[static_cast<std::size_t>(chunk)]);
    }
  }
}

}  // namespace
}  // namespace detail

void write_letor(const std::filesystem::path& path, const Dataset& dataset) {
  if (path == detail::standard_input) {
    detail::format_rows(dataset, [](std::string_view text) {
      if (!detail::write_all(STDOUT_FILENO, text)) {
        detail::fail_with_errno("(standard output)", "cannot be written");
      }
    });
    return;
  }
  detail::AtomicFile file(path);
  detail::format_rows(dataset, [&file](std::string_view text) { file.write(text); });
  file.commit();
}

std::string format_letor(const Dataset& dataset) {
  std::string text;
  detail::format_rows(dataset, [&text](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace ranktape
