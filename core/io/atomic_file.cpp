#include <ranktape/core/io/atomic_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

namespace ranktape::detail {
namespace {

/// A new file of its own name in the folder, or -1.
int create_temporary(const std::filesystem::path& folder, std::filesystem::path& path) {
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

// Some file systems cannot flush (a folder, above all) and say so; they then promise nothing that we could wait for.
bool flush(int file) {
  while (::fsync(file) != 0) {
    if (errno != EINTR) {
      return errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
    }
  }
  return true;
}

std::filesystem::path behind_links(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_symlink(path, ignored) ? std::filesystem::weakly_canonical(path, ignored) : path;
}

// In one step to whoever reads the folder. ext4 writes a file out when it is renamed over another, for programs that
// forget to flush; that takes milliseconds. Two names that are exchanged are not waited for.
bool take_name(const std::filesystem::path& temporary, const std::filesystem::path& target, bool may_exchange) {
#ifdef RENAME_EXCHANGE
  if (may_exchange && ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    ::unlink(temporary.c_str());  // the old file
    return true;
  }
#endif
  return std::rename(temporary.c_str(), target.c_str()) == 0;
}

}  // namespace

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

AtomicFile::AtomicFile(const std::filesystem::path& path)
    : path_(path),
      target_(behind_links(path)),
      folder_(target_.has_parent_path() ? target_.parent_path() : "."),
      file_(-1) {
  struct stat old = {};
  const bool is_there = ::stat(target_.c_str(), &old) == 0;
  replaces_file_ = is_there && S_ISREG(old.st_mode);
  if (is_there && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode)) {
    throw Error(fmt::format("{}: cannot be replaced: it is not a regular file; choose another name", path.string()));
  }
  file_ = Descriptor(create_temporary(folder_, temporary_));
  if (!file_.is_open()) {
    fail_with_errno(path, "cannot be written (no file can be made in its folder)");
  }
  if (replaces_file_) {
    static_cast<void>(::fchmod(file_.number(), old.st_mode & 07777));  // where the owner differs: the usual rights
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
  }
}

void AtomicFile::write(std::string_view bytes) {
  if (!write_all(file_.number(), bytes)) {
    fail_with_errno(path_, "cannot be written");
  }
}

void AtomicFile::commit(bool survives_power_cut) {
  if ((survives_power_cut && !flush(file_.number())) || !file_.close() ||
      !take_name(temporary_, target_, replaces_file_ && !survives_power_cut)) {
    fail_with_errno(path_, "cannot be written");
  }
  temporary_.clear();
  if (!survives_power_cut) {
    return;
  }
  // A folder that may be written but not read cannot be flushed; the file is in place all the same.
  const Descriptor directory(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && !flush(directory.number())) {
    fail_with_errno(path_, "is written, but its folder could not be flushed to the disk");
  }
}

}  // namespace ranktape::detail
