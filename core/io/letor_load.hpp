#pragma once

#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/letor_rows.hpp>

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace ranktape::detail {

/// What read_letor does with an open text: `beside` is where sidecar files may lie, or empty. The text is cut into
/// blocks of about `block_bytes`, on which nothing depends but the time.
Dataset load_letor(ByteStream& stream, std::string_view source, const LetorOptions& options,
                   const std::filesystem::path& beside, SourceLocation where,
                   std::size_t block_bytes = letor_block_bytes);

/// The weights of a `.weight` file, by their count of documents or of queries.
void attach_weights(Dataset& dataset, const std::filesystem::path& path);

}  // namespace ranktape::detail
