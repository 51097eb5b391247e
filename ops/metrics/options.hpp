#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What programs that compute ranking metrics disagree about.
namespace ranktape {

/// What a label is worth: 2^label - 1, or the label itself.
enum class Gain { exponential, linear };

/// What a list without a relevant document counts as: nothing (left out and counted), 0 or 1. `one` is for the metrics
/// that divide by what there is to find (NDCG, average precision, reciprocal rank, recall); the others (DCG, expected
/// reciprocal rank, precision, hit rate) are 0 there, unless such lists are skipped.
enum class NoRelevant { skip, zero, one };

/// In which order documents with equal scores stand. It matters most for a model that knows little: with `stable` the
/// NDCG of constant scores is that of the order of the file.
enum class Ties {
  stable,    ///< in that of the input
  reversed,  ///< the last one first: trec_eval's, for documents in the order of their names
  averaged,  ///< in every order: the exact mean of the metric over them
  together,  ///< NDCG and DCG as `averaged`; the precision at a relevant document is that after the last one it ties
             ///< with (scikit-learn's average precision, whole lists only). Not defined for the other metrics.
};

/// What the relevant documents among the first k are divided by: k, or the documents there are if these are fewer.
enum class PrecisionDenominator { k, k_or_length };

/// What the precisions at relevant documents among the first k are divided by: the number of relevant documents in the
/// list, or k if that is less.
enum class AveragePrecisionDenominator { relevant, relevant_or_k };

struct MetricOptions {
  std::int64_t k = 0;  ///< only the first k places count; 0: all
  Gain gain = Gain::exponential;
  NoRelevant no_relevant = NoRelevant::skip;
  Ties ties = Ties::stable;
  /// Labels from here on are relevant. (NDCG, DCG and expected reciprocal rank take a label above 0 for relevant.)
  double relevant_label = 1;
  double largest_label =
      4;  ///< of expected reciprocal rank: a document of label y satisfies with (2^y - 1) / 2^largest
  PrecisionDenominator precision_denominator = PrecisionDenominator::k;
  AveragePrecisionDenominator average_precision_denominator = AveragePrecisionDenominator::relevant;
};

/// Programs whose numbers can be reproduced: their options by name.
enum class MetricConvention { ranktape, lightgbm, xgboost, trec_eval, scikit_learn, ranklib };

/// The options that reproduce a program's metrics: LightGBM 4.7 (ndcg, map), XGBoost 3.2 (ndcg, map, pre; it sorts
/// float32 scores), trec_eval 9 (ndcg_cut, map, map_cut, recip_rank, P, recall, success; tied documents in descending
/// order of their names, so bring each list in ascending order first), scikit-learn 1.9 (ndcg_score, dcg_score,
/// average_precision_score; it refuses lists of one document), RankLib (NDCG, DCG, MAP, RR, P, ERR; after its source).
/// `ranktape` are the defaults.
MetricOptions metric_options_of(MetricConvention convention);

/// As on a command line: "exponential", "skip", "stable", "k_or_length", "lightgbm".
std::string_view to_string(Gain gain);
std::string_view to_string(NoRelevant no_relevant);
std::string_view to_string(Ties ties);
std::string_view to_string(PrecisionDenominator denominator);
std::string_view to_string(AveragePrecisionDenominator denominator);
std::string_view to_string(MetricConvention convention);

/// All but k on one line, so that a number can be reproduced: "gain exponential, ties stable, no relevant document
/// skip, relevant from label 1, largest label 4, precision over k, average precision over relevant".
std::string describe(const MetricOptions& options);

}  // namespace ranktape
