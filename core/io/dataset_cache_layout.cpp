#include <ranktape/core/io/checksum.hpp>
#include <ranktape/core/io/dataset_cache_layout.hpp>

#include <sys/stat.h>

#include <bit>

namespace ranktape::detail {

static_assert(std::endian::native == std::endian::little, "the elements are copied as they are");

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  return FileStamp{.bytes = status.st_size, .changed = status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

std::uint32_t checksum_of_header(CacheHeader header) {
  header.header_checksum = 0;
  return extend_checksum(0, {reinterpret_cast<const char*>(&header), sizeof(header)});
}

CacheSummary pack(const DatasetSummary& summary) {
  return {.counts = {summary.queries_without_relevant_document, summary.constant_label_queries,
                     summary.single_document_queries, summary.empty_queries, summary.constant_features,
                     summary.nan_values, summary.ignored_values},
          .smallest_label = summary.smallest_label,
          .largest_label = summary.largest_label,
          .integer_labels = summary.integer_labels ? 1U : 0U};
}

DatasetSummary unpack(const CacheSummary& packed) {
  const auto& counts = packed.counts;
  return {.queries_without_relevant_document = counts[0],
          .constant_label_queries = counts[1],
          .single_document_queries = counts[2],
          .empty_queries = counts[3],
          .constant_features = counts[4],
          .nan_values = counts[5],
          .ignored_values = counts[6],
          .smallest_label = packed.smallest_label,
          .largest_label = packed.largest_label,
          .integer_labels = packed.integer_labels != 0};
}

}  // namespace ranktape::detail
