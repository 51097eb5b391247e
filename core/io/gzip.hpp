#pragma once

#include <ranktape/core/io/byte_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ranktape::detail {

inline bool is_gzip(std::string_view bytes) { return bytes.substr(0, 2) == "\x1f\x8b"; }

/// All members of a gzip file, unpacked as they are read. Reading throws FormatError, with the text beginning with
/// `source`, where the data are damaged, cut off, or unpack to more than `max_bytes`.
std::unique_ptr<ByteStream> unpack_gzip(std::unique_ptr<ByteStream> packed, std::string source, std::size_t max_bytes);

}  // namespace ranktape::detail
