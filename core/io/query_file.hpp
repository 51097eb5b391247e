#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace ranktape::detail {

/// The sidecar file of a data set: `rank.train.query` (or `.query.gz`) for `rank.train` and `rank.train.gz`.
std::optional<std::filesystem::path> find_query_file(const std::filesystem::path& data);

/// The counts of documents, one a line. Throws FormatError for a line that is none.
std::vector<std::int64_t> read_query_file(const std::filesystem::path& path);

}  // namespace ranktape::detail
