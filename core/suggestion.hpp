#pragma once

#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape {

/// The name that a misspelt one was most likely meant to be: that with the fewest letters to insert, drop, replace or
/// swap with their neighbour, the first of several. Case does not matter, nor `-` for `_`; the beginning of a name
/// counts as one letter wrong. None if more than a third of the letters (but at least one) would have to change.
/// Cost: O(length^2) a name.
std::optional<std::string_view> nearest_name(std::string_view given, std::span<const std::string_view> names);

/// The end of an error message: "; did you mean 'spearman'?", or nothing where no name is near. `names` is any range of
/// strings.
template <class Names>
std::string did_you_mean(std::string_view given, const Names& names) {
  const std::vector<std::string_view> views(std::begin(names), std::end(names));
  const std::optional<std::string_view> nearest = nearest_name(given, views);
  return nearest ? "; did you mean '" + std::string(*nearest) + "'?" : std::string();
}

/// That, or where no name is near all of them: "; there are spearman, mse".
template <class Names>
std::string nearest_or_all(std::string_view given, const Names& names) {
  std::string text = did_you_mean(given, names);
  if (text.empty()) {
    const char* before = "; there are ";
    for (const std::string_view name : names) {
      text.append(before).append(name);
      before = ", ";
    }
  }
  return text;
}

}  // namespace ranktape
