#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>

namespace ranktape::detail {

/// Continues a CRC-32 over more bytes; begins with 0.
inline std::uint32_t extend_checksum(std::uint32_t checksum, std::string_view bytes) {
  if (bytes.empty()) {
    return checksum;  // zlib begins anew where the pointer is null
  }
  return static_cast<std::uint32_t>(crc32_z(checksum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace ranktape::detail
