#pragma once

#include <ranktape/core/io/descriptor.hpp>

#include <filesystem>
#include <string_view>

namespace ranktape::detail {

/// A file that is written piece by piece and takes its name in one step, in `commit`; without that, no trace is left.
/// See write_file_atomically for what it promises and throws.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);
  void commit(bool survives_power_cut = true);

 private:
  std::filesystem::path path_;    // as the caller named it, for messages
  std::filesystem::path target_;  // behind symbolic links
  std::filesystem::path folder_;
  std::filesystem::path temporary_;  // empty once it has its name
  bool replaces_file_ = false;
  Descriptor file_;
};

/// Writes all of it to an open file; false with errno set if the system does not take it.
bool write_all(int file, std::string_view bytes);

}  // namespace ranktape::detail
