#pragma once

#include <ranktape/core/io/dataset_cache.hpp>
#include <ranktape/core/io/letor.hpp>
#include <ranktape/core/io/table.hpp>

#include <filesystem>

namespace ranktape {

/// `automatic`: the binary file by its first bytes, a table by its name (.csv, .tsv, .tab, with or without .gz), LETOR
/// text else, also from the standard input.
enum class DatasetFormat { automatic, letor, table, cache };

struct DatasetOptions {
  DatasetFormat format = DatasetFormat::automatic;
  LetorOptions text = {};  ///< of LETOR text and tables; width and index base also of binary files
  TableColumns columns = {};
  DatasetCacheReading cache = {};
};

/// Reads a data set in any format: see read_letor, read_table and open_dataset_cache. A binary file or a table of
/// another width than `text.features` asks for is cut where extra_features allows it, and else refused with
/// FormatError.
Dataset read_dataset(const std::filesystem::path& path, const DatasetOptions& options = {},
                     SourceLocation where = SourceLocation::current());

}  // namespace ranktape
