#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/safetensors_header.hpp>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace ranktape::detail {
namespace {

using Json = nlohmann::json;

std::string_view safetensors_name(DType dtype) { return dtype == DType::float32 ? "F32" : "F64"; }

// Takes the header's JSON token by token. A document tree would drop the first of two equal keys, and be as deep as a
// file wants it.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(std::string_view source) : source_(source) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t /*elements*/) override {
    if (place_ == Place::outside) {
      place_ = Place::top;
    } else if (place_ == Place::top && key_ == metadata_name) {
      place_ = Place::metadata;
    } else if (place_ == Place::top) {
      begin_tensor();
    } else {
      refuse("an object");
    }
    return true;
  }

  bool key(std::string& key) override {
    if (place_ == Place::top && !names_.insert(key).second) {
      fail_in_file(source_, "the header has {} twice", quote(key));
    }
    if (place_ == Place::metadata && !header_.metadata.emplace(key, "").second) {
      fail_in_file(source_, "the metadata have {} twice", quote(key));
    }
    if (place_ == Place::tensor) {
      note_field(key);
    }
    (place_ == Place::top ? key_ : field_) = key;
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::metadata) {
      header_.metadata[field_] = text;
    } else if (place_ == Place::tensor && field_ == "dtype") {
      if (text != "F32" && text != "F64") {
        fail_in_file(source_, "tensor {} has dtype {}; only F32 and F64 are read", tensor_name(), quote(text));
      }
      header_.tensors.back().dtype = text == "F32" ? DType::float32 : DType::float64;
    } else {
      refuse("a text");
    }
    return true;
  }

  bool start_array(std::size_t /*elements*/) override {
    if (place_ != Place::tensor || field_ == "dtype") {
      refuse("a list");
    }
    place_ = Place::numbers;
    numbers_.clear();
    return true;
  }

  bool number_unsigned(std::uint64_t number) override {
    if (place_ != Place::numbers) {
      refuse("a number");
    }
    if (numbers_.size() == Shape::max_rank) {
      fail_in_file(source_, "tensor {} has more than {} numbers in {}", tensor_name(), Shape::max_rank, field_);
    }
    numbers_.push_back(number);
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    TensorEntry& tensor = header_.tensors.back();
    if (field_ == "shape") {
      tensor.shape = checked_shape();
    } else if (numbers_.size() != 2 || numbers_[0] > numbers_[1]) {
      fail_in_file(source_, "tensor {} has the data_offsets [{}]; they must be [begin, end]", tensor_name(),
                   fmt::join(numbers_, ", "));
    } else {
      std::tie(tensor.begin, tensor.end) = std::tuple(numbers_[0], numbers_[1]);
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor && !(has_dtype_ && has_shape_ && has_offsets_)) {
      fail_in_file(source_, "tensor {} lacks {}", tensor_name(),
                   !has_dtype_ ? "dtype" : (!has_shape_ ? "shape" : "data_offsets"));
    }
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }

  bool null() override { refuse("null"); }
  bool boolean(bool /*value*/) override { refuse("true or false"); }
  bool number_integer(std::int64_t /*number*/) override { refuse("a negative number"); }
  bool number_float(double /*number*/, const std::string& /*text*/) override { refuse("a number that is not whole"); }
  bool binary(Json::binary_t& /*bytes*/) override { refuse("bytes"); }

  bool parse_error(std::size_t position, const std::string& last, const Json::exception& /*error*/) override {
    fail_in_file(source_, "the header is not JSON at its byte {}, near {}", position, quote(last));
  }

 private:
  enum class Place { outside, top, metadata, tensor, numbers };

  [[nodiscard]] std::string tensor_name() const { return quote(key_); }

  [[noreturn]] void refuse(std::string_view what) const {
    switch (place_) {
      case Place::outside: fail_in_file(source_, "the header is {}, not an object of tensors", what);
      case Place::top: fail_in_file(source_, "the header has {} for {}, not an object", what, quote(key_));
      case Place::metadata: fail_in_file(source_, "the metadata have {} for {}, not a text", what, quote(field_));
      case Place::tensor:
      case Place::numbers: break;
    }
    fail_in_file(source_, "tensor {} has {} in {}", tensor_name(), what, field_);
  }

  void begin_tensor() {
    place_ = Place::tensor;
    if (key_.size() > max_name_bytes) {
      fail_in_file(source_, "tensor {} has a name of {} bytes; at most {} are read", tensor_name(), key_.size(),
                   max_name_bytes);
    }
    if (header_.tensors.size() == max_tensors) {
      fail_in_file(source_, "more than {} tensors", max_tensors);
    }
    header_.tensors.emplace_back().name = key_;
    has_dtype_ = has_shape_ = has_offsets_ = false;
  }

  void note_field(std::string_view key) {
    bool* const seen = key == "dtype"          ? &has_dtype_
                       : key == "shape"        ? &has_shape_
                       : key == "data_offsets" ? &has_offsets_
                                               : nullptr;
    if (seen == nullptr || *seen) {
      fail_in_file(source_, "tensor {} has {} {}", tensor_name(), seen == nullptr ? "the unknown field" : "twice",
                   quote(key));
    }
    *seen = true;
  }

  // Also where one extent is 0 the others must not be beyond what can be counted.
  [[nodiscard]] Shape checked_shape() const {
    constexpr std::uint64_t most_elements = std::uint64_t{1} << 58;  // so that bytes and sums of two fit, too
    std::uint64_t elements = 1;
    std::vector<std::int64_t> extents;
    for (const std::uint64_t extent : numbers_) {
      const std::uint64_t factor = std::max<std::uint64_t>(extent, 1);
      if (factor > most_elements / elements) {
        fail_in_file(source_, "tensor {} has the shape [{}], more than 2^58 elements", tensor_name(),
                     fmt::join(numbers_, ", "));
      }
      elements *= factor;
      extents.push_back(static_cast<std::int64_t>(extent));
    }
    return Shape(extents);
  }

  std::string_view source_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  std::set<std::string, std::less<>> names_;
  std::string key_;    // of the top object
  std::string field_;  // of the object in it
  std::vector<std::uint64_t> numbers_;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
};

