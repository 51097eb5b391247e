#pragma once

#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/dataset_rows.hpp>
#include <ranktape/core/io/letor.hpp>

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace ranktape::detail {

/// What read_letor does with an open text: `beside` is where sidecar files may lie, or empty. The text is cut into
/// blocks of about `block_bytes`, on which nothing depends but the time.
Dataset load_letor(ByteStream& stream, std::string_view source, const LetorOptions& options,
                   const std::filesystem::path& beside, SourceLocation where,
                   std::size_t block_bytes = text_block_bytes);

/// Throws NumericError for options out of range.
void check_options(const LetorOptions& options, SourceLocation where);

/// The data set that rows are, with what sidecar files say.
Dataset make_dataset(DatasetRows rows, std::string_view source, const LetorOptions& options,
                     const std::filesystem::path& beside);

}  // namespace ranktape::detail
