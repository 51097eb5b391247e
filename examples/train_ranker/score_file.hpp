#pragma once

#include <ranktape/ranktape.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Files of scores, which `predict` writes and `evaluate` reads.
namespace train_ranker {

enum class ScoreFormat {
  scores,  ///< one score a line, in the order of the data file
  tsv,     ///< QUERY <tab> DOCUMENT <tab> SCORE, in the order of the data file; as RankLib's
  trec,    ///< a TREC run, QUERY Q0 DOCUMENT RANK SCORE NAME, each query from the best document on
};

/// The id of a query as its file wrote it; in a file without ids its number, from 1 on.
std::string query_name(const ranktape::Dataset& data, std::int64_t query);
/// The id of a document; in a file without ids its number in its query, from 0 on.
std::string document_name(const ranktape::Dataset& data, std::int64_t query, std::int64_t document);

/// `scores` has one for each document, in the order of the data set.
std::string format_scores(std::span<const float> scores, const ranktape::Dataset& data, ScoreFormat format,
                          const std::string& run_name);

/// Reads any of these formats, told by the number of columns: one score for each document, in the order of the data
/// set. The last two are matched by query and document, so their lines may stand in any order. Throws FormatError with
/// the line for what is no score, a document that the data do not have, or has a score already, and for documents
/// without a score.
std::vector<double> read_scores(const std::string& file, const ranktape::Dataset& data);

}  // namespace train_ranker
