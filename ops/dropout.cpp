#include <ranktape/core/fail.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/layers.hpp>

#include <algorithm>

namespace ranktape {
namespace {

// y_i = m_i x_i, where m_i is 1 / (1 - p) if the i-th number of the mask's own stream is at least p, else 0.
const Operation dropout_operation("dropout", [](Random& random) -> std::vector<OperationExample> {
  return {{{Tensor::randn(Shape{5, 3}, random, {.dtype = DType::float64})}, [](std::span<const Tensor> x) {
             Random mask(3);
             return dropout(x[0], 0.4, mask);
           }}};
});

class Mask {
 public:
  Mask(double probability, Random& random)
      : state_(random.split().state()),
        threshold_(static_cast<std::uint64_t>(probability * 0x1p32)),
        scale_(1 / (1 - probability)) {}

  /// to[i] = m_i from[i]; `to` may be `from`.
  template <class Scalar>
  void apply(const Scalar* from, Scalar* to, std::int64_t size) const {
    constexpr std::int64_t block = 4;
    const auto scale = static_cast<Scalar>(scale_);
    for (std::int64_t begin = 0; begin < size; begin += block) {
      const auto numbers = Random::block(state_.seed, state_.stream, static_cast<std::uint64_t>(begin / block));
      const std::int64_t count = std::min(block, size - begin);
      for (std::int64_t i = 0; i < count; ++i) {
        to[begin + i] = numbers[static_cast<std::size_t>(i)] >= threshold_ ? scale * from[begin + i] : Scalar{0};
      }
    }
  }

 private:
  Random::State state_;
  std::uint64_t threshold_;
  double scale_;
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
  detail::dispatch(x->dtype(), [&]<class Scalar>() {
    mask.apply(detail::data<Scalar>(x), detail::data<Scalar>(y), y.size());
    if (Recorder recorder{dropout_operation, {x}}) {
      recorder.record(y, [mask](BackwardPass& pass) {
        Tensor gradient = pass.take_gradient();
        mask.apply(detail::data<Scalar>(gradient), detail::data<Scalar>(gradient), gradient.size());
        pass.add(0, std::move(gradient));
      });
    }
  });
  return y;
}

}  // namespace ranktape
