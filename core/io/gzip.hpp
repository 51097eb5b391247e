#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ranktape::detail {

inline bool is_gzip(std::string_view bytes) { return bytes.substr(0, 2) == "\x1f\x8b"; }

/// All members of a gzip file. Throws FormatError, with the text beginning with `source`.
std::string unpack_gzip(std::string_view packed, std::string_view source, std::size_t max_bytes);

}  // namespace ranktape::detail
