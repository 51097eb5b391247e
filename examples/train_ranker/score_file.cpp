#include "score_file.hpp"

#include "input_output.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace train_ranker {

using namespace ranktape;

namespace {

/// The document that stood in each row of the data file.
std::vector<std::size_t> documents_by_row(const Dataset& data) {
  std::vector<std::size_t> documents(static_cast<std::size_t>(data.document_count()));
  std::iota(documents.begin(), documents.end(), std::size_t{0});
  for (std::size_t document = 0; document < data.file_rows.size(); ++document) {
    documents[static_cast<std::size_t>(data.file_rows[document])] = document;
  }
  return documents;
}

/// The query of each document.
std::vector<std::int64_t> queries_by_document(const Dataset& data) {
  std::vector<std::int64_t> queries;
  for (std::int64_t query = 0; query < data.query_count(); ++query) {
    queries.insert(queries.end(), static_cast<std::size_t>(data.groups.size(query)), query);
  }
  return queries;
}

std::string format_run(std::span<const float> scores, const Dataset& data, const std::string& run_name) {
  std::string text;
  std::vector<std::int64_t> order;
  for (std::int64_t query = 0; query < data.query_count(); ++query) {
    order.resize(static_cast<std::size_t>(data.groups.size(query)));
    std::iota(order.begin(), order.end(), data.groups.begin(query));
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
    for (std::size_t place = 0; place < order.size(); ++place) {
      text += fmt::format("{} Q0 {} {} {} {}\n", query_name(data, query), document_name(data, query, order[place]),
                          place + 1, scores[static_cast<std::size_t>(order[place])], run_name);
    }
  }
  return text;
}

/// A line of a score file, in words.
struct Line {
  std::int64_t number = 0;
  std::vector<std::string_view> words;
};

std::vector<Line> split(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<Line> lines;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    Line line{number, {}};
    while (true) {
      rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
      if (rest.empty()) {
        break;
      }
      line.words.push_back(rest.substr(0, rest.find_first_of(blanks)));
      rest.remove_prefix(line.words.back().size());
    }
    if (!line.words.empty()) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

/// Puts the lines of a score file where they belong.
class ScoreReader {
 public:
  ScoreReader(std::string source, const Dataset& data)
      : source_(std::move(source)), data_(data), scores_(static_cast<std::size_t>(data.document_count())) {}

  std::vector<double> read(const std::vector<Line>& lines) {
    const std::size_t columns = lines.empty() ? 1 : lines.front().words.size();
    if (columns != 1 && columns != 3 && columns != 6) {
      refuse(lines.front(),
             fmt::format("{} columns; a file of scores has one a line, QUERY DOCUMENT SCORE, or QUERY Q0 DOCUMENT RANK "
                         "SCORE NAME",
                         columns));
    }
    for (const Line& line : lines) {
      if (line.words.size() != columns) {
        refuse(line, fmt::format("{} columns, but line {} has {}", line.words.size(), lines.front().number, columns));
      }
    }
    columns == 1 ? read_in_order(lines) : read_by_name(lines, columns == 3 ? 1 : 2, columns == 3 ? 2 : 4);
    return std::move(scores_);
  }

 private:
  [[noreturn]] void refuse(const Line& line, const std::string& message) const {
    throw FormatError(fmt::format("{}:{}: {}", source_, line.number, message));
  }

  [[nodiscard]] double score(const Line& line, std::string_view word) const {
    double value = 0;
    const std::string_view digits = word.substr(word.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
      refuse(line, fmt::format("score '{}' is not a finite number", word));
    }
    return value;
  }

  void read_in_order(const std::vector<Line>& lines) {
    if (lines.size() != scores_.size()) {
      throw FormatError(fmt::format("{}: {} scores, but {} has {} documents", source_, lines.size(),
                                    shown_name(data_.source), scores_.size()));
    }
    const std::vector<std::size_t> documents = documents_by_row(data_);
    for (std::size_t row = 0; row < lines.size(); ++row) {
      scores_[documents[row]] = score(lines[row], lines[row].words.front());
    }
  }

  void read_by_name(const std::vector<Line>& lines, std::size_t document_column, std::size_t score_column) {
    const std::unordered_map<std::string, std::size_t> documents = documents_by_name();
    std::vector<std::int64_t> given_in(scores_.size());  // the line of each document's score
    for (const Line& line : lines) {
      const std::string_view query = line.words.front();
      const std::string_view document = line.words[document_column];
      const auto found = documents.find(key(query, document));
      if (found == documents.end()) {
        refuse(line, fmt::format("{} has no document '{}' of query '{}'", data_.source, document, query));
      }
      std::int64_t& given = given_in[found->second];
      if (given != 0) {
        refuse(line, fmt::format("document '{}' of query '{}' has its score in line {}", document, query, given));
      }
      given = line.number;
      scores_[found->second] = score(line, line.words[score_column]);
    }
    check_complete(given_in);
  }

  void check_complete(const std::vector<std::int64_t>& given_in) const {
    const auto missing = std::find(given_in.begin(), given_in.end(), 0);
    if (missing == given_in.end()) {
      return;
    }
    const auto document = static_cast<std::size_t>(missing - given_in.begin());
    const std::int64_t query = queries_by_document(data_)[document];
    throw FormatError(fmt::format("{}: no score for document '{}' of query '{}' of {}; {} of {} documents have none",
                                  source_, document_name(data_, query, static_cast<std::int64_t>(document)),
                                  query_name(data_, query), data_.source, std::count(missing, given_in.end(), 0),
                                  given_in.size()));
  }

  static std::string key(std::string_view query, std::string_view document) {
    return fmt::format("{}\t{}", query, document);
  }

  [[nodiscard]] std::unordered_map<std::string, std::size_t> documents_by_name() const {
    std::unordered_map<std::string, std::size_t> documents(scores_.size());
    const std::vector<std::int64_t> queries = queries_by_document(data_);
    for (std::size_t document = 0; document < queries.size(); ++document) {
      const std::string query = query_name(data_, queries[document]);
      const std::string name = document_name(data_, queries[document], static_cast<std::int64_t>(document));
      if (!documents.emplace(key(query, name), document).second) {
        throw FormatError(
            fmt::format("{}: query '{}' has two documents '{}', so {} cannot be matched by name; give one score a line",
                        data_.source, query, name, source_));
      }
    }
    return documents;
  }

  std::string source_;
  const Dataset& data_;
  std::vector<double> scores_;
};

}  // namespace

std::string query_name(const Dataset& data, std::int64_t query) {
  return data.query_ids.empty() ? std::to_string(query + 1) : data.query_ids[static_cast<std::size_t>(query)];
}

std::string document_name(const Dataset& data, std::int64_t query, std::int64_t document) {
  const auto index = static_cast<std::size_t>(document);
  const bool named = !data.document_ids.empty() && !data.document_ids[index].empty();
  return named ? data.document_ids[index] : std::to_string(document - data.groups.begin(query));
}

std::string format_scores(std::span<const float> scores, const Dataset& data, ScoreFormat format,
                          const std::string& run_name) {
  if (format == ScoreFormat::trec) {
    return format_run(scores, data, run_name);
  }
  const std::vector<std::int64_t> queries = queries_by_document(data);
  std::string text;
  for (const std::size_t document : documents_by_row(data)) {
    if (format == ScoreFormat::tsv) {
      text += fmt::format("{}\t{}\t", query_name(data, queries[document]),
                          document_name(data, queries[document], static_cast<std::int64_t>(document)));
    }
    text += fmt::format("{}\n", scores[document]);
  }
  return text;
}

std::vector<double> read_scores(const std::string& file, const Dataset& data) {
  const std::string text = read_text(file);
  return ScoreReader(shown_name(file), data).read(split(text));
}

}  // namespace train_ranker
