#include <ranktape/core/inspect/list_detail.hpp>
#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/inspect/ranking_figures.hpp>
#include <ranktape/core/inspect/ranking_sources.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>

namespace ranktape {
namespace {

/// A list that may be shown.
struct Candidate {
  double badness;
  std::size_t source;
  std::int64_t list;

  friend bool operator<(const Candidate& a, const Candidate& b) {
    return std::tie(b.badness, a.source, a.list) < std::tie(a.badness, b.source, b.list);
  }
};

void keep_worst(std::vector<Candidate>& candidates, std::int64_t most) {
  const std::int64_t kept = std::clamp<std::int64_t>(most, 0, std::ssize(candidates));
  std::partial_sort(candidates.begin(), candidates.begin() + kept, candidates.end());
  candidates.resize(static_cast<std::size_t>(kept));
}

}  // namespace

const char* to_string(RankRegime regime) {
  switch (regime) {
    case RankRegime::saturated: return "saturated";
    case RankRegime::active: return "active";
    case RankRegime::linear: return "linear";
    case RankRegime::unpooled: break;
  }
  return "unpooled";
}

Rankings find_rankings(const Tape& tape, const Gradients& gradients, const RankedListOptions& options) {
  const std::vector<detail::RankingSource> sources = detail::ranking_sources(tape);
  Rankings rankings;
  std::vector<Candidate> worst;
  for (std::size_t number = 0; number < sources.size(); ++number) {
    const detail::RankingSource& source = sources[number];
    const detail::RankingNumbers numbers(tape, gradients, source);
    rankings.summaries.push_back(detail::summarize(tape, source, numbers));
    for (std::int64_t list = 0; list < source.lists(); ++list) {
      if (source.size(list) >= 2) {
        worst.push_back({detail::badness_of(source, numbers, list), number, list});
      }
    }
    keep_worst(worst, options.max_lists);
  }
  // The numbers of all sources together would be as large as the tape: those of the lists shown are read once more.
  rankings.lists.resize(worst.size());
  for (std::size_t number = 0; number < sources.size(); ++number) {
    std::optional<detail::RankingNumbers> numbers;
    for (std::size_t place = 0; place < worst.size(); ++place) {
      if (worst[place].source == number) {
        if (!numbers) {
          numbers.emplace(tape, gradients, sources[number]);
        }
        rankings.lists[place] =
            detail::look_at_list(sources[number], *numbers, worst[place].list, options.max_documents);
        rankings.lists[place].ranking = static_cast<std::int64_t>(number);
      }
    }
  }
  return rankings;
}

}  // namespace ranktape
