#include <ranktape/core/io/checksum.hpp>
#include <ranktape/core/io/file.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/gzip.hpp>
#include <ranktape/core/io/safetensors.hpp>
#include <ranktape/core/io/safetensors_header.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace ranktape {
namespace detail {
namespace {

static_assert(std::endian::native == std::endian::little, "the elements are copied as they are");

std::string_view bytes_of(std::string_view data, const TensorEntry& tensor) {
  return data.substr(tensor.begin, tensor.end - tensor.begin);
}

// Over the content as format_safetensors would write it without the checksum: names, shapes, metadata and elements.
// So a file that another program wrote again, in another order or with other blanks, keeps its checksum.
std::string checksum_of(SafetensorsHeader header, std::string_view data, std::string_view source) {
  header.metadata.erase(std::string(checksum_key));
  std::vector<TensorEntry> entries = header.tensors;
  sort_and_place(header.tensors);
  std::uint32_t checksum = extend_checksum(0, format_header(header, source));
  std::map<std::string_view, const TensorEntry*> entry_of_name;
  for (const TensorEntry& entry : entries) {
    entry_of_name.emplace(entry.name, &entry);
  }
  for (const TensorEntry& tensor : header.tensors) {
    checksum = extend_checksum(checksum, bytes_of(data, *entry_of_name.at(tensor.name)));
  }
  return fmt::format("{:08x}", checksum);
}

std::uint64_t read_length(std::string_view bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  return length;
}

// The header's JSON text, once its length is known to lie in the file.
std::string_view find_header(std::string_view bytes, std::string_view source) {
  if (is_gzip(bytes)) {
    fail_in_file(source, "the file is packed by gzip; unpack it with gunzip");
  }
  if (bytes.size() < length_bytes) {
    fail_in_file(source, "{} bytes are too few for a safetensors file; it is cut off", bytes.size());
  }
  const std::uint64_t length = read_length(bytes);
  if (length > max_header_bytes) {
    fail_in_file(source, "the header is said to take {} bytes, more than {}; is this a safetensors file?", length,
                 max_header_bytes);
  }
  if (length > bytes.size() - length_bytes) {
    fail_in_file(source, "the header is said to take {} bytes, but {} follow; the file is cut off", length,
                 bytes.size() - length_bytes);
  }
  return bytes.substr(length_bytes, length);
}

// The tensors on the CPU, in the order in which they are written.
std::vector<NamedTensor> in_written_order(const SafetensorsFile& file, std::string_view target,
                                          SafetensorsHeader& header) {
  std::map<std::string_view, Tensor> tensor_of_name;
  for (const NamedTensor& named : file.tensors) {
    if (!named.tensor.defined()) {
      fail_in_file(target, "tensor {} to be written is undefined; assign one first", quote(named.name));
    }
    if (!tensor_of_name.emplace(named.name, named.tensor.detach().to(Device::cpu)).second) {
      fail_in_file(target, "two tensors to be written have the name {}", quote(named.name));
    }
    if (named.name == metadata_name) {
      fail_in_file(target, "no tensor can have the name {}, which the format keeps for itself", quote(named.name));
    }
    header.tensors.push_back({named.name, named.tensor.dtype(), named.tensor.shape(), 0, 0});
  }
  sort_and_place(header.tensors);
  std::vector<NamedTensor> tensors;
  for (const TensorEntry& entry : header.tensors) {
    tensors.push_back({entry.name, tensor_of_name.at(entry.name)});
  }
  return tensors;
}

}  // namespace
}  // namespace detail

const Tensor& SafetensorsFile::at(std::string_view name) const {
  std::vector<std::string> names;
  for (const NamedTensor& named : tensors) {
    if (named.name == name) {
      return named.tensor;
    }
    names.push_back(detail::quote(named.name));
  }
  detail::fail_in_file(source, "no tensor {}; there are: {}", detail::quote(name),
                       names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

const std::string& SafetensorsFile::text_at(std::string_view key) const {
  std::vector<std::string> keys;
  for (const auto& [found, text] : metadata) {
    if (found == key) {
      return text;
    }
    keys.push_back(detail::quote(found));
  }
  detail::fail_in_file(source, "no metadata {}; there are: {}", detail::quote(key),
                       keys.empty() ? "none" : fmt::format("{}", fmt::join(keys, ", ")));
}

SafetensorsFile parse_safetensors(std::string_view bytes, std::string_view source) {
  const std::string_view json = detail::find_header(bytes, source);
  const std::string_view data = bytes.substr(detail::length_bytes + json.size());
  detail::SafetensorsHeader header = detail::parse_header(json, data.size(), source);
  SafetensorsFile file;
  file.source = source;
  if (const auto checksum = header.metadata.find(std::string(detail::checksum_key));
      checksum != header.metadata.end()) {
    if (const std::string actual = detail::checksum_of(header, data, source); checksum->second != actual) {
      detail::fail_in_file(source, "the checksum is {}, but the metadata say {}; the file is damaged", actual,
                           detail::quote(checksum->second));
    }
    header.metadata.erase(checksum);
    file.has_checksum = true;
  }
  file.metadata = std::move(header.metadata);
  for (detail::TensorEntry& entry : header.tensors) {
    const Tensor tensor = detail::make_tensor(entry.shape, entry.dtype, Device::cpu).named(entry.name);
    detail::bytes_of(data, entry).copy(detail::data<char>(tensor), entry.end - entry.begin);
    file.tensors.push_back({std::move(entry.name), tensor});
  }
  return file;
}

SafetensorsFile load_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

std::string format_safetensors(const SafetensorsFile& file, std::string_view target) {
  detail::SafetensorsHeader header;
  std::string data;
  for (const NamedTensor& named : detail::in_written_order(file, target, header)) {
    const std::size_t bytes = static_cast<std::size_t>(named.tensor.size()) * size_of(named.tensor.dtype());
    data.append(detail::data<char>(named.tensor), bytes);
  }
  header.metadata = file.metadata;
  header.metadata.insert_or_assign(std::string(detail::checksum_key), detail::checksum_of(header, data, target));
  const std::string json = detail::format_header(header, target);
  if (json.size() > detail::max_header_bytes) {
    detail::fail_in_file(target, "names and metadata to be written take {} bytes; at most {} are read", json.size(),
                         detail::max_header_bytes);
  }
  detail::parse_header(json, data.size(), target);  // what we would not read is not written
  const std::uint64_t length = json.size();
  std::string bytes(detail::length_bytes, '\0');
  std::memcpy(bytes.data(), &length, detail::length_bytes);
  return bytes.append(json).append(data);
}

void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
  write_file_atomically(path, format_safetensors(file, path.string()));
}

}  // namespace ranktape
