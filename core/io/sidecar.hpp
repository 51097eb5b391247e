#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

// Internal: the small files of numbers, one a line, that may lie beside a data set.
namespace ranktape::detail {

/// `rank.train` + `.query` (or `.query.gz`) for `rank.train` and `rank.train.gz`, if it exists.
std::optional<std::filesystem::path> find_sidecar(const std::filesystem::path& data, std::string_view ending);

/// The counts of documents of a `.query` file. Throws FormatError for a line that is none.
std::vector<std::int64_t> read_query_file(const std::filesystem::path& path);

/// The weights of a `.weight` file. Throws FormatError for a line that is no finite number from 0 on.
std::vector<float> read_weight_file(const std::filesystem::path& path);

}  // namespace ranktape::detail
