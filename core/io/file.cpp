#include <ranktape/core/error.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/gzip.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace ranktape {
namespace detail {

std::string quote(std::string_view bytes) {
  constexpr std::size_t longest = 40;
  std::string text = "'";
  for (const char byte : bytes.substr(0, longest)) {
    if (byte >= ' ' && byte <= '~') {
      text += byte;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return text + (bytes.size() > longest ? "...'" : "'");
}

namespace {

[[noreturn]] void fail_with_errno(const std::filesystem::path& path, std::string_view what) {
  const int reason = errno;
  throw Error(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(reason)));
}

// An open file. `close` tells whether the system took everything; the destructor does not.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }
  bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

// A new file of its own name in a folder; removed again unless it was given the name of another.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& folder) : file_(create(folder, path_)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) {
      ::unlink(path_.c_str());
    }
  }

  Descriptor& file() { return file_; }
  bool rename_to(const std::filesystem::path& target) {
    if (std::rename(path_.c_str(), target.c_str()) != 0) {
      return false;
    }
    path_.clear();
    return true;
  }

 private:
  static int create(const std::filesystem::path& folder, std::filesystem::path& path) {
    static std::atomic<unsigned> counter = 0;
    while (true) {
      path = folder / fmt::format(".ranktape-{}-{}.tmp", ::getpid(), counter++);
      const int number = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (number >= 0) {
        return number;
      }
      if (errno != EEXIST && errno != EINTR) {
        path.clear();
        return -1;
      }
    }
  }

  std::filesystem::path path_;
  Descriptor file_;
};

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
    if (count < 0 && errno != EINTR) {
      return false;
    }
    bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  return true;
}

// Some file systems cannot flush (a folder, above all) and say so; they then promise nothing that we could wait for.
bool flush(int file) {
  while (::fsync(file) != 0) {
    if (errno != EINTR) {
      return errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
    }
  }
  return true;
}

}  // namespace
}  // namespace detail

std::string read_file(const std::filesystem::path& path) {
  const detail::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    detail::fail_with_errno(path, "cannot be opened");
  }
  // The size is a hint only: pipes have none, and files grow. One byte more finds the end without growing.
  constexpr std::size_t least = 1 << 16;
  std::string bytes(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) + 1 : least, '\0');
  std::size_t size = 0;
  while (true) {
    if (size == bytes.size()) {
      bytes.resize(std::max(least, size + size / 2));
    }
    const ssize_t count = ::read(file.number(), bytes.data() + size, bytes.size() - size);
    if (count == 0) {
      break;
    }
    if (count < 0 && errno != EINTR) {
      detail::fail_with_errno(path, "cannot be read");
    }
    size += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

std::string read_file_unpacked(const std::filesystem::path& path, std::size_t max_bytes) {
  std::string bytes = read_file(path);
  return detail::is_gzip(bytes) ? detail::unpack_gzip(bytes, path.string(), max_bytes) : bytes;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code ignored;
  const std::filesystem::path target =
      std::filesystem::is_symlink(path, ignored) ? std::filesystem::weakly_canonical(path, ignored) : path;
  struct stat old = {};
  const bool replaces = ::stat(target.c_str(), &old) == 0;
  if (replaces && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode)) {
    throw Error(fmt::format("{}: cannot be replaced: it is not a regular file; choose another name", path.string()));
  }
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  detail::TemporaryFile temporary(folder);
  detail::Descriptor& file = temporary.file();
  if (!file.is_open()) {
    detail::fail_with_errno(path, "cannot be written (no file can be made in its folder)");
  }
  if (replaces && S_ISREG(old.st_mode)) {
    static_cast<void>(::fchmod(file.number(), old.st_mode & 07777));  // where the owner differs: the usual rights
  }
  if (!detail::write_all(file.number(), bytes) || !detail::flush(file.number()) || !file.close() ||
      !temporary.rename_to(target)) {
    detail::fail_with_errno(path, "cannot be written");
  }
  // A folder that may be written but not read cannot be flushed; the file is in place all the same.
  const detail::Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && !detail::flush(directory.number())) {
    detail::fail_with_errno(path, "is written, but its folder could not be flushed to the disk");
  }
}

}  // namespace ranktape
