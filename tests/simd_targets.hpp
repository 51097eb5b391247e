#pragma once

#include <doctest/doctest.h>
#include <hwy/targets.h>

#include <cstdint>
#include <string>

namespace ranktape::tests {

/// Calls body() once for each instruction set that this processor has and the library is compiled for, with the
/// library's loops bound to it.
template <class Body>
void for_each_simd_target(const Body& body) {
  struct Restore {
    Restore() = default;
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;
    ~Restore() { hwy::SetSupportedTargetsForTest(0); }
  };
  const Restore restore;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    CAPTURE(std::string(hwy::TargetName(target)));
    body();
  }
}

}  // namespace ranktape::tests
