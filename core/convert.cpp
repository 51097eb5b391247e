#include <ranktape/core/deferred_checks.hpp>
#include <ranktape/core/fail.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tensor_access.hpp>

namespace ranktape {
namespace {

// y = x as another type; the gradient is converted back.
const Operation convert_operation("convert", [](Random& random) -> std::vector<OperationExample> {
  // Through float32 and back: a step large enough for its 24 bits.
  return {{{Tensor::randn(Shape{2, 3}, random, {.dtype = DType::float64})},
           [](std::span<const Tensor> x) { return x[0].to(DType::float32).to(DType::float64); },
           {.step = 0.25, .absolute_tolerance = 1e-5}}};
});

Tensor converted(const Tensor& source, DType dtype, Device device) {
  if (source.device() != Device::cpu && device == Device::cpu) {
    detail::settle_checks();
  }
  Tensor target = detail::make_tensor(source.shape(), dtype, device);
  detail::copy_values(source, target);
  return target;
}

Tensor convert(Operand source, DType dtype, Device device) {
  Tensor output = converted(source, dtype, device);
  if (Recorder recorder{convert_operation, {source}}) {
    const DType from = source->dtype();
    const Device home = source->device();
    recorder.record(
        output, [from, home](BackwardPass& pass) { pass.add(0, converted(pass.gradient(), from, home)); },
        [=](RecordDetails& details) {
          details.add_unless(from, "dtype", dtype);
          details.add_unless(home, "device", device);
        });
  }
  return output;
}

}  // namespace

Tensor Tensor::to(Device device, SourceLocation where) const {
  const Operand source(*this, where);
  return device == this->device() ? *this : convert(source, dtype(), device);
}

Tensor Tensor::to(DType dtype, SourceLocation where) const {
  const Operand source(*this, where);
  return dtype == this->dtype() ? *this : convert(source, dtype, device());
}

}  // namespace ranktape
