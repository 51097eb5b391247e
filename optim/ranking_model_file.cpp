#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/core/version.hpp>
#include <ranktape/optim/ranking_model.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

namespace ranktape {
namespace {

constexpr std::string_view format_name = "ranktape.ranking_model";
constexpr std::string_view format_version = "1";
constexpr std::size_t most_layers = 64;
constexpr std::int64_t largest_layer = std::int64_t{1} << 24;  // so that sums of products of two stay far below 2^63
constexpr TensorOptions float64_constant = {.dtype = DType::float64};

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// "300,64,32,1"
std::optional<std::vector<std::int64_t>> layer_sizes(std::string_view text) {
  std::vector<std::int64_t> sizes;
  for (bool more = true; more;) {
    const std::size_t end = std::min(text.find(','), text.size());
    const auto size = whole_number<std::int64_t>(text.substr(0, end));
    if (!size || *size < 1 || *size > largest_layer || sizes.size() == most_layers) {
      return std::nullopt;
    }
    sizes.push_back(*size);
    more = end < text.size();
    text.remove_prefix(more ? end + 1 : end);
  }
  return sizes.size() < 2 ? std::nullopt : std::optional(sizes);
}

// A file's content, with its texts read and refused by one wording.
class Reader {
 public:
  explicit Reader(const SafetensorsFile& file) : file_(file) {}
  RankingModel read() const;

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    detail::fail_in_file(file_.source, format, std::forward<Arguments>(arguments)...);
  }

  void check_text(std::string_view key, std::string_view expected) const {
    const std::string& text = file_.text_at(key);
    if (text != expected) {
      fail("{} is {}, not '{}'; it is no model of this library, or of a newer one", key, detail::quote(text), expected);
    }
  }

  template <class Parse>
  auto parsed(std::string_view key, std::string_view wanted, Parse&& parse) const {
    const std::string& text = file_.text_at(key);
    const auto value = parse(text);
    if (!value) {
      fail("{} is {}, not {}", key, detail::quote(text), wanted);
    }
    return *value;
  }

  bool flag(std::string_view key) const {
    return parsed(key, "0 or 1", [](std::string_view text) -> std::optional<bool> {
      return text == "0" || text == "1" ? std::optional(text == "1") : std::nullopt;
    });
  }

  // Before anything of those sizes is allocated.
  void check_element_count(const std::vector<std::int64_t>& sizes, const MlpOptions& options) const {
    std::int64_t needed = 2 * sizes.front();
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
      const bool has_norm = options.layer_norm && i + 2 < sizes.size();
      needed += (sizes[i] + 1 + (has_norm ? 2 : 0)) * sizes[i + 1];
    }
    std::int64_t present = 0;
    for (const NamedTensor& entry : file_.tensors) {
      present += entry.tensor.size();
    }
    if (needed != present) {
      fail("a model with layers of {} has {} numbers, and the file {}", file_.text_at("layer_sizes"), needed, present);
    }
  }

  const Tensor& tensor(std::string_view name, const Shape& shape, DType dtype) const {
    const Tensor& found = file_.at(name);
    if (found.shape() != shape || found.dtype() != dtype) {
      fail("tensor '{}' is {} {}, and by the layer sizes must be {} {}", name, to_string(found.shape()),
           to_string(found.dtype()), to_string(shape), to_string(dtype));
    }
    if (const auto bad = detail::first_non_finite(found)) {
      fail("tensor '{}' is {} at element {}", name, bad->value, bad->element);
    }
    return found;
  }

  const SafetensorsFile& file_;
};

