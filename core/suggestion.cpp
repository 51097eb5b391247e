#include <ranktape/core/suggestion.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

namespace ranktape {
namespace {

std::string folded(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return letter == '-' ? '_' : static_cast<char>(std::tolower(letter)); });
  return text;
}

// Optimal string alignment: Levenshtein's distance where a swap of neighbours costs one, too. Three rows of its table.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows;
  rows.fill(std::vector<std::size_t>(b.size() + 1));
  auto& [before, last, now] = rows;
  for (std::size_t j = 0; j <= b.size(); ++j) {
    now[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
  }
  return now[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view given, std::span<const std::string_view> names) {
  constexpr std::size_t longest = 100;  // no name is that long; keeps the cost of nonsense small
  if (given.empty() || given.size() > longest) {
    return std::nullopt;
  }
  const std::string wanted = folded(given);
  std::optional<std::string_view> nearest;
  std::size_t least = 0;
  for (const std::string_view name : names) {
    const std::string candidate = folded(name);
    std::size_t distance = edit_distance(wanted, candidate);
    if (candidate.starts_with(wanted)) {
      distance = std::min<std::size_t>(distance, 1);
    }
    const std::size_t allowed = std::max<std::size_t>(std::max(wanted.size(), candidate.size()) / 3, 1);
    if (distance <= allowed && (!nearest || distance < least)) {
      nearest = name;
      least = distance;
    }
  }
  return nearest;
}

}  // namespace ranktape
