#include <ranktape/cuda/launch.cuh>
#include <ranktape/optim/adam_kernel.hpp>
#include <ranktape/optim/sgd_kernel.hpp>

namespace ranktape::detail {

template struct Launchable<AdamElement<float>, AdamElement<double>, SgdElement<float>, SgdElement<double>>;

}  // namespace ranktape::detail
