#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/sinkhorn_kernels.hpp>
#include <ranktape/ops/rank/transport_kernels.hpp>

namespace ranktape::detail {

template struct Launchable<kernels::Squash<float>, kernels::Squash<double>, kernels::Unsquash<float>,
                           kernels::Unsquash<double>>;

template struct Launchable<kernels::StartTransport<double>, kernels::TransportRow<float>, kernels::TransportRow<double>,
                           kernels::TransportColumn<float>, kernels::TransportColumn<double>,
                           kernels::AdvanceTransport<double>, kernels::TransportsRunning>;

}  // namespace ranktape::detail
