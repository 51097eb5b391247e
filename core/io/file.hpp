#pragma once

#include <ranktape/core/error.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace ranktape {

/// More than any data set in one file; what a small gzip file can be made to unpack to ends here, too.
inline constexpr std::size_t max_unpacked_bytes = std::size_t{1} << 36;

/// The bytes of a file (or pipe) as they are. Throws Error with the system's reason if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// The bytes of a file, unpacked where they are gzip: told by the first two bytes, whatever the file is called.
/// Throws FormatError for a gzip file that is cut off or damaged, or unpacks to more than `max_bytes`.
std::string read_file_unpacked(const std::filesystem::path& path, std::size_t max_bytes = max_unpacked_bytes);

struct WriteOptions {
  /// Waits until the disk has the bytes, which takes some milliseconds. Without it the step is as atomic to whoever
  /// reads the file, and after a crash of the program; what a power cut leaves is the file system's affair.
  bool survives_power_cut = true;
};

/// Replaces a file in one step: whoever opens `path` sees the old bytes or all of the new ones, also after a crash or
/// a power cut. The bytes go to a temporary file in the same folder, which then takes the name. Throws Error with the
/// system's reason; the old file is then untouched and the temporary one removed. Follows symbolic links.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes, const WriteOptions& options = {});

}  // namespace ranktape
