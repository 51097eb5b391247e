#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/dataset_load.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/table.hpp>
#include <ranktape/core/io/table_block.hpp>
#include <ranktape/core/io/table_header.hpp>
#include <ranktape/core/io/table_load.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace ranktape {
namespace detail {
namespace {

/// A text that begins with what was read of it in advance.
class ContinuedStream : public ByteStream {
 public:
  ContinuedStream(std::string begun, ByteStream& rest) : begun_(std::move(begun)), rest_(rest) {}

  std::size_t read(char* to, std::size_t room) override {
    if (given_ == begun_.size()) {
      return rest_.read(to, room);
    }
    const std::size_t count = begun_.copy(to, room, given_);
    given_ += count;
    return count;
  }

 private:
  std::string begun_;
  std::size_t given_ = 0;
  ByteStream& rest_;
};

/// Reads on until the first line is there; returns its length with its end.
std::size_t read_first_line(ByteStream& stream, std::string& text) {
  constexpr std::size_t step = 1 << 12;
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = text.find('\n', searched);
    if (end != std::string::npos) {
      return end + 1;
    }
    searched = text.size();
    text.resize(searched + step);
    const std::size_t count = stream.read(text.data() + searched, step);
    text.resize(searched + count);
    if (count == 0) {
      return text.size();
    }
  }
}

char separator_of(const TableColumns& columns, std::filesystem::path path) {
  if (columns.separator != '\0') {
    return columns.separator;
  }
  if (path.extension() == ".gz") {
    path.replace_extension();
  }
  return path.extension() == ".tsv" || path.extension() == ".tab" ? '\t' : ',';
}

}  // namespace

Dataset load_table(ByteStream& stream, std::string_view source, const TableColumns& columns, LetorOptions options,
                   const std::filesystem::path& beside, SourceLocation where, std::size_t block_bytes) {
  options.index_base = 1;
  options.extra_features = ExtraFeatures::error;
  check_options(options, where);
  std::string text;
  std::size_t line_bytes = read_first_line(stream, text);
  if (text.starts_with("\xef\xbb\xbf")) {  // a byte order mark
    text.erase(0, 3);
    line_bytes -= 3;
  }
  if (text.empty()) {
    fail_in_file(source, "the file is empty");
  }
  std::string_view line = std::string_view(text).substr(0, line_bytes);
  line = line.substr(0, line.find_last_not_of("\r\n") + 1);
  const TableLayout layout = find_columns(line, columns, separator_of(columns, std::filesystem::path(source)), source);
  options.features =
      static_cast<std::int64_t>(std::ranges::count(layout.columns, ColumnKind::feature, &TableColumn::kind));
  if (columns.header) {
    text.erase(0, line_bytes);
  }
  ContinuedStream rest(std::move(text), stream);
  const auto parse = [&](std::string_view lines, RowBlock& block) { parse_table_block(lines, layout, options, block); };
  DatasetRows rows = read_rows(rest, source, options, parse, columns.header ? 1 : 0, block_bytes);
  if (rows.count() == 0) {
    fail_in_file(source, "no document in {} lines; the first one names the columns", rows.line_count);
  }
  Dataset dataset = make_dataset(std::move(rows), source, options, beside);
  dataset.feature_names = layout.feature_names;
  return dataset;
}

}  // namespace detail

Dataset read_table(const std::filesystem::path& path, const TableColumns& columns, const LetorOptions& options,
                   SourceLocation where) {
  const std::filesystem::path beside = path == detail::standard_input ? "" : path;
  return detail::load_table(*detail::open_unpacked(path), detail::name_of_source(path), columns, options, beside,
                            where);
}

Dataset parse_table(std::string_view text, std::string_view source, const TableColumns& columns,
                    const LetorOptions& options, SourceLocation where) {
  return detail::load_table(*detail::open_memory(text), source, columns, options, "", where);
}

}  // namespace ranktape
