#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/core/deferred_checks.hpp>
#include <ranktape/core/kernels.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace ranktape::detail {
namespace {

struct PendingChecks {
  struct Check {
    std::int64_t size;
    std::function<void(const FirstNonFinite&)> report;
  };
  static constexpr std::size_t most = 256;
  Array<FirstNonFinite> found;  // on the accelerator, one for each check
  std::vector<Check> checks;
};

thread_local PendingChecks pending;

}  // namespace

bool& checks_are_deferred() {
  static const bool on_gpu = std::string_view(accelerator_system()) == "cuda";
  thread_local bool deferred = on_gpu;
  return deferred;
}

void find_non_finite_later(const Tensor& values, std::function<void(const FirstNonFinite&)> report) {
  if (pending.checks.size() == PendingChecks::most) {
    settle_checks();
  }
  if (pending.found.size() == 0) {
    pending.found = Array<FirstNonFinite>(PendingChecks::most, Device::accelerator);
  }
  locate_non_finite(values, pending.found.data() + pending.checks.size());
  pending.checks.push_back({values.size(), std::move(report)});
}

void settle_checks() {
  const std::vector<PendingChecks::Check> checks = std::exchange(pending.checks, {});
  if (checks.empty()) {
    return;
  }
  std::vector<FirstNonFinite> found(checks.size());
  copy_bytes(found.data(), Device::cpu, pending.found.data(), Device::accelerator,
             found.size() * sizeof(FirstNonFinite));
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (found[i].element < checks[i].size) {
      checks[i].report(found[i]);
    }
  }
}

}  // namespace ranktape::detail
