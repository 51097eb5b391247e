#include <ranktape/core/backend.hpp>
#include <ranktape/core/build_info.hpp>
#include <ranktape/core/version.hpp>
#include <fmt/format.h>

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <string_view>
#include <vector>

namespace ranktape {
std::string build_info() {
  std::vector<std::string_view> sets;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    sets.emplace_back(hwy::TargetName(target));
  }
#if defined(__clang__)
  constexpr const char* compiler = "clang " __clang_version__;
#else
  constexpr const char* compiler = "g++ " __VERSION__;
#endif
  const bool absent = !detail::accelerator_present() && std::string_view(detail::accelerator_system()) != "none";
  return fmt::format("ranktape {}; accelerator {}{}; instruction sets of this processor: {}; {}", version,
                     detail::accelerator_system(), absent ? " (no device present)" : "", fmt::join(sets, ", "),
                     compiler);
}

}  // namespace ranktape
