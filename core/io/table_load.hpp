#pragma once

#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/dataset_rows.hpp>
#include <ranktape/core/io/table.hpp>

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace ranktape::detail {

/// What read_table does with an open text: see load_letor.
Dataset load_table(ByteStream& stream, std::string_view source, const TableColumns& columns, LetorOptions options,
                   const std::filesystem::path& beside, SourceLocation where,
                   std::size_t block_bytes = text_block_bytes);

}  // namespace ranktape::detail
