#include <ranktape/core/mapping.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace ranktape::detail {
namespace {

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

std::byte* map_anonymous(std::size_t bytes) {
  void* const found = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) {
    throw std::bad_alloc();
  }
  return static_cast<std::byte*>(found);
}

}  // namespace

Mapping::~Mapping() {
  if (data_ != nullptr) {
    ::munmap(data_, bytes_);
  }
}

Mapping Mapping::of_file(int file, std::size_t bytes) {
  Mapping mapping;
  void* const found = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (found != MAP_FAILED) {
    mapping.data_ = static_cast<std::byte*>(found);
    mapping.bytes_ = bytes;
  }
  return mapping;
}

void Mapping::grow(std::size_t bytes) {
  if (bytes <= bytes_) {
    return;
  }
#ifdef __linux__
  if (data_ != nullptr) {
    void* const moved = ::mremap(data_, bytes_, bytes, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) {
      throw std::bad_alloc();
    }
    data_ = static_cast<std::byte*>(moved);
    bytes_ = bytes;
    return;
  }
#endif
  Mapping larger;
  larger.data_ = map_anonymous(bytes);
  larger.bytes_ = bytes;
  std::copy_n(data_, bytes_, larger.data_);
  *this = std::move(larger);
}

void Mapping::discard(std::size_t begin, std::size_t end) const {
  const std::size_t page = page_bytes();
  const std::size_t first = (begin + page - 1) / page * page;
  const std::size_t last = end / page * page;
  if (first < last) {
    ::madvise(data_ + first, last - first, MADV_DONTNEED);
  }
}

}  // namespace ranktape::detail
