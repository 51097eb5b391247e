#pragma once

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ranktape {

/// How the gradient of a list's ranks reaches its scores.
enum class RankRegime {
  saturated,  ///< at least 90 % of the documents are alone in their block: hard ranks, no gradient
  active,
  linear,   ///< all documents in one block: the ranks are linear in the scores
  unpooled  ///< a relaxation without blocks, or a loss of the raw scores
};
const char* to_string(RankRegime regime);

struct RankedDocument {
  std::int64_t document = 0;  ///< from 0, in the list
  double score = 0;
  std::optional<double> label = {};
  double hard_rank = 0;                  ///< the mean of their places for equal scores
  std::optional<double> soft_rank = {};  ///< none for a loss of the raw scores
  std::int64_t block = -1;               ///< in sorted order, from 0; -1 where nothing pools
  bool alone = false;                    ///< a block of its own: its rank is hard, and its score gets no gradient
  double gradient = 0;                   ///< of the loss by the score; descent moves the score the other way
  /// The document of its block that pushes it most, and by how much of `gradient`; -1 where nothing pools or pushes.
  /// The pushes of all documents of the block sum to the gradient that comes by way of the rank, which is all of it
  /// unless something else takes the scores, too.
  std::int64_t partner = -1;
  double push = 0;
  std::string sentence = {};  ///< who pushes whom, in words
};

/// The same list with another strength.
struct StrengthStep {
  double factor = 1;  ///< times the strength at hand
  double strength = 0;
  std::vector<double> soft_ranks = {};  ///< of the documents shown
  double gradient_share = 0;   ///< of all documents of the list: those that share a block; 1 where nothing pools
  double mean_block_size = 0;  ///< documents per block; 0 where nothing pools
};

/// One list of scores that the loss ranks, with the gradient that comes back.
struct RankedList {
  std::int64_t list = 0;     ///< its number among the lists of the loss
  std::int64_t ranking = 0;  ///< its place in Inspection::rankings
  std::int64_t documents_in_all = 0;
  double loss = 0;  ///< summed over the losses of this list; its gradient's norm where there is no loss over lists
  RankRegime regime = RankRegime::unpooled;
  double strength = 0;            ///< 0 for a loss of the raw scores
  double median_gap = 0;          ///< between neighbouring scores in sorted order
  std::vector<double> gaps = {};  ///< all of them, ascending; at most 512, evenly taken
  /// By score, the first rank first; where the list is long, those with the greatest gradient.
  std::vector<RankedDocument> documents = {};
  std::vector<StrengthStep> strengths = {};  ///< nine, from 0.01 to 100 times; none for a loss of the raw scores
};

/// All lists of one tensor of scores together. What follows from their order (gaps, ties) is of an even sample of the
/// lists where there are more than 2,000 of them, or more than 200,000 documents.
struct RankingSummary {
  std::int64_t record = 0;       ///< that made ranks of the scores; that of the loss where it takes the raw scores
  std::int64_t scores = 0;       ///< number among Tape::tensors
  std::string scores_name = {};  ///< empty for none
  std::string operation = {};
  std::string relaxation = {};           ///< empty for a loss of the raw scores
  std::vector<std::string> losses = {};  ///< operations
  bool normalizes_soft_ranks = false;
  std::int64_t lists = 0;        ///< of two documents or more
  std::int64_t short_lists = 0;  ///< of fewer
  std::int64_t documents = 0;    ///< of the former, as all that follows
  std::int64_t blocks = 0;       ///< 0 where nothing pools
  std::int64_t single_documents = 0;
  std::int64_t single_block_lists = 0;
  std::int64_t constant_label_lists = 0;  ///< 0 without labels
  std::int64_t constant_score_lists = 0;
  std::int64_t tied_scores = 0;     ///< documents whose score another one of the list has; of a sample, scaled up
  std::int64_t zero_gradients = 0;  ///< documents whose score gets exactly 0, or no gradient at all
  /// All ranks of the list get the same gradient, not 0, which a sum of ranks cannot use; 0 if unknown.
  std::int64_t constant_rank_gradient_lists = 0;
  double median_gap = 0;                 ///< median over the lists of theirs
  std::string strength_option = {};      ///< as RankingDetails has it; empty for a loss of the raw scores
  double strength_setting = 0;           ///< likewise
  double median_strength = 0;            ///< likewise; 0 for a loss of the raw scores
  double gaps_above_strength = 0;        ///< share of all gaps between neighbours; 0 for a loss of the raw scores
  double score_deviation = 0;            ///< mean over the lists
  double largest_score = 0;              ///< magnitude
  std::int64_t lists_with_gradient = 0;  ///< lists of which a score gets a gradient other than 0
  std::int64_t steepest_list = -1;       ///< the one whose scores' gradient has the largest norm; -1 for none
  double steepest_gradient_share = 0;    ///< its share of the sum of these norms
  DType dtype = DType::float32;
};

struct RankedListOptions {
  std::int64_t max_lists = 12;      ///< the worst by the magnitude of the loss
  std::int64_t max_documents = 48;  ///< of each
};

struct Rankings {
  std::vector<RankingSummary> summaries = {};  ///< in the order of the tape
  std::vector<RankedList> lists = {};          ///< of all of them, the worst first
};

/// Finds every tensor of scores that the tape ranks, or has a loss over lists of: one summary for each record that
/// makes soft ranks, with the losses of these ranks, and one for the losses that take the same lists of scores as they
/// are. Left out are scores that are constants, and losses of several numbers for each document (ordinal_loss).
/// `gradients` must be of backward({.keep_intermediate = true}) for the scores' own to be known. It never throws for
/// what a tape may hold (no gradients, lists without documents, NaN). Cost: about one pass over the scores, their
/// gradients and labels, and a sort of the lists that are shown or in the sample.
Rankings find_rankings(const Tape& tape, const Gradients& gradients, const RankedListOptions& options = {});

}  // namespace ranktape
