#pragma once

#include <ranktape/core/dtype.hpp>
#include <ranktape/core/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Internal: the JSON header of a safetensors file, written and read.
//
//   8 bytes   length of the header, little endian
//   header    {"__metadata__":{"key":"text"},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}, ...}
//   data      the elements, little endian, one tensor after the other without a gap
namespace ranktape::detail {

inline constexpr std::size_t length_bytes = 8;
inline constexpr std::size_t max_header_bytes = std::size_t{1} << 20;
inline constexpr std::size_t max_tensors = 4096;
inline constexpr std::size_t max_name_bytes = 256;
inline constexpr std::string_view metadata_name = "__metadata__";
inline constexpr std::string_view checksum_key = "ranktape.crc32";

struct TensorEntry {
  std::string name;
  DType dtype = DType::float32;
  Shape shape;
  std::uint64_t begin = 0;  ///< of its bytes, from the end of the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  ///< by rising `begin`
  std::map<std::string, std::string> metadata;
};

/// Reads the JSON and checks that the tensors tile `data_bytes` bytes. Throws FormatError.
SafetensorsHeader parse_header(std::string_view json, std::uint64_t data_bytes, std::string_view source);

/// The JSON, padded with blanks to a multiple of 8. Throws FormatError for text that is not UTF-8.
std::string format_header(const SafetensorsHeader& header, std::string_view source);

/// The order in which tensors are written: wide elements first, so that all are aligned; then by name.
void sort_and_place(std::span<TensorEntry> tensors);

}  // namespace ranktape::detail
