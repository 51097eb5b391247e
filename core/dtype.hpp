#pragma once

#include <cstddef>
#include <string_view>

namespace ranktape {

/// The type of a tensor's elements, a run-time value.
enum class DType { float32, float64 };

/// Where a tensor's elements live. `accelerator` is whatever the library's device part was built for.
enum class Device { cpu, accelerator };

inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr Device cpu = Device::cpu;
inline constexpr Device accelerator = Device::accelerator;

constexpr std::size_t size_of(DType dtype) { return dtype == DType::float32 ? 4 : 8; }
constexpr std::string_view to_string(DType dtype) { return dtype == DType::float32 ? "float32" : "float64"; }
constexpr std::string_view to_string(Device device) { return device == Device::cpu ? "cpu" : "accelerator"; }

namespace detail {

template <class Scalar>
inline constexpr DType dtype_of = sizeof(Scalar) == 4 ? DType::float32 : DType::float64;

/// Calls `function.template operator()<Scalar>()` with the C++ type of `dtype`.
template <class Function>
decltype(auto) dispatch(DType dtype, Function&& function) {
  return dtype == DType::float32 ? function.template operator()<float>() : function.template operator()<double>();
}

}  // namespace detail
}  // namespace ranktape
