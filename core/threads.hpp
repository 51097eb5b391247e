#pragma once

#include <ranktape/core/source_location.hpp>

namespace ranktape {

/// How many threads may share one operation: at first, as many as the processor runs at once.
int num_threads();

/// Sets that number; 1 ends the helper threads and waits for them (before a plugin is unloaded, say). Helpers start
/// with the first operation large enough to share, some 10,000 documents; the calling thread does whatever no helper
/// has begun, so a busy machine costs little. Results do not depend on the number, bit for bit.
/// Throws Error for a number below 1. Waits for an operation that other threads share at the moment.
void set_num_threads(int count, SourceLocation where = SourceLocation::current());

}  // namespace ranktape
