#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/letor_rows.hpp>
#include <ranktape/core/io/letor_token.hpp>
#include <ranktape/core/io/number.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace ranktape::detail {
namespace {

constexpr std::size_t block_entries = std::size_t{1} << 20;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
const char* skip_blanks(const char* at, const char* end) { return std::find_if_not(at, end, is_blank); }
const char* find_blank(const char* at, const char* end) { return std::find_if(at, end, is_blank); }

const char* find(const char* begin, const char* end, char wanted) {
  const void* found = begin == end ? nullptr : std::memchr(begin, wanted, static_cast<std::size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view source, const LetorOptions& options)
      : text_(text), source_(source), options_(options) {}

  LetorRows parse() {
    check_encoding();
    const char* const end = text_.data() + text_.size();
    for (const char* at = text_.data(); at != end;) {
      const char* const line_end = find(at, end, '\n');
      ++line_;
      parse_line(at, line_end);
      at = line_end == end ? end : line_end + 1;
    }
    if (rows_.labels.empty()) {
      fail_in_file(source_, "no document in {} lines; a row reads LABEL [qid:ID] INDEX:VALUE ...", line_);
    }
    if (!rows_.document_ids.empty()) {
      rows_.document_ids.resize(rows_.labels.size());
    }
    return std::move(rows_);
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    fail_at_line(source_, line_, format, std::forward<Arguments>(arguments)...);
  }

  void check_encoding() {
    if (text_.starts_with("\xef\xbb\xbf")) {  // the byte order mark with which some editors begin UTF-8
      text_.remove_prefix(3);
    }
    if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff")) {
      fail_in_file(source_, "the text is UTF-16; save it as UTF-8");
    }
    if (text_.starts_with("\x28\xb5\x2f\xfd")) {
      fail_in_file(source_, "the file is packed by zstd; unpack it with zstd -d, or pack it with gzip");
    }
  }

  void parse_line(const char* at, const char* end) {
    while (end != at && (end[-1] == '\r' || is_blank(end[-1]))) {
      --end;
    }
    const char* const line_end = end;
    end = find(at, end, '#');
    const char* const comment = end;
    while (end != at && is_blank(end[-1])) {
      --end;
    }
    at = skip_blanks(at, end);
    if (at == end) {
      return;
    }
    row_text_ = {at, end};
    const char* const label_end = find_blank(at, end);
    rows_.labels.push_back(parse_label({at, label_end}));
    rows_.lines.push_back(line_);
    at = parse_query(skip_blanks(label_end, end), end);
    parse_entries(at, end);
    if (comment != line_end) {
      parse_comment({comment + 1, line_end});
    }
  }

  [[nodiscard]] float parse_label(std::string_view token) const {
    if (token.find(':') != std::string_view::npos) {
      fail("the label is missing: the line begins with {}; a row reads LABEL [qid:ID] INDEX:VALUE ...", quote(token));
    }
    float label = 0;
    const NumberStatus status = parse_float(token.data(), token.data() + token.size(), label);
    if (status == NumberStatus::not_a_number_text) {
      fail("label {} is not a number", quote(token));
    }
    if (status == NumberStatus::too_large || !std::isfinite(label)) {
      fail("label {} is not a finite float32 number", quote(token));
    }
    if (label < 0 && !options_.allow_negative_labels) {
      fail("label {} is negative; relevance begins at 0 (allow_negative_labels takes any number)", token);
    }
    return label;
  }

  const char* parse_query(const char* at, const char* end) {
    constexpr std::string_view prefix = "qid:";
    const bool has_query = std::string_view(at, end).starts_with(prefix);
    const std::size_t row = rows_.labels.size() - 1;
    if (row > 0 && has_query == rows_.queries.empty()) {
      fail("{}, but line {} has {}; give one to every row or to none", has_query ? "has a qid" : "has no qid",
           rows_.lines.front(), has_query ? "none" : "one");
    }
    if (!has_query) {
      return at;
    }
    const char* const token_end = find_blank(at, end);
    const std::string_view id(at + prefix.size(), token_end);
    if (id.empty()) {
      fail("token 2 'qid:' has no id behind the colon");
    }
    if (!options_.query_file.empty()) {
      fail("has a qid, and a query file {} was given too; leave out one of them", options_.query_file.string());
    }
    if (row == 0 || id != last_id_) {
      begin_query(id);
    }
    rows_.queries.push_back(current_query_);
    return skip_blanks(token_end, end);
  }