void check_spans(std::span<const TensorEntry> tensors, std::uint64_t data_bytes, std::string_view source) {
  for (const TensorEntry& tensor : tensors) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(tensor.shape.size()) * size_of(tensor.dtype);
    if (tensor.end - tensor.begin != bytes) {
      fail_in_file(source, "tensor {} of shape {} and dtype {} takes {} bytes, but its data_offsets [{}, {}] span {}",
                   quote(tensor.name), to_string(tensor.shape), safetensors_name(tensor.dtype), bytes, tensor.begin,
                   tensor.end, tensor.end - tensor.begin);
    }
    if (tensor.end > data_bytes) {
      fail_in_file(source, "tensor {} ends at byte {} of the data, but there are {}; the file is cut off",
                   quote(tensor.name), tensor.end, data_bytes);
    }
  }
  std::uint64_t covered = 0;
  for (const TensorEntry& tensor : tensors) {
    if (tensor.begin != covered) {
      fail_in_file(source, "tensor {} begins at byte {} of the data, {} the end of the one before, {}",
                   quote(tensor.name), tensor.begin, tensor.begin > covered ? "beyond" : "before", covered);
    }
    covered = tensor.end;
  }
  if (covered != data_bytes) {
    fail_in_file(source, "the tensors take {} bytes, but {} follow the header", covered, data_bytes);
  }
}

std::string to_json(std::string_view text, std::string_view source) {
  try {
    return Json(text).dump();
  } catch (const Json::type_error&) {
    fail_in_file(source, "the text {} is not UTF-8", quote(text));
  }
}

}  // namespace

SafetensorsHeader parse_header(std::string_view json, std::uint64_t data_bytes, std::string_view source) {
  // A zero byte ends the text for the JSON parser, whatever comes behind it.
  if (!json.starts_with('{') || json.find('\0') != std::string_view::npos) {
    fail_in_file(source, "the header is not JSON text that begins with '{{'; is this a safetensors file?");
  }
  HeaderReader reader(source);
  Json::sax_parse(json.begin(), json.end(), &reader);
  SafetensorsHeader header = reader.take();
  std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  check_spans(header.tensors, data_bytes, source);
  return header;
}

std::string format_header(const SafetensorsHeader& header, std::string_view source) {
  std::vector<std::string> fields;
  for (const auto& [key, text] : header.metadata) {
    fields.push_back(to_json(key, source) + ":" + to_json(text, source));
  }
  const std::string metadata = fmt::format("{}:{{{}}}", to_json(metadata_name, source), fmt::join(fields, ","));
  fields.assign(header.metadata.empty() ? 0 : 1, metadata);
  for (const TensorEntry& tensor : header.tensors) {
    fields.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                                 to_json(tensor.name, source), safetensors_name(tensor.dtype),
                                 fmt::join(tensor.shape.extents(), ","), tensor.begin, tensor.end));
  }
  std::string json = fmt::format("{{{}}}", fmt::join(fields, ","));
  json.resize((json.size() + length_bytes - 1) / length_bytes * length_bytes, ' ');
  return json;
}

void sort_and_place(std::span<TensorEntry> tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    const auto key = [](const TensorEntry& tensor) {
      return std::pair(tensor.dtype != DType::float64, std::string_view(tensor.name));
    };
    return key(a) < key(b);
  });
  std::uint64_t at = 0;
  for (TensorEntry& tensor : tensors) {
    tensor.begin = at;
    tensor.end = at += static_cast<std::uint64_t>(tensor.shape.size()) * size_of(tensor.dtype);
  }
}

}  // namespace ranktape::detail
