#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/sparse_kernel.hpp>

namespace ranktape::detail {

template struct Launchable<SparseProduct<float>, SparseProduct<double>>;

}  // namespace ranktape::detail
