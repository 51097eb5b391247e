#include <ranktape/core/backend.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/storage.hpp>

#include <limits>
#include <new>
#include <utility>

namespace ranktape::detail {
namespace {

// The elements begin one cache line after the header, in the same block: one allocation per tensor's values.
constexpr std::size_t header_bytes = alignment;
static_assert(sizeof(Buffer) <= header_bytes);

}  // namespace

Storage allocate(std::size_t bytes, Device device) {
  if (bytes > std::numeric_limits<std::size_t>::max() - header_bytes) {
    throw std::bad_alloc();
  }
  const bool on_cpu = device == Device::cpu;
  void* const elsewhere = on_cpu ? nullptr : accelerator_allocate(bytes);
  auto* block = static_cast<std::byte*>(pool_allocate(on_cpu ? header_bytes + bytes : header_bytes));
  auto* buffer = ::new (block) Buffer;
  buffer->bytes = bytes;
  buffer->device = device;
  buffer->data = on_cpu ? block + header_bytes : elsewhere;
  return Storage(buffer);
}

Storage adopt(void* data, std::size_t bytes, std::shared_ptr<const void> owner) {
  auto* buffer = ::new (pool_allocate(header_bytes)) Buffer;
  buffer->bytes = bytes;
  buffer->data = data;
  buffer->owner = std::move(owner);
  return Storage(buffer);
}

Storage copy_to(Device device, std::span<const std::int64_t> numbers) {
  Storage copy = allocate(numbers.size_bytes(), device);
  copy_bytes(copy->data, device, numbers.data(), Device::cpu, numbers.size_bytes());
  return copy;
}

void destroy(Buffer* buffer) noexcept {
  const std::size_t bytes = buffer->bytes;
  const bool on_cpu = buffer->device == Device::cpu;
  const bool follows_header = on_cpu && buffer->owner == nullptr;
  if (!on_cpu) {
    accelerator_free(buffer->data, bytes);
  }
  buffer->~Buffer();
  pool_free(buffer, follows_header ? header_bytes + bytes : header_bytes);
}

}  // namespace ranktape::detail
