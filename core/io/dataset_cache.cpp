#include <ranktape/core/io/checksum.hpp>
#include <ranktape/core/io/dataset_cache.hpp>
#include <ranktape/core/io/dataset_cache_layout.hpp>
#include <ranktape/core/io/descriptor.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/mapping.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace ranktape {
namespace detail {
namespace {

constexpr std::int64_t most_items = std::int64_t{1} << 40;  // so that bytes and products of two can be counted

class CacheReader {
 public:
  CacheReader(const std::filesystem::path& path, std::shared_ptr<const Mapping> mapping)
      : source_(path.string()), mapping_(std::move(mapping)) {
    check_header();
  }

  [[nodiscard]] const CacheHeader& header() const { return header_; }

  void verify_content() const {
    const std::uint32_t found = extend_checksum(0, mapping_->text().substr(sizeof(CacheHeader)));
    if (found != header_.content_checksum) {
      refuse("the checksum of the content is {:08x}, but the header says {:08x}; {}", found, header_.content_checksum,
             again);
    }
  }

  void check_source() const {
    const std::string_view path = bytes_of(CacheSection::source_path);
    const auto stamp = stamp_of(std::filesystem::path(path));
    if (header_.source_changed != 0 && stamp &&
        (stamp->bytes != header_.source_bytes || stamp->changed != header_.source_changed)) {
      refuse("was made from {}, which has changed since; {}", quote(path), again);
    }
  }

  [[nodiscard]] Dataset read() const {
    Dataset dataset;
    dataset.source = bytes_of(CacheSection::dataset_source);
    dataset.index_base = static_cast<int>(header_.index_base);
    dataset.summary = unpack(header_.summary);
    dataset.groups = read_groups();
    if (header_.is_sparse != 0) {
      dataset.sparse_features = read_sparse();
    } else {
      if (header_.features > most_items / std::max<std::int64_t>(header_.documents, 1)) {
        refuse("a table of {} x {} cannot be; {}", header_.documents, header_.features, again);
      }
      dataset.features = tensor(CacheSection::features, "features", Shape{header_.documents, header_.features});
    }
    dataset.labels = tensor(CacheSection::labels, "labels", Shape{header_.documents});
    dataset.query_weights = optional_tensor(CacheSection::query_weights, "query weights", header_.queries);
    dataset.document_weights = optional_tensor(CacheSection::document_weights, "document weights", header_.documents);
    dataset.query_ids = texts(CacheSection::query_id_ends, CacheSection::query_id_text, "query ids", header_.queries);
    dataset.document_ids =
        texts(CacheSection::document_id_ends, CacheSection::document_id_text, "document ids", header_.documents);
    dataset.feature_names =
        texts(CacheSection::feature_name_ends, CacheSection::feature_name_text, "feature names", header_.features);
    if (header_[CacheSection::file_rows].bytes != 0) {
      const auto rows = numbers<std::int64_t>(CacheSection::file_rows, "file rows", header_.documents);
      dataset.file_rows.assign(rows.begin(), rows.end());
    }
    return dataset;
  }

 private:
  static constexpr std::string_view again = "make it again from the text";

