#pragma once

#include <ranktape/core/error.hpp>
#include <ranktape/core/tensor.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// What a safetensors file holds: named tensors (float32 and float64) and texts.
struct SafetensorsFile {
  std::vector<NamedTensor> tensors = {};
  std::map<std::string, std::string> metadata = {};
  std::string source = {};    ///< where it was read from, for messages
  bool has_checksum = false;  ///< whether the file had a checksum of ours; it was then verified

  /// The tensor, or text, of this name. Throws FormatError with the names that there are.
  [[nodiscard]] const Tensor& at(std::string_view name) const;
  [[nodiscard]] const std::string& text_at(std::string_view key) const;
};

/// Writes the file in one step (see write_file_atomically), the same bytes for the same content: float64 before
/// float32, by name. A checksum over all content goes into the metadata as `ranktape.crc32`; other readers see a text.
/// Throws FormatError for what load_safetensors would refuse (a name twice, say), Error if the file cannot be written.
void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

/// Reads a file that anybody may have made: every size is checked against the bytes that are there before anything is
/// allocated, and what is not as the format says throws FormatError. The header takes at most 1 MiB and 4096 tensors of
/// at most four dimensions with names of at most 256 bytes; bytes that belong to no tensor, or to two, are refused.
/// Tensors come in the order of their bytes, as constants. Throws Error if the file cannot be read.
SafetensorsFile load_safetensors(const std::filesystem::path& path);

/// The same from memory; `source` stands for the file in messages.
SafetensorsFile parse_safetensors(std::string_view bytes, std::string_view source);

/// The bytes that save_safetensors writes.
std::string format_safetensors(const SafetensorsFile& file, std::string_view target = "(memory)");

}  // namespace ranktape
