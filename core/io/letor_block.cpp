#include <ranktape/core/io/bad_line.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/letor_block.hpp>
#include <ranktape/core/io/letor_token.hpp>
#include <ranktape/core/io/number.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

namespace ranktape::detail {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
const char* skip_blanks(const char* at, const char* end) { return std::find_if_not(at, end, is_blank); }
const char* find_blank(const char* at, const char* end) { return std::find_if(at, end, is_blank); }

const char* find(const char* begin, const char* end, char wanted) {
  const void* found = begin == end ? nullptr : std::memchr(begin, wanted, static_cast<std::size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

class BlockParser {
 public:
  BlockParser(std::string_view text, const LetorOptions& options, RowBlock& block)
      : text_(text), options_(options), block_(block) {}

  void parse() {
    block_.begin(text_.size() / 4 + 1);  // the shortest entry is "1:2" and a blank
    parse_lines(text_, options_.max_errors, block_,
                [this](std::string_view line) { parse_line(line.data(), line.data() + line.size()); });
  }

 private:
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
    DocumentRow row = {.label = parse_label({at, label_end}), .line = block_.lines};
    at = parse_query(skip_blanks(label_end, end), end);
    parse_entries(at, end, row);
    if (comment != line_end) {
      parse_comment({comment + 1, line_end});
    }
    block_.append(row);
  }

  [[nodiscard]] float parse_label(std::string_view token) const {
    if (token.find(':') != std::string_view::npos) {
      refuse_line("the label is missing: the line begins with {}; a row reads LABEL [qid:ID] INDEX:VALUE ...",
                  quote(token));
    }
    float label = 0;
    const NumberStatus status = parse_float(token.data(), token.data() + token.size(), label);
    if (status == NumberStatus::not_a_number_text) {
      refuse_line("label {} is not a number", quote(token));
    }
    if (status == NumberStatus::too_large || !std::isfinite(label)) {
      refuse_line("label {} is not a finite float32 number", quote(token));
    }
    if (label < 0 && !options_.allow_negative_labels) {
      refuse_line("label {} is negative; relevance begins at 0 (allow_negative_labels takes any number)", token);
    }
    return label;
  }

  const char* parse_query(const char* at, const char* end) {
    constexpr std::string_view prefix = "qid:";
    const bool has_query = std::string_view(at, end).starts_with(prefix);
    const char* const token_end = has_query ? find_blank(at, end) : at;
    const std::string_view id = has_query ? std::string_view(at + prefix.size(), token_end) : std::string_view();
    if (has_query && id.empty()) {
      refuse_line("token 2 'qid:' has no id behind the colon");
    }
    if (has_query && !options_.query_file.empty()) {
      refuse_line("has a qid, and a query file {} was given too; leave out one of them", options_.query_file.string());
    }
    block_.enter_query(id, has_query);
    return skip_blanks(token_end, end);
  }

  void parse_entries(const char* at, const char* end, DocumentRow& row) {
    float* const values = block_.next_values();
    std::uint32_t* const indices = block_.next_indices();
    std::uint32_t count = 0;
    std::int64_t previous = -1;
    bool rising = true;
    while (at != end) {
      const char* const token = at;
      std::uint64_t index = 0;
      for (unsigned digit = 0; at != end && (digit = static_cast<unsigned char>(*at) - unsigned{'0'}) <= 9; ++at) {
        if (index <= largest_allowed_index) {  // else enough is known
          index = index * 10 + digit;
        }
      }
      if (at == token || at == end || *at != ':' || index > largest_allowed_index) {
        refuse_token(token, end);
      }
      at = parse_value(at + 1, token, end, values[count]);
      indices[count++] = static_cast<std::uint32_t>(index);
      rising = rising && static_cast<std::int64_t>(index) > previous;
      previous = static_cast<std::int64_t>(index);
      at = skip_blanks(at, end);
    }
    if (!rising) {
      sort_row({indices, count}, {values, count});
    }
    row.entries = count;
    if (count != 0 && indices[0] == 0 && options_.index_base == 1) {
      refuse_line("index 0, but indices begin with 1 (index_base)");
    }
  }

  const char* parse_value(const char* at, const char* token, const char* end, float& value) const {
    const char* const plain_end = read_plain_float(at, end, value);
    if (plain_end != nullptr && (plain_end == end || is_blank(*plain_end))) {
      return plain_end;
    }
    const char* const token_end = find_blank(at, end);
    value = 0;
    const NumberStatus status = parse_any_float(at, token_end, value);
    if ((status != NumberStatus::good || !std::isfinite(value)) && !(options_.allow_nan && std::isnan(value))) {
      refuse_token(token, end);
    }
    return token_end;
  }

  [[noreturn]] void refuse_token(const char* token, const char* end) const {
    throw BadLine{describe_token_fault({token, find_blank(token, end)}, row_text_)};
  }

  static void sort_row(std::span<std::uint32_t> indices, std::span<float> values) {
    std::vector<std::pair<std::uint32_t, float>> entries;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      entries.emplace_back(indices[i], values[i]);
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < indices.size(); ++i) {
      indices[i] = entries[i].first;
      values[i] = entries[i].second;
    }
    const auto twice = std::adjacent_find(indices.begin(), indices.end());
    if (twice != indices.end()) {
      refuse_line("feature {} given twice", *twice);
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
      const char* const id_end = find_blank(comment.data(), comment.data() + comment.size());
      block_.document_ids.push_back({static_cast<std::uint32_t>(block_.rows.size()), {comment.data(), id_end}});
    }
  }

  std::string_view text_;
  const LetorOptions& options_;
  RowBlock& block_;
  std::string_view row_text_;  // the current row without its comment
};

}  // namespace

void parse_letor_block(std::string_view text, const LetorOptions& options, RowBlock& block) {
  BlockParser(text, options, block).parse();
}

}  // namespace ranktape::detail
