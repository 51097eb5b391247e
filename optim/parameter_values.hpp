#pragma once

#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/tensor.hpp>

#include <span>
#include <string_view>
#include <vector>

// Internal: parameters in files.
namespace ranktape::detail {

/// Of each parameter the tensor that the file has by `prefix` and its name. Throws FormatError where one is missing or
/// has another shape or type.
std::vector<Tensor> values_of(std::span<const Tensor> parameters, const SafetensorsFile& file, std::string_view prefix);

/// Writes values to the parameters, wherever both are.
void assign(std::span<const Tensor> parameters, std::span<const Tensor> values);

}  // namespace ranktape::detail
