#include <ranktape/core/io/atomic_file.hpp>
#include <ranktape/core/io/checksum.hpp>
#include <ranktape/core/io/dataset_cache.hpp>
#include <ranktape/core/io/dataset_cache_layout.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ranktape {
namespace detail {
namespace {

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::string_view bytes_of(const Tensor& tensor) {
  return tensor.defined() ? bytes_of(tensor.values<float>()) : std::string_view();
}

/// Texts as one text and where each ends in it.
struct PackedTexts {
  std::vector<std::int64_t> ends;
  std::string text;

  explicit PackedTexts(const std::vector<std::string>& texts) {
    for (const std::string& one : texts) {
      text += one;
      ends.push_back(static_cast<std::int64_t>(text.size()));
    }
  }
};

using Contents = std::array<std::string_view, cache_sections>;

void place(CacheHeader& header, const Contents& contents) {
  std::uint64_t at = sizeof(CacheHeader);
  for (std::size_t i = 0; i < cache_sections; ++i) {
    at = (at + cache_alignment - 1) / cache_alignment * cache_alignment;
    header.sections[i] = {.begin = at, .bytes = contents[i].size()};
    at += contents[i].size();
  }
  header.file_bytes = at;
}

/// Calls take(bytes) for all that follows the header, with the zeros between the sections.
template <class Take>
void for_each_piece(const CacheHeader& header, const Contents& contents, const Take& take) {
  static constexpr std::array<char, cache_alignment> zeros = {};
  std::uint64_t at = sizeof(CacheHeader);
  for (std::size_t i = 0; i < cache_sections; ++i) {
    take(std::string_view(zeros.data(), header.sections[i].begin - at));
    take(contents[i]);
    at = header.sections[i].begin + header.sections[i].bytes;
  }
}

}  // namespace
}  // namespace detail

void write_dataset_cache(const std::filesystem::path& path, const Dataset& dataset,
                         const DatasetCacheOptions& options) {
  using detail::CacheSection;
  detail::CacheHeader header = {.documents = dataset.document_count(),
                                .queries = dataset.query_count(),
                                .features = dataset.feature_count(),
                                .index_base = dataset.index_base,
                                .is_sparse = dataset.sparse_features ? 1U : 0U,
                                .summary = detail::pack(dataset.summary)};
  const detail::PackedTexts query_ids(dataset.query_ids);
  const detail::PackedTexts document_ids(dataset.document_ids);
  const detail::PackedTexts feature_names(dataset.feature_names);
  detail::Contents contents;
  const auto content = [&contents](CacheSection section) -> std::string_view& {
    return contents[static_cast<std::size_t>(section)];
  };
  const std::string source_path = options.source.string();
  if (const auto stamp = detail::stamp_of(options.source); stamp && !source_path.empty()) {
    header.source_bytes = stamp->bytes;
    header.source_changed = stamp->changed;
    content(CacheSection::source_path) = source_path;
  }
  content(CacheSection::features) = detail::bytes_of(dataset.features);
  if (dataset.sparse_features) {
    content(CacheSection::sparse_offsets) = detail::bytes_of(dataset.sparse_features->offsets());
    content(CacheSection::sparse_indices) = detail::bytes_of(dataset.sparse_features->indices());
    content(CacheSection::sparse_values) = detail::bytes_of(dataset.sparse_features->values());
  }
  content(CacheSection::labels) = detail::bytes_of(dataset.labels);
  content(CacheSection::group_offsets) = detail::bytes_of(dataset.groups.offsets());
  content(CacheSection::query_weights) = detail::bytes_of(dataset.query_weights);
  content(CacheSection::document_weights) = detail::bytes_of(dataset.document_weights);
  content(CacheSection::file_rows) = detail::bytes_of(std::span<const std::int64_t>(dataset.file_rows));
  content(CacheSection::query_id_ends) = detail::bytes_of(std::span<const std::int64_t>(query_ids.ends));
  content(CacheSection::query_id_text) = query_ids.text;
  content(CacheSection::document_id_ends) = detail::bytes_of(std::span<const std::int64_t>(document_ids.ends));
  content(CacheSection::document_id_text) = document_ids.text;
  content(CacheSection::feature_name_ends) = detail::bytes_of(std::span<const std::int64_t>(feature_names.ends));
  content(CacheSection::feature_name_text) = feature_names.text;
  content(CacheSection::dataset_source) = dataset.source;

  detail::place(header, contents);
  detail::for_each_piece(header, contents, [&header](std::string_view bytes) {
    header.content_checksum = detail::extend_checksum(header.content_checksum, bytes);
  });
  header.header_checksum = detail::checksum_of_header(header);
  detail::AtomicFile file(path);
  file.write({reinterpret_cast<const char*>(&header), sizeof(header)});
  detail::for_each_piece(header, contents, [&file](std::string_view bytes) { file.write(bytes); });
  file.commit();
}

}  // namespace ranktape
