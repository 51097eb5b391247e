#include <ranktape/core/suggestion.hpp>
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace ranktape;

TEST_CASE("suggestion: the nearest name") {
  const std::vector<std::string> names = {"spearman", "soft_ndcg", "approx_ndcg", "ranknet", "listnet", "mrr", "map"};
  const auto nearest = [&](const char* given) { return did_you_mean(given, names); };
  CHECK(nearest("sperman") == "; did you mean 'spearman'?");     // a letter dropped
  CHECK(nearest("spearmann") == "; did you mean 'spearman'?");   // inserted
  CHECK(nearest("speerman") == "; did you mean 'spearman'?");    // replaced
  CHECK(nearest("psearman") == "; did you mean 'spearman'?");    // swapped
  CHECK(nearest("mpa") == "; did you mean 'map'?");              // one swap, which is two replacements
  CHECK(nearest("Soft-NDCG") == "; did you mean 'soft_ndcg'?");  // case and hyphen do not count
  CHECK(nearest("approx") == "; did you mean 'approx_ndcg'?");   // a beginning
  CHECK(nearest("rankned") == "; did you mean 'ranknet'?");      // one letter is nearer than listnet's three
  CHECK(nearest("mr") == "; did you mean 'mrr'?");
}

TEST_CASE("suggestion: none where no name is near") {
  const std::array<std::string_view, 3> names = {"mrr", "map", "spearman"};
  CHECK(did_you_mean("foo", names).empty());
  CHECK(did_you_mean("mxy", names).empty());
  CHECK(did_you_mean("", names).empty());
  CHECK(did_you_mean(std::string(1000, 's'), names).empty());
  CHECK(did_you_mean("kendall", names).empty());
  CHECK(did_you_mean("map", std::vector<std::string>()).empty());
}

TEST_CASE("suggestion: the first of several as near") {
  CHECK(did_you_mean("rat", std::vector<const char*>{"cat", "bat"}) == "; did you mean 'cat'?");
}
