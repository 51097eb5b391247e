#include <ranktape/core/error.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/storage.hpp>

#include <limits>
#include <new>

namespace ranktape::detail {
namespace {

// The elements begin one cache line after the header, in the same block: one allocation per tensor's values.
constexpr std::size_t header_bytes = alignment;
static_assert(sizeof(Buffer) <= header_bytes);

}  // namespace

Storage allocate(std::size_t bytes, Device device) {
  if (device != Device::cpu) {
    throw DeviceError("this build of ranktape has no accelerator (RANKTAPE_DEVICE=none); use Device::cpu");
  }
  if (bytes > std::numeric_limits<std::size_t>::max() - header_bytes) {
    throw std::bad_alloc();
  }
  auto* block = static_cast<std::byte*>(pool_allocate(header_bytes + bytes));
  auto* buffer = ::new (block) Buffer;
  buffer->bytes = bytes;
  buffer->device = device;
  buffer->data = block + header_bytes;
  return Storage(buffer);
}

void destroy(Buffer* buffer) noexcept {
  const std::size_t bytes = header_bytes + buffer->bytes;
  buffer->~Buffer();
  pool_free(buffer, bytes);
}

}  // namespace ranktape::detail
