#pragma once

#include <ranktape/core/io/dataset.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace ranktape {

/// What the binary file of a data set was made from.
struct DatasetCacheOptions {
  /// The text file that the data set was read from: its size and the time of its last change are noted. Empty: nothing
  /// is noted.
  std::filesystem::path source = {};
};

/// Writes the data set, with its summary, as a binary file in one step (see write_file_atomically). The same data set
/// gives the same bytes, but for what is noted about the source. Throws Error if it cannot be written.
void write_dataset_cache(const std::filesystem::path& path, const Dataset& dataset,
                         const DatasetCacheOptions& options = {});

struct DatasetCacheReading {
  bool verify = false;  ///< read all of it now and compare the checksum; else damage inside the features is not seen
  bool check_source = true;  ///< refuse the file if the text it was made from is there and has changed since
};

/// Opens such a file without reading the features: they come from the disk when they are used, and pages that are
/// written are copied, never put back. The file may be replaced meanwhile, but not changed or cut in its place.
/// Anybody may have made the file: sizes, offsets and indices are checked before they are used. Throws FormatError for
/// one that is cut off, damaged, of a later version, or of another byte order; Error if it cannot be opened.
Dataset open_dataset_cache(const std::filesystem::path& path, const DatasetCacheReading& options = {});

/// Whether the file begins as write_dataset_cache's do. False also for a file that cannot be opened.
bool is_dataset_cache(const std::filesystem::path& path);

}  // namespace ranktape
