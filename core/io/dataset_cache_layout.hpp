#pragma once

#include <ranktape/core/io/dataset.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

// Internal: where things are in the binary file of a data set.
//
//   CacheHeader   at byte 0, little endian as all that follows
//   sections      each at a multiple of 64 bytes, in the order of CacheSection; absent ones have no bytes
namespace ranktape::detail {

enum class CacheSection : std::size_t {
  features,          ///< float32 [documents, features]
  sparse_offsets,    ///< int64 [documents + 1]
  sparse_indices,    ///< int32 [entries]
  sparse_values,     ///< float32 [entries]
  labels,            ///< float32 [documents]
  group_offsets,     ///< int64 [queries + 1]
  query_weights,     ///< float32 [queries]
  document_weights,  ///< float32 [documents]
  file_rows,         ///< int64 [documents]
  query_id_ends,     ///< int64 [queries]: where each ends in the text
  query_id_text,
  document_id_ends,  ///< int64 [documents]
  document_id_text,
  feature_name_ends,  ///< int64 [features]
  feature_name_text,
  dataset_source,  ///< the name for messages
  source_path,     ///< of the text file, as the caller wrote it
};
inline constexpr std::size_t cache_sections = static_cast<std::size_t>(CacheSection::source_path) + 1;

struct CacheExtent {
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;
};

/// What is written of a DatasetSummary, in its order.
struct CacheSummary {
  std::array<std::int64_t, 7> counts = {};
  float smallest_label = 0;
  float largest_label = 0;
  std::uint64_t integer_labels = 1;
};

inline constexpr std::array<char, 8> cache_magic = {'\x89', 'R', 'T', 'D', 'A', 'T', 'A', '\n'};
inline constexpr std::uint32_t cache_version = 1;
inline constexpr std::uint32_t cache_byte_order = 0x01020304;

struct CacheHeader {
  std::array<char, 8> magic = cache_magic;
  std::uint32_t byte_order = cache_byte_order;
  std::uint32_t version = cache_version;
  std::uint32_t header_checksum = 0;   ///< of this struct with 0 in its place
  std::uint32_t content_checksum = 0;  ///< of the bytes behind it
  std::uint64_t file_bytes = 0;
  std::int64_t documents = 0;
  std::int64_t queries = 0;
  std::int64_t features = 0;
  std::int64_t index_base = 1;
  std::uint64_t is_sparse = 0;
  std::int64_t source_bytes = 0;
  std::int64_t source_changed = 0;  ///< in nanoseconds; 0: no source is noted
  CacheSummary summary = {};
  std::array<CacheExtent, cache_sections> sections = {};

  CacheExtent& operator[](CacheSection section) { return sections[static_cast<std::size_t>(section)]; }
  const CacheExtent& operator[](CacheSection section) const { return sections[static_cast<std::size_t>(section)]; }
};
static_assert(sizeof(CacheHeader) == 88 + 72 + 16 * cache_sections, "without a gap whose bytes nobody sets");

inline constexpr std::uint64_t cache_alignment = 64;

/// The size of a file and the time of its last change; nothing where there is none.
struct FileStamp {
  std::int64_t bytes = 0;
  std::int64_t changed = 0;
};
std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

std::uint32_t checksum_of_header(CacheHeader header);

CacheSummary pack(const DatasetSummary& summary);
DatasetSummary unpack(const CacheSummary& packed);

}  // namespace ranktape::detail
