#pragma once

#include <ranktape/core/error.hpp>
#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/source_location.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ranktape {

enum class MissingFeature { zero, nan, error };  ///< an index that a row leaves out: its value, or not allowed
enum class ExtraFeatures { error, ignore };      ///< an index beyond the width asked for: not allowed, or only counted
enum class ScatteredQueries { error, merge };    ///< a qid that comes back: not allowed, or its rows brought together

/// Whether the features become a SparseMatrix. `automatic`: where at most one value in 20 is given, the table would
/// take 16 MB or more, and MissingFeature::zero fills the others.
enum class SparseFeatures { automatic, always, never };

struct LetorOptions {
  std::optional<int> index_base = {};  ///< 0 or 1; by default 0 if the file has an index 0, else 1. A model's test data
                                       ///< must be read with the base of its training data.
  std::int64_t features = 0;           ///< the width of the table; 0: as wide as the largest index makes it
  ExtraFeatures extra_features = ExtraFeatures::error;
  MissingFeature missing_feature = MissingFeature::zero;
  ScatteredQueries scattered_queries = ScatteredQueries::error;
  bool allow_nan = false;                  ///< values `nan`; the ranking operations refuse them
  bool allow_negative_labels = false;      ///< harmless for the Spearman loss, wrong for gains 2^label - 1
  bool one_query = false;                  ///< a file with no query information is one list, not an error
  std::filesystem::path query_file = {};   ///< counts of documents, one a line; by default `<path without .gz>.query`
                                           ///< if it exists and the rows have no qid
  std::filesystem::path weight_file = {};  ///< one weight a line, for each document or for each query, by their count;
                                           ///< by default `<path without .gz>.weight` if it exists
  std::int64_t max_table_bytes = 0;  ///< 0: 2^36, and 2^28 for a table with less than one value given in a thousand
  SparseFeatures sparse = SparseFeatures::automatic;
  int max_errors = 1;  ///< so many bad lines are collected, from the first on, before they are thrown as one error
};

/// Reads a ranking data set in the LETOR / SVMlight format, gzip or not; "-" is the standard input. All threads take
/// part, with the same result for any number of them. One document a line:
///
///     LABEL [qid:ID] INDEX:VALUE INDEX:VALUE ... [# comment]
///
/// Separators are blanks and tabs, lines end with LF or CRLF, empty lines and comments are skipped. Ids are any text,
/// indices come in any order, and `#docid = X` names the document. What does not fit throws FormatError
/// (`train.txt:17: feature 3 given twice`), a file that cannot be read throws Error, options out of range NumericError.
/// The memory takes little more than the table, whatever the length of the text.
Dataset read_letor(const std::filesystem::path& path, const LetorOptions& options = {},
                   SourceLocation where = SourceLocation::current());

/// The same from memory; `source` stands for the file in messages. No sidecar file unless the options name one.
Dataset parse_letor(std::string_view text, std::string_view source, const LetorOptions& options = {},
                    SourceLocation where = SourceLocation::current());

/// Writes the documents as LETOR text in one step (see write_file_atomically); "-" is the standard output. Numbers are
/// the shortest that read back as the same float32, so that reading the text gives the same bits; all values of a table
/// are written, of sparse features the entries. Queries without ids get numbers from 1 on. Weights, and queries without
/// documents, have no place in the format.
void write_letor(const std::filesystem::path& path, const Dataset& dataset);

/// The text that write_letor writes.
std::string format_letor(const Dataset& dataset);

}  // namespace ranktape