  template <class... Arguments>
  [[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    fail_in_file(source_, format, std::forward<Arguments>(arguments)...);
  }

  void check_header() {
    const std::string_view bytes = mapping_->text();
    const std::string_view magic(cache_magic.data(), cache_magic.size());
    if (!bytes.starts_with(magic)) {
      refuse("is not the binary file of a data set; those begin with {}", quote(magic));
    }
    // What a later version or another machine writes elsewhere is not looked at before these two are known.
    std::memcpy(&header_, bytes.data(), std::min(bytes.size(), sizeof(CacheHeader)));
    if (bytes.size() >= offsetof(CacheHeader, header_checksum)) {
      if (header_.byte_order != cache_byte_order) {
        refuse("was written by a machine of another byte order (its mark is {:08x}, not {:08x}); {}",
               header_.byte_order, cache_byte_order, again);
      }
      if (header_.version != cache_version) {
        refuse("has version {} of the format, but this program reads {}; {}", header_.version, cache_version, again);
      }
    }
    if (bytes.size() < sizeof(CacheHeader)) {
      refuse("is cut off after {} bytes, inside the header of {}; {}", bytes.size(), sizeof(CacheHeader), again);
    }
    if (const std::uint32_t found = checksum_of_header(header_); found != header_.header_checksum) {
      refuse("the checksum of the header is {:08x}, but it says {:08x}; {}", found, header_.header_checksum, again);
    }
    if (bytes.size() != header_.file_bytes) {
      refuse("has {} bytes, but the header says {}; it is cut off or damaged, {}", bytes.size(), header_.file_bytes,
             again);
    }
    check_counts();
  }

  void check_counts() const {
    const auto is_count = [](std::int64_t count) { return count >= 0 && count <= most_items; };
    if (!is_count(header_.documents) || !is_count(header_.queries) || !is_count(header_.features) ||
        header_.index_base < 0 || header_.index_base > 1) {
      refuse("the header has {} documents, {} queries, {} features and the index base {}; {}", header_.documents,
             header_.queries, header_.features, header_.index_base, again);
    }
    for (const CacheExtent& section : header_.sections) {
      if (section.begin % cache_alignment != 0 || section.begin > header_.file_bytes ||
          section.bytes > header_.file_bytes - section.begin) {
        refuse("a section of {} bytes at byte {} does not lie in the file of {}; {}", section.bytes, section.begin,
               header_.file_bytes, again);
      }
    }
  }

  [[nodiscard]] std::string_view bytes_of(CacheSection section) const {
    return mapping_->text().substr(header_[section].begin, header_[section].bytes);
  }

  template <class T>
  [[nodiscard]] std::span<const T> numbers(CacheSection section, std::string_view name, std::int64_t count) const {
    const std::string_view bytes = bytes_of(section);
    if (bytes.size() != static_cast<std::uint64_t>(count) * sizeof(T)) {
      refuse("{} bytes of {} are not {} numbers; {}", bytes.size(), name, count, again);
    }
    return {reinterpret_cast<const T*>(bytes.data()), static_cast<std::size_t>(count)};
  }

  [[nodiscard]] Tensor tensor(CacheSection section, std::string_view name, const Shape& shape) const {
    const auto values = numbers<float>(section, name, shape.size());
    std::byte* const memory = mapping_->data() + header_[section].begin;
    return make_tensor(shape, DType::float32, adopt(memory, values.size_bytes(), mapping_));
  }

  [[nodiscard]] Tensor optional_tensor(CacheSection section, std::string_view name, std::int64_t count) const {
    return header_[section].bytes == 0 ? Tensor() : tensor(section, name, Shape{count});
  }

  [[nodiscard]] Groups read_groups() const {
    const auto offsets = numbers<std::int64_t>(CacheSection::group_offsets, "query offsets", header_.queries + 1);
    if (offsets.front() != 0 || offsets.back() != header_.documents || !std::ranges::is_sorted(offsets)) {
      refuse("the offsets of the queries do not rise from 0 to {} documents; {}", header_.documents, again);
    }
    return Groups::from_offsets(offsets);
  }

  [[nodiscard]] SparseMatrix read_sparse() const {
    const auto offsets = numbers<std::int64_t>(CacheSection::sparse_offsets, "row offsets", header_.documents + 1);
    const auto entries = static_cast<std::int64_t>(header_[CacheSection::sparse_values].bytes / sizeof(float));
    const auto indices = numbers<std::int32_t>(CacheSection::sparse_indices, "column indices", entries);
    const auto values = numbers<float>(CacheSection::sparse_values, "sparse values", entries);
    try {
      return SparseMatrix::share(header_.features, offsets, indices, values, mapping_);
    } catch (const ShapeError&) {
      refuse("the sparse features do not have rising columns below {} in rows that follow each other; {}",
             header_.features, again);
    }
  }

  [[nodiscard]] std::vector<std::string> texts(CacheSection ends_section, CacheSection text_section,
                                               std::string_view name, std::int64_t count) const {
    std::vector<std::string> texts;
    if (header_[ends_section].bytes != 0) {
      const auto ends = numbers<std::int64_t>(ends_section, name, count);
      const std::string_view text = bytes_of(text_section);
      if (!std::ranges::is_sorted(ends) || ends.front() < 0 || ends.back() != static_cast<std::int64_t>(text.size())) {
        refuse("the ends of the {} do not rise to their {} bytes; {}", name, text.size(), again);
      }
      std::int64_t begin = 0;
      for (const std::int64_t end : ends) {
        texts.emplace_back(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
        begin = end;
      }
    }
    return texts;
  }

  std::string source_;
  std::shared_ptr<const Mapping> mapping_;
  CacheHeader header_;
};

}  // namespace
}  // namespace detail

Dataset open_dataset_cache(const std::filesystem::path& path, const DatasetCacheReading& options) {
  const detail::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    detail::fail_with_errno(path, "cannot be opened");
  }
  if (status.st_size == 0) {
    detail::fail_in_file(path.string(), "the file is empty");
  }
  auto mapping = std::make_shared<const detail::Mapping>(
      detail::Mapping::of_file(file.number(), static_cast<std::size_t>(status.st_size)));
  if (mapping->data() == nullptr) {
    detail::fail_with_errno(path, "cannot be mapped");
  }
  const detail::CacheReader reader(path, std::move(mapping));
  if (options.verify) {
    reader.verify_content();
  }
  if (options.check_source) {
    reader.check_source();
  }
  return reader.read();
}

bool is_dataset_cache(const std::filesystem::path& path) {
  const detail::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, detail::cache_magic.size()> begin = {};
  return file.is_open() && ::pread(file.number(), begin.data(), begin.size(), 0) == std::ssize(begin) &&
         begin == detail::cache_magic;
}

}  // namespace ranktape
