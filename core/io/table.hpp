#pragma once

#include <ranktape/core/io/letor.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape {

/// Which columns of a table hold what, by the names in its header, or by numbers from "1" on in a table without one.
/// Empty names stand for the usual ones, which may be absent where nothing is said of an error.
struct TableColumns {
  bool header = true;                      ///< the first line names the columns
  char separator = '\0';                   ///< by default a tab for .tsv and .tab, else a comma
  std::string label = {};                  ///< label, relevance or target; without a header "1". An error if absent
  std::string query = {};                  ///< qid or query_id; without a header "2"
  std::string document = {};               ///< docid or document_id
  std::string weight = {};                 ///< of a document; no usual name
  std::vector<std::string> features = {};  ///< in this order; empty: all others, in the file's order
};

/// Reads a ranking data set from a table of comma or tab separated values, gzip or not; "-" is the standard input. One
/// document a line; fields may be quoted ("say ""so"""), but not over the end of a line. A feature's empty field is a
/// value left out (LetorOptions::missing_feature). Of the options, index_base, features and extra_features say nothing
/// here. Throws as read_letor does, with the line and the column's name.
Dataset read_table(const std::filesystem::path& path, const TableColumns& columns = {},
                   const LetorOptions& options = {}, SourceLocation where = SourceLocation::current());

/// The same from memory. No sidecar file unless the options name one.
Dataset parse_table(std::string_view text, std::string_view source, const TableColumns& columns = {},
                    const LetorOptions& options = {}, SourceLocation where = SourceLocation::current());

}  // namespace ranktape
