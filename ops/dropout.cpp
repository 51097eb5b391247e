#include <ranktape/core/backend.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/dropout_loop.hpp>
#include <ranktape/ops/layers.hpp>

namespace ranktape {
namespace {

// y_i = m_i x_i, where m_i is 1 / (1 - p) if the i-th number of the mask's own stream is at least p, else 0.
const Operation dropout_operation("dropout", [](Random& random) -> std::vector<OperationExample> {
  return {{{Tensor::randn(Shape{5, 3}, random, {.dtype = DType::float64})}, [](std::span<const Tensor> x) {
             Random mask(3);
             return dropout(x[0], 0.4, mask);
           }}};
});

/// The mask of one call: what is kept of it is the start of its own stream.
struct Mask {
  Mask(double probability, Random& random)
      : state(random.split().state()),
        threshold(static_cast<std::uint64_t>(probability * 0x1p32)),
        scale(1 / (1 - probability)) {}

  /// to[i] = m_i from[i]; `to` may be `from`.
  void apply(const Tensor& from, const Tensor& to) const {
    constexpr double nanoseconds_each = 2;
    detail::dispatch(to.dtype(), [&]<class Scalar>() {
      using Kernel = detail::kernels::Dropout<Scalar>;
      const Kernel kernel = {
          detail::data<Scalar>(from), detail::data<Scalar>(to), to.size(), state.seed, state.stream, threshold,
          static_cast<Scalar>(scale)};
      const std::int64_t blocks = (to.size() + Kernel::block - 1) / Kernel::block;
      if (to.device() == Device::accelerator) {
        detail::launch(blocks, kernel);
        return;
      }
      detail::parallel_ranges(blocks, nanoseconds_each,
                              [&](std::int64_t first, std::int64_t last) { detail::drop_blocks(kernel, first, last); });
    });
  }

  Random::State state;
  std::uint64_t threshold;
  double scale;
};

}  // namespace

Tensor dropout(Operand x, double probability, Random& random) {
  if (!(probability >= 0 && probability < 1)) {
    detail::fail<NumericError>(x.where(), "dropout", "probability {} is not in [0, 1); 0 keeps everything",
                               probability);
  }
  if (probability == 0) {
    return x;
  }
  const Mask mask(probability, random);
  Tensor y = detail::make_tensor_like(x);
  mask.apply(x, y);
  if (Recorder recorder{dropout_operation, {x}}) {
    recorder.record(
        y,
        [mask](BackwardPass& pass) {
          Tensor gradient = pass.take_gradient();
          mask.apply(gradient, gradient);
          pass.add(0, std::move(gradient));
        },
        [probability](RecordDetails& details) { details.add("probability", probability); });
  }
  return y;
}

}  // namespace ranktape
