#pragma once

#include <ranktape/core/io/file.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace ranktape::detail {

/// Bytes that come one after the other: from a file, a pipe, memory, or unpacked from such.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Puts up to `room` bytes there and returns how many, 0 only at the end. Throws Error with the system's reason.
  virtual std::size_t read(char* to, std::size_t room) = 0;
};

/// The name under which the program reads its standard input.
inline constexpr std::string_view standard_input = "-";

/// How messages call a path: itself, or "(standard input)".
std::string name_of_source(const std::filesystem::path& path);

/// The bytes of a file, of a pipe, or for "-" of the standard input, unpacked where they are gzip: told by the first
/// two bytes. Throws Error if it cannot be opened, and while reading FormatError as read_file_unpacked does.
std::unique_ptr<ByteStream> open_unpacked(const std::filesystem::path& path,
                                          std::size_t max_bytes = max_unpacked_bytes);

/// The bytes of a text, which must outlive the stream.
std::unique_ptr<ByteStream> open_memory(std::string_view text);

}  // namespace ranktape::detail
