#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/descriptor.hpp>
#include <ranktape/core/io/gzip.hpp>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace ranktape::detail {
namespace {

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string_view text) : left_(text) {}

  std::size_t read(char* to, std::size_t room) override {
    const std::size_t count = left_.copy(to, room);
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

class FileStream : public ByteStream {
 public:
  explicit FileStream(const std::filesystem::path& path) : path_(path), file_(open(path)) {
    if (!file_.is_open()) {
      fail_with_errno(path, "cannot be opened");
    }
    // A pipe may give one byte at a time.
    for (std::size_t count = 1; count != 0 && begun_ < begin_.size(); begun_ += count) {
      count = read_on(begin_.data() + begun_, begin_.size() - begun_);
    }
  }

  [[nodiscard]] bool begins_as_gzip() const { return is_gzip({begin_.data(), begun_}); }

  std::size_t read(char* to, std::size_t room) override {
    if (given_ == begun_) {
      return read_on(to, room);
    }
    const std::size_t count = std::min(room, begun_ - given_);
    std::memcpy(to, begin_.data() + given_, count);
    given_ += count;
    return count;
  }

 private:
  static int open(const std::filesystem::path& path) {
    return path == standard_input ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }

  std::size_t read_on(char* to, std::size_t room) {
    while (true) {
      const ssize_t count = ::read(file_.number(), to, std::min(room, std::size_t{1} << 30));
      if (count >= 0) {
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) {
        fail_with_errno(name_of_source(path_), "cannot be read");
      }
    }
  }

  std::filesystem::path path_;
  Descriptor file_;
  std::array<char, 2> begin_ = {};  // read in advance, to know what kind of file it is
  std::size_t begun_ = 0;
  std::size_t given_ = 0;
};

}  // namespace

std::string name_of_source(const std::filesystem::path& path) {
  return path == standard_input ? "(standard input)" : path.string();
}

std::unique_ptr<ByteStream> open_unpacked(const std::filesystem::path& path, std::size_t max_bytes) {
  auto file = std::make_unique<FileStream>(path);
  if (!file->begins_as_gzip()) {
    return file;
  }
  return unpack_gzip(std::move(file), name_of_source(path), max_bytes);
}

std::unique_ptr<ByteStream> open_memory(std::string_view text) { return std::make_unique<MemoryStream>(text); }

}  // namespace ranktape::detail
