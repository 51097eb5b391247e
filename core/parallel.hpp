#pragma once

#include <algorithm>
#include <cstdint>

// Internal: one operation's work shared by threads.
namespace ranktape::detail {

/// A call of a function object, with its type forgotten.
struct ChunkCall {
  const void* body;
  void (*run)(const void* body, std::int64_t chunk);
};

/// Calls every chunk from 0 to chunks - 1 once, on this thread and on helpers, and returns when all are done; rethrows
/// the first exception. Inside of another call, and while another thread has the helpers, all on this thread.
void share_chunks(std::int64_t chunks, ChunkCall call);

/// Below this much work, waking a helper costs more than it saves.
inline constexpr double least_shared_nanoseconds = 30'000;

/// Calls body(chunk) for chunks 0 to chunks - 1, shared by threads if they are worth it. Each chunk is computed in the
/// same way whichever thread does it: what must not depend on the number of threads is decided per chunk, and the
/// number of chunks from shapes alone.
template <class Body>
void parallel_chunks(std::int64_t chunks, double nanoseconds, const Body& body) {
  if (chunks > 1 && nanoseconds >= least_shared_nanoseconds) {
    share_chunks(chunks,
                 {&body, [](const void* erased, std::int64_t chunk) { (*static_cast<const Body*>(erased))(chunk); }});
    return;
  }
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    body(chunk);
  }
}

/// Calls body(first, last) for stretches that cover 0 to count - 1, shared by threads if they are worth it; each item
/// takes about `nanoseconds_each`. For results that do not depend on where the stretches end.
template <class Body>
void parallel_ranges(std::int64_t count, double nanoseconds_each, const Body& body) {
  // Enough chunks that a late helper leaves little to wait for, few enough that taking one costs nothing beside it.
  constexpr double chunk_nanoseconds = 5'000;
  constexpr std::int64_t most_chunks = 64;
  const double nanoseconds = static_cast<double>(count) * nanoseconds_each;
  if (count < 2 || nanoseconds < least_shared_nanoseconds) {
    body(std::int64_t{0}, count);
    return;
  }
  const std::int64_t chunks =
      std::min({count, most_chunks, static_cast<std::int64_t>(nanoseconds / chunk_nanoseconds)});
  parallel_chunks(chunks, nanoseconds,
                  [&](std::int64_t chunk) { body(count * chunk / chunks, count * (chunk + 1) / chunks); });
}

}  // namespace ranktape::detail
