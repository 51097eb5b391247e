#include "support.hpp"

#include <ranktape/core/groups.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

using Integers = std::vector<std::int64_t>;

Integers offsets(const Groups& groups) { return {groups.offsets().begin(), groups.offsets().end()}; }

}  // namespace

TEST_CASE("groups: from sizes, offsets and ids alike") {
  const Groups sizes = Groups::from_sizes({3, 5, 2});
  CHECK(offsets(sizes) == Integers{0, 3, 8, 10});
  CHECK(sizes.count() == 3);
  CHECK(sizes.documents() == 10);
  CHECK(sizes.begin(1) == 3);
  CHECK(sizes.size(1) == 5);
  CHECK(sizes.longest() == 5);
  CHECK(Groups::from_offsets({0, 3, 8, 10}) == sizes);
  CHECK(Groups::from_ids({7, 7, 7, 2, 2, 2, 2, 2, 9, 9}) == sizes);
  CHECK(Groups::from_sizes(Integers{3, 5, 2}) == sizes);
  CHECK(Groups::from_offsets(Integers{0, 3, 8, 10}) == sizes);
  CHECK(Groups::from_ids(Integers{7, 7, 7, 2, 2, 2, 2, 2, 9, 9}) == sizes);
  CHECK_FALSE(Groups::from_sizes({5, 3, 2}) == sizes);
}

TEST_CASE("groups: empty and single lists, and none") {
  const Groups some = Groups::from_sizes({0, 1, 0, 2, 0});
  CHECK(offsets(some) == Integers{0, 0, 1, 1, 3, 3});
  CHECK(some.count() == 5);
  CHECK(some.longest() == 2);
  CHECK(some.size(0) == 0);
  CHECK(Groups::from_offsets({0, 0, 1, 1, 3, 3}) == some);
  for (const Groups& none : {Groups(), Groups::from_sizes({}), Groups::from_offsets({0}), Groups::from_ids({})}) {
    CHECK(none.count() == 0);
    CHECK(none.documents() == 0);
    CHECK(none.longest() == 0);
    CHECK(offsets(none) == Integers{0});
  }
  CHECK(Groups::from_ids({5}) == Groups::from_sizes({1}));
}

TEST_CASE("groups: copies share the offsets") {
  const Groups groups = Groups::from_sizes({1, 2});
  const Groups copy = groups;  // NOLINT(performance-unnecessary-copy-initialization): that copies share is tested
  CHECK(copy.offsets().data() == groups.offsets().data());
}

TEST_CASE("groups: sizes that are refused") {
  CHECK(error_text<ShapeError>([] {
          Groups::from_sizes({3, -1});
        }) == "Groups::from_sizes: size -1 of list 1 is negative");
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(error_text<ShapeError>([] {
          Groups::from_sizes({1, most, 1});
        }) ==
        "Groups::from_sizes: with list 1, of size 9223372036854775807, there are more documents than can be counted");
}

TEST_CASE("groups: offsets that are refused") {
  CHECK(error_text<ShapeError>([] { Groups::from_offsets({}); }) ==
        "Groups::from_offsets: the offsets must begin with 0; for sizes use Groups::from_sizes");
  CHECK(error_text<ShapeError>([] {
          Groups::from_offsets({3, 5});
        }) == "Groups::from_offsets: the offsets must begin with 0; for sizes use Groups::from_sizes");
  CHECK(error_text<ShapeError>([] {
          Groups::from_offsets({0, 4, 2, 7});
        }) == "Groups::from_offsets: offset 2 is 2, less than the 4 before it");
  CHECK(error_text<ShapeError>([] {
          Groups::from_offsets({0, -1});
        }) == "Groups::from_offsets: offset 1 is -1, less than the 0 before it");
}

TEST_CASE("groups: ids that come back") {
  CHECK(error_text<ShapeError>([] {
          Groups::from_ids({4, 4, 9, 4});
        }) == "Groups::from_ids: id 4 comes back at position 3 after another id; sort the documents by id");
  CHECK(error_text<ShapeError>([] {
          Groups::from_ids({1, 2, 1});
        }) == "Groups::from_ids: id 1 comes back at position 2 after another id; sort the documents by id");
}
