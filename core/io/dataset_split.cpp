#include <ranktape/core/fail.hpp>
#include <ranktape/core/io/dataset.hpp>
#include <ranktape/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace ranktape {
namespace {

std::vector<std::int64_t> shuffled_queries(const Dataset& dataset, std::uint64_t seed) {
  std::vector<std::int64_t> queries(static_cast<std::size_t>(dataset.query_count()));
  std::iota(queries.begin(), queries.end(), 0);
  Random(seed).shuffle(queries);
  return queries;
}

/// The queries from `begin` to `end` of the shuffled ones become `valid`.
DatasetSplit cut(const Dataset& dataset, std::vector<std::int64_t> queries, std::size_t begin, std::size_t end,
                 SourceLocation where) {
  std::rotate(queries.begin(), queries.begin() + static_cast<std::ptrdiff_t>(begin),
              queries.begin() + static_cast<std::ptrdiff_t>(end));
  const std::span<std::int64_t> valid = std::span(queries).first(end - begin);
  const std::span<std::int64_t> train = std::span(queries).subspan(end - begin);
  std::ranges::sort(valid);
  std::ranges::sort(train);
  return {.train = dataset.subset(train, where), .valid = dataset.subset(valid, where)};
}

}  // namespace

DatasetSplit split_queries(const Dataset& dataset, double share, std::uint64_t seed, SourceLocation where) {
  if (!(share > 0 && share < 1)) {
    detail::fail<NumericError>(where, "split_queries", "a share of {}; it must be above 0 and below 1", share);
  }
  const std::int64_t count = dataset.query_count();
  if (count < 2) {
    detail::fail<ShapeError>(where, "split_queries", "{} queries cannot be split; there must be at least 2", count);
  }
  const auto valid = std::clamp<std::int64_t>(std::llround(static_cast<double>(count) * share), 1, count - 1);
  return cut(dataset, shuffled_queries(dataset, seed), 0, static_cast<std::size_t>(valid), where);
}

DatasetSplit split_fold(const Dataset& dataset, std::int64_t folds, std::int64_t fold, std::uint64_t seed,
                        SourceLocation where) {
  if (folds < 2 || fold < 0 || fold >= folds) {
    detail::fail<NumericError>(where, "split_fold", "fold {} of {}; there must be at least 2, counted from 0", fold,
                               folds);
  }
  const std::int64_t count = dataset.query_count();
  if (count < folds) {
    detail::fail<ShapeError>(where, "split_fold", "{} queries cannot make {} folds; take fewer folds", count, folds);
  }
  return cut(dataset, shuffled_queries(dataset, seed), static_cast<std::size_t>(count * fold / folds),
             static_cast<std::size_t>(count * (fold + 1) / folds), where);
}

}  // namespace ranktape