RankingModel Reader::read() const {
  check_text("format", format_name);
  check_text("format_version", format_version);
  const std::vector<std::int64_t> sizes =
      parsed("layer_sizes", fmt::format("2 to {} numbers from 1 to {}, commas between", most_layers, largest_layer),
             layer_sizes);
  MlpOptions options = {.initialization = Initialization::zeros};
  options.activation = parsed("activation", "an activation of this library", activation_named);
  options.dropout = parsed("dropout", "a number from 0 to below 1", [](std::string_view text) {
    const auto value = whole_number<double>(text);
    return value && *value >= 0 && *value < 1 ? value : std::nullopt;
  });
  options.layer_norm = flag("layer_norm");
  options.dtype = file_.at("layers.0.weight").dtype();
  const int index_base = flag("index_base") ? 1 : 0;

  check_element_count(sizes, options);
  Random unused(0);
  RankingModel made = {Mlp(sizes, unused, options), {}, index_base};
  std::unordered_set<std::string_view> expected = {"scaler.mean", "scaler.scale"};
  const std::vector<Tensor> parameters = made.model.parameters();
  for (Tensor parameter : parameters) {
    expected.insert(parameter.name());
    detail::copy_values(tensor(parameter.name(), parameter.shape(), parameter.dtype()), parameter);
  }
  for (const NamedTensor& entry : file_.tensors) {
    if (!expected.contains(entry.name)) {
      fail("tensor {} belongs to no part of the model", detail::quote(entry.name));
    }
  }
  made.scaler.mean = tensor("scaler.mean", Shape{sizes.front()}, DType::float64).to_vector<double>();
  made.scaler.scale = tensor("scaler.scale", Shape{sizes.front()}, DType::float64).to_vector<double>();
  return made;
}

SafetensorsFile make_file(const RankingModel& model, const char* operation, SourceLocation where) {
  const auto width = static_cast<std::size_t>(model.feature_count());
  if (model.scaler.mean.size() != width || model.scaler.scale.size() != width) {
    detail::fail<ShapeError>(where, operation,
                             "the scaler has {} means and {} scales, and the network takes {} "
                             "features; fit the scaler on features of that width",
                             model.scaler.mean.size(), model.scaler.scale.size(), width);
  }
  SafetensorsFile file;
  for (const Tensor& parameter : model.model.parameters()) {
    file.tensors.push_back({std::string(parameter.name()), parameter.detach().to(Device::cpu)});
  }
  file.tensors.push_back({"scaler.mean", Tensor::from(model.scaler.mean, float64_constant)});
  file.tensors.push_back({"scaler.scale", Tensor::from(model.scaler.scale, float64_constant)});
  for (const NamedTensor& entry : file.tensors) {
    if (const auto bad = detail::first_non_finite(entry.tensor)) {
      detail::fail<NumericError>(where, operation, "tensor '{}' is {} at element {}; the training went wrong before",
                                 entry.name, bad->value, bad->element);
    }
  }
  const MlpOptions& options = model.model.options();
  file.metadata = {{"format", std::string(format_name)},
                   {"format_version", std::string(format_version)},
                   {"made_by", fmt::format("ranktape {}", version)},
                   {"layer_sizes", fmt::format("{}", fmt::join(model.model.sizes(), ","))},
                   {"activation", std::string(to_string(options.activation))},
                   {"dropout", fmt::format("{}", options.dropout)},
                   {"layer_norm", options.layer_norm ? "1" : "0"},
                   {"index_base", model.index_base == 0 ? "0" : "1"}};
  return file;
}

}  // namespace

void RankingModel::save(const std::filesystem::path& path, SourceLocation where) const {
  save_safetensors(path, make_file(*this, "RankingModel::save", where));
}

RankingModel RankingModel::load(const std::filesystem::path& path) {
  const SafetensorsFile file = load_safetensors(path);
  return Reader(file).read();
}

std::string RankingModel::to_bytes(SourceLocation where) const {
  return format_safetensors(make_file(*this, "RankingModel::to_bytes", where));
}

RankingModel RankingModel::from_bytes(std::string_view bytes, std::string_view source) {
  const SafetensorsFile file = parse_safetensors(bytes, source);
  return Reader(file).read();
}

}  // namespace ranktape
