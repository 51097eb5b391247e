#pragma once

#include <ranktape/core/error.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

// Internal: includes fmt, so no public header includes this one.
namespace ranktape::detail {

/// Throws Error with the text `path: what: the system's reason`.
[[noreturn]] inline void fail_with_errno(const std::filesystem::path& path, std::string_view what) {
  const int reason = errno;
  throw Error(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(reason)));
}

/// An open file. `close` tells whether the system took everything; the destructor does not.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }
  bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

}  // namespace ranktape::detail
