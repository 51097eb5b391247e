#include <ranktape/core/array.hpp>
#include <ranktape/core/backend.hpp>
#include <ranktape/core/deferred_checks.hpp>
#include <ranktape/core/engine_kernels.hpp>
#include <ranktape/core/tensor_access.hpp>

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
  const std::int64_t size = values.size();
  const std::int64_t count = (size + kernels::stretch - 1) / kernels::stretch;
  const Array<std::int64_t> of_stretches(static_cast<std::size_t>(count), Device::accelerator);
  dispatch(values.dtype(), [&]<class Scalar>() {
    launch(count, kernels::NonFiniteOfStretch<Scalar>{data<Scalar>(values), size, of_stretches.data()});
    launch(1, kernels::FirstNonFiniteOf<Scalar>{data<Scalar>(values), size, of_stretches.data(), count,
                                                pending.found.data() + pending.checks.size()});
  });
  pending.checks.push_back({size, std::move(report)});
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
