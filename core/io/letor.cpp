#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/dataset_load.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/letor_block.hpp>

#include <utility>

namespace ranktape {
namespace detail {

Dataset load_letor(ByteStream& stream, std::string_view source, const LetorOptions& options,
                   const std::filesystem::path& beside, SourceLocation where, std::size_t block_bytes) {
  check_options(options, where);
  const auto parse = [&options](std::string_view text, RowBlock& block) { parse_letor_block(text, options, block); };
  DatasetRows rows = read_rows(stream, source, options, parse, 0, block_bytes);
  if (rows.line_count == 0) {
    fail_in_file(source, "the file is empty");
  }
  if (rows.count() == 0) {
    fail_in_file(source, "no document in {} lines; a row reads LABEL [qid:ID] INDEX:VALUE ...", rows.line_count);
  }
  return make_dataset(std::move(rows), source, options, beside);
}

}  // namespace detail

Dataset read_letor(const std::filesystem::path& path, const LetorOptions& options, SourceLocation where) {
  const std::filesystem::path beside = path == detail::standard_input ? "" : path;
  return detail::load_letor(*detail::open_unpacked(path), detail::name_of_source(path), options, beside, where);
}

Dataset parse_letor(std::string_view text, std::string_view source, const LetorOptions& options, SourceLocation where) {
  return detail::load_letor(*detail::open_memory(text), source, options, "", where);
}

}  // namespace ranktape
