#include <ranktape/cuda/launch.cuh>
#include <ranktape/ops/device_product.hpp>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include <ranktape/core/error.hpp>
#include <cublas_v2.h>
#include <algorithm>
#include <string>
#endif

namespace ranktape::detail {
namespace {

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

void check(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS) {
    throw DeviceError(std::string(call) + ": cuBLAS says '" + cublasGetStatusString(status) + "'");
  }
}

class Handle {
 public:
  Handle() { check(cublasCreate(&handle_), "cublasCreate"); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { cublasDestroy(handle_); }
  [[nodiscard]] cublasHandle_t get() const { return handle_; }

 private:
  cublasHandle_t handle_ = nullptr;
};

// cuBLAS goes by columns: C = A B by rows is C' = B' A' by columns, and a matrix by rows is its transpose by columns.
template <class Scalar, class Gemm>
void multiply(const DeviceProduct<Scalar>& p, const Gemm& gemm) {
  static thread_local const Handle handle;
  const auto operation = [](const DeviceFactor<Scalar>& factor) {
    return factor.column_step == 1 ? CUBLAS_OP_N : CUBLAS_OP_T;
  };
  // At least the length of what is stored one after another: of a single row or column the step says nothing.
  const auto step = [](const DeviceFactor<Scalar>& factor, std::int64_t rows, std::int64_t columns) {
    return static_cast<int>(factor.column_step == 1 ? std::max(factor.row_step, columns)
                                                    : std::max(factor.column_step, rows));
  };
  const Scalar one = 1;
  const Scalar kept = p.accumulate ? 1 : 0;
  check(gemm(handle.get(), operation(p.b), operation(p.a), static_cast<int>(p.columns), static_cast<int>(p.rows),
             static_cast<int>(p.depth), &one, p.b.data, step(p.b, p.depth, p.columns), p.a.data,
             step(p.a, p.rows, p.depth), &kept, p.out, static_cast<int>(p.columns)),
        "gemm");
}

#else

/// One element, summed in double.
template <class Scalar>
struct ProductElement {
  DeviceProduct<Scalar> p;
  constexpr void operator()(std::int64_t i) const {
    const Scalar* a = p.a.data + i / p.columns * p.a.row_step;
    const Scalar* b = p.b.data + i % p.columns * p.b.column_step;
    double sum = p.accumulate ? static_cast<double>(p.out[i]) : 0;
    for (std::int64_t k = 0; k < p.depth; ++k) {
      sum += static_cast<double>(a[k * p.a.column_step]) * static_cast<double>(b[k * p.b.row_step]);
    }
    p.out[i] = static_cast<Scalar>(sum);
  }
};

#endif

}  // namespace

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
void multiply_on_accelerator(const DeviceProduct<float>& product) { multiply(product, cublasSgemm); }
void multiply_on_accelerator(const DeviceProduct<double>& product) { multiply(product, cublasDgemm); }
#else
void multiply_on_accelerator(const DeviceProduct<float>& product) {
  launch(product.rows * product.columns, ProductElement<float>{product});
}
void multiply_on_accelerator(const DeviceProduct<double>& product) {
  launch(product.rows * product.columns, ProductElement<double>{product});
}
#endif

}  // namespace ranktape::detail
