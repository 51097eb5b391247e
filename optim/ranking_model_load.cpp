#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/kernels.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/optim/ranking_model.hpp>
#include <ranktape/optim/ranking_model_format.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

namespace ranktape {
namespace {

constexpr std::size_t most_layers = 64;
constexpr int largest_layer = 1 << 24;  // so that sums of products of two stay far below 2^63
constexpr int most_blocks = 64;

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

  void check_kind() const {
    const std::string& format = file_.text_at("format");
    if (format != detail::model_format) {
      fail("format is {}, not '{}'; it is no model of this library, or of a newer one", detail::quote(format),
           detail::model_format);
    }
    const std::string& version = file_.text_at("format_version");
    if (version != detail::model_version && !is_first_version()) {
      fail("format_version is {}, not '{}' or '{}'; it is no model of this library, or of a newer one",
           detail::quote(version), detail::first_model_version, detail::model_version);
    }
  }
  [[nodiscard]] bool is_first_version() const { return file_.text_at("format_version") == detail::first_model_version; }

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

  template <class Number>
  Number number_between(std::string_view key, Number least, Number most) const {
    return parsed(key, fmt::format("a number from {} to {}", least, most), [&](std::string_view text) {
      const auto value = whole_number<Number>(text);
      return value && *value >= least && *value <= most ? value : std::nullopt;
    });
  }

  Activation activation() const { return parsed("activation", "an activation of this library", activation_named); }
  double dropout() const {
    return parsed("dropout", "a number from 0 to below 1", [](std::string_view text) {
      const auto value = whole_number<double>(text);
      return value && *value >= 0 && *value < 1 ? value : std::nullopt;
    });
  }

  // Before anything of those sizes is allocated. `model` is named by what its sizes are.
  void check_element_count(std::string_view model, std::int64_t needed) const {
    std::int64_t present = 0;
    for (const NamedTensor& entry : file_.tensors) {
      present += entry.tensor.size();
    }
    if (needed != present) {
      fail("a model with {} has {} numbers, and the file {}", model, needed, present);
    }
  }

  [[nodiscard]] Mlp read_mlp() const;
  [[nodiscard]] AttentionScorer read_attention_scorer() const;
  [[nodiscard]] ScoringModel read_model() const;
  [[nodiscard]] FeatureScaler read_scaler(std::int64_t features) const;

  const Tensor& tensor(std::string_view name, const Shape& shape, DType dtype) const {
    const Tensor& found = file_.at(name);
    if (found.shape() != shape || found.dtype() != dtype) {
      fail("tensor '{}' is {} {}, and by the model's sizes must be {} {}", name, to_string(found.shape()),
           to_string(found.dtype()), to_string(shape), to_string(dtype));
    }
    if (const auto bad = detail::first_non_finite(found)) {
      fail("tensor '{}' is {} at element {}", name, bad->value, bad->element);
    }
    return found;
  }

  const SafetensorsFile& file_;
};

Mlp Reader::read_mlp() const {
  const std::vector<std::int64_t> sizes =
      parsed("layer_sizes", fmt::format("2 to {} numbers from 1 to {}, commas between", most_layers, largest_layer),
             layer_sizes);
  const MlpOptions options = {.activation = activation(),
                              .dropout = dropout(),
                              .layer_norm = flag("layer_norm"),
                              .residual = !is_first_version() && flag("residual"),
                              .initialization = Initialization::zeros,
                              .dtype = file_.at("layers.0.weight").dtype()};
  std::int64_t needed = 2 * sizes.front();
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    const bool has_norm = options.layer_norm && i + 2 < sizes.size();
    needed += (sizes[i] + 1 + (has_norm ? 2 : 0)) * sizes[i + 1];
  }
  check_element_count(fmt::format("layers of {}", file_.text_at("layer_sizes")), needed);
  Random unused(0);
  return {sizes, unused, options};
}

AttentionScorer Reader::read_attention_scorer() const {
  const auto features = number_between<std::int64_t>("features", 1, largest_layer);
  const AttentionScorerOptions options = {
      .width = number_between<std::int64_t>("width", 1, largest_layer),
      .heads = number_between<int>("heads", 1, largest_layer),
      .blocks = number_between<int>("blocks", 1, most_blocks),
      .feed_forward = number_between<std::int64_t>("feed_forward", 1, largest_layer),
      .activation = activation(),
      .dropout = dropout(),
      .initialization = Initialization::zeros,
      .dtype = file_.at("input.weight").dtype()};
  if (options.width % options.heads != 0) {
    fail("{} heads do not divide the width {} into equal parts", options.heads, options.width);
  }
  const std::int64_t width = options.width;
  const std::int64_t block =
      4 * (width + 1) * width + (width + 1) * options.feed_forward + (options.feed_forward + 1) * width + 4 * width;
  check_element_count(fmt::format("{} features, width {}, {} blocks and feed_forward {}", features, width,
                                  options.blocks, options.feed_forward),
                      2 * features + (features + 1) * width + options.blocks * block + 2 * width + width + 1);
  Random unused(0);
  return {features, unused, options};
}

ScoringModel Reader::read_model() const {
  if (is_first_version() || file_.text_at("architecture") == detail::mlp_architecture) {
    return read_mlp();
  }
  const std::string& architecture = file_.text_at("architecture");
  if (architecture != detail::attention_architecture) {
    fail("architecture is {}, not '{}' or '{}'; it is no model of this library, or of a newer one",
         detail::quote(architecture), detail::mlp_architecture, detail::attention_architecture);
  }
  return read_attention_scorer();
}

FeatureScaler Reader::read_scaler(std::int64_t features) const {
  const auto vector = [&](std::string_view name) {
    return tensor(name, Shape{features}, DType::float64).to_vector<double>();
  };
  FeatureScaler scaler = {.mean = vector("scaler.mean"), .scale = vector("scaler.scale")};
  if (!is_first_version()) {
    scaler.options.log1p = flag("scaler_log1p");
    scaler.options.limit = parsed("scaler_limit", "a number above 0, or inf", [](std::string_view text) {
      const auto value = whole_number<double>(text);
      return value && *value > 0 ? value : std::nullopt;
    });
  }
  return scaler;
}

RankingModel Reader::read() const {
  check_kind();
  const int index_base = flag("index_base") ? 1 : 0;
  const ScoringModel model = read_model();
  std::unordered_set<std::string_view> expected = {"scaler.mean", "scaler.scale"};
  const std::vector<Tensor> parameters = model.parameters();
  for (Tensor parameter : parameters) {
    expected.insert(parameter.name());
    detail::copy_values(tensor(parameter.name(), parameter.shape(), parameter.dtype()), parameter);
  }
  for (const NamedTensor& entry : file_.tensors) {
    if (!expected.contains(entry.name)) {
      fail("tensor {} belongs to no part of the model", detail::quote(entry.name));
    }
  }
  std::map<std::string, std::string> notes;
  for (const auto& [key, text] : file_.metadata) {
    if (key.starts_with(detail::note_prefix)) {
      notes[key.substr(detail::note_prefix.size())] = text;
    }
  }
  return {model, read_scaler(model.feature_count()), index_base, notes};
}

}  // namespace

RankingModel RankingModel::load(const std::filesystem::path& path) {
  const SafetensorsFile file = load_safetensors(path);
  return Reader(file).read();
}

RankingModel RankingModel::from_bytes(std::string_view bytes, std::string_view source) {
  const SafetensorsFile file = parse_safetensors(bytes, source);
  return Reader(file).read();
}

}  // namespace ranktape
