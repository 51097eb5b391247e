#include <ranktape/core/error.hpp>
#include <ranktape/core/io/atomic_file.hpp>
#include <ranktape/core/io/byte_stream.hpp>
#include <ranktape/core/io/descriptor.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

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
  const std::unique_ptr<detail::ByteStream> stream = detail::open_unpacked(path, max_bytes);
  std::string bytes;
  std::size_t size = 0;
  for (std::size_t count = 1; count != 0; size += count) {
    if (size == bytes.size()) {
      bytes.resize(std::max<std::size_t>(1 << 16, size + size / 2));
    }
    count = stream->read(bytes.data() + size, bytes.size() - size);
  }
  bytes.resize(size);
  return bytes;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes, const WriteOptions& options) {
  detail::AtomicFile file(path);
  file.write(bytes);
  file.commit(options.survives_power_cut);
}

}  // namespace ranktape
