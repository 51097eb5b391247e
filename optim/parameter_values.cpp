#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/optim/parameter_values.hpp>

namespace ranktape::detail {

std::vector<Tensor> values_of(std::span<const Tensor> parameters, const SafetensorsFile& file,
                              std::string_view prefix) {
  std::vector<Tensor> values;
  values.reserve(parameters.size());
  for (const Tensor& parameter : parameters) {
    const Tensor& value = file.at(fmt::format("{}{}", prefix, parameter.name()));
    if (value.shape() != parameter.shape() || value.dtype() != parameter.dtype()) {
      fail_in_file(file.source, "parameter '{}' is {} {}, and of this model {} {}", parameter.name(),
                   to_string(value.shape()), to_string(value.dtype()), to_string(parameter.shape()),
                   to_string(parameter.dtype()));
    }
    values.push_back(value);
  }
  return values;
}

void assign(std::span<const Tensor> parameters, std::span<const Tensor> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Tensor parameter = parameters[i];
    copy_values(values[i], parameter);
  }
}

}  // namespace ranktape::detail