  void begin_query(std::string_view id) {
    const auto [place, is_new] = query_of_id_.try_emplace(id, static_cast<std::int64_t>(rows_.query_ids.size()));
    current_query_ = place->second;
    last_id_ = id;
    if (is_new) {
      rows_.query_ids.emplace_back(id);
      return;
    }
    rows_.scattered = true;
    if (options_.scattered_queries == ScatteredQueries::error) {
      const auto last = std::find(rows_.queries.rbegin(), rows_.queries.rend(), current_query_);
      fail(
          "qid {} comes back after another (its rows ended in line {}); sort the file by qid, or read it with "
          "ScatteredQueries::merge",
          quote(id), rows_.lines[static_cast<std::size_t>(rows_.queries.rend() - last) - 1]);
    }
  }

  void parse_entries(const char* at, const char* end) {
    std::vector<LetorEntry>& block = block_for_next_row(end);
    const std::size_t first = block.size();
    std::int64_t previous = -1;
    bool rising = true;
    while (at != end) {
      const char* const token = at;
      std::uint64_t index = 0;
      for (; at != end && *at >= '0' && *at <= '9'; ++at) {
        if (index <= largest_allowed_index) {  // else enough is known
          index = index * 10 + static_cast<unsigned>(*at - '0');
        }
      }
      const bool has_index = at != token && at != end && *at == ':';
      const char* const token_end = find_blank(at, end);
      float value = 0;
      if (!has_index || index > largest_allowed_index || parse_float(at + 1, token_end, value) != NumberStatus::good ||
          !std::isfinite(value)) {
        if (!options_.allow_nan || !std::isnan(value)) {
          refuse_token({token, token_end}, row_text_, source_, line_);
        }
      }
      rising = rising && static_cast<std::int64_t>(index) > previous;
      previous = static_cast<std::int64_t>(index);
      block.push_back({static_cast<std::uint32_t>(index), value});
      at = skip_blanks(token_end, end);
    }
    const auto row = std::span(block).subspan(first);
    if (!rising) {
      sort_row(row);
    }
    rows_.entry_counts.push_back(static_cast<std::uint32_t>(row.size()));
    rows_.entries += static_cast<std::int64_t>(row.size());
    if (!row.empty()) {
      note_bounds(row.front().index, row.back().index);
    }
  }

  std::vector<LetorEntry>& block_for_next_row(const char* at) {
    if (rows_.blocks.empty() || rows_.blocks.back().size() >= block_entries) {
      // An entry takes four bytes of text, so a small file gets a small block. The extra is for the last row.
      const auto left = static_cast<std::size_t>(text_.data() + text_.size() - at) + row_text_.size();
      rows_.blocks.emplace_back().reserve(std::min(block_entries + block_entries / 64, left / 4 + 1));
    }
    return rows_.blocks.back();
  }

  void sort_row(std::span<LetorEntry> row) const {
    std::sort(row.begin(), row.end(), [](LetorEntry a, LetorEntry b) { return a.index < b.index; });
    const auto twice =
        std::adjacent_find(row.begin(), row.end(), [](LetorEntry a, LetorEntry b) { return a.index == b.index; });
    if (twice != row.end()) {
      fail("feature {} given twice", twice->index);
    }
  }

  void note_bounds(std::uint32_t smallest, std::uint32_t largest) {
    if (smallest == 0) {
      rows_.has_index_zero = true;
      if (options_.index_base == 1) {
        fail("index 0, but indices begin with 1 (index_base)");
      }
    }
    if (largest > rows_.largest_index) {
      rows_.largest_index = largest;
      rows_.largest_index_line = line_;
    }
  }

  // "docid = GX015-44 inc = 1" names the document; any other comment is skipped.
  void parse_comment(std::string_view comment) {
    const auto skip = [&comment](std::string_view wanted) {
      const auto blanks =
          static_cast<std::size_t>(skip_blanks(comment.data(), comment.data() + comment.size()) - comment.data());
      comment.remove_prefix(blanks);
      const bool found = comment.starts_with(wanted);
      comment.remove_prefix(found ? wanted.size() : 0);
      return found;
    };
    if (skip("docid") && skip("=") && skip("") && !comment.empty()) {
      rows_.document_ids.resize(rows_.labels.size() - 1);
      rows_.document_ids.emplace_back(comment.data(), find_blank(comment.data(), comment.data() + comment.size()));
    }
  }

  std::string_view text_;
  std::string_view source_;
  const LetorOptions& options_;
  LetorRows rows_;
  std::int64_t line_ = 0;
  std::string_view row_text_;  // the current row without its comment
  std::unordered_map<std::string_view, std::int64_t> query_of_id_;
  std::string_view last_id_;
  std::int64_t current_query_ = 0;
};

}  // namespace

LetorRows parse_letor_rows(std::string_view text, std::string_view source, const LetorOptions& options) {
  if (text.empty()) {
    fail_in_file(source, "the file is empty");
  }
  return Parser(text, source, options).parse();
}

}  // namespace ranktape::detail
