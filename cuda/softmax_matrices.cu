#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/rank/neural_sort_kernels.hpp>
#include <ranktape/ops/rank/soft_sort_matrix_kernels.hpp>

namespace ranktape::detail {

using kernels::NeuralSortLogits;
using kernels::SoftSortLogits;

template struct Launchable<
    kernels::NeuralSortMeasure<double>, kernels::SoftmaxOfRow<NeuralSortLogits>,
    kernels::SoftmaxElement<float, NeuralSortLogits>, kernels::SoftmaxElement<double, NeuralSortLogits>,
    kernels::MeanOfRow<float>, kernels::MeanOfRow<double>, kernels::NeuralSortColumn<float>,
    kernels::NeuralSortColumn<double>, kernels::NeuralSortGradient<float>, kernels::NeuralSortGradient<double>>;

template struct Launchable<kernels::SoftmaxOfRow<SoftSortLogits<float>>, kernels::SoftmaxOfRow<SoftSortLogits<double>>,
                           kernels::SoftmaxElement<float, SoftSortLogits<float>>,
                           kernels::SoftmaxElement<double, SoftSortLogits<double>>, kernels::SoftSortRow<float>,
                           kernels::SoftSortRow<double>, kernels::SoftSortColumn<float>,
                           kernels::SoftSortColumn<double>>;

}  // namespace ranktape::detail
