#include "on_device.hpp"
#include "ranked_lists.hpp"

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/ranked_list.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace ranktape;

using tests::constant;
using tests::document;
using tests::look;
using tests::numbers_of;
using tests::parameter;

TEST_CASE("rankings: the worst lists first, and of long ones the documents with the largest gradient") {
  const Tensor scores = tests::from({3, 2, 1, 2.5, 1, 2, 1.5, 4, 5}, parameter);
  const Tensor labels = tests::from({2, 1, 0, 0, 1, 2, 3, 1, 0}, constant);
  const Groups groups = Groups::from_sizes({3, 4, 2});
  const Tape tape;
  const Tensor loss = ranknet_loss(scores, labels, groups, {.terms = TermReduction::sum});
  const Gradients gradients = loss.backward({.keep_intermediate = true});
  const Rankings all = find_rankings(tape, gradients);
  REQUIRE(all.lists.size() == 3);
  CHECK(all.lists[0].list == 1);
  CHECK(all.lists[0].loss >= all.lists[1].loss);
  CHECK(all.lists[1].loss >= all.lists[2].loss);
  const Rankings some = find_rankings(tape, gradients, {.max_lists = 1, .max_documents = 2});
  REQUIRE(some.lists.size() == 1);
  CHECK(some.summaries[0].lists == 3);
  const RankedList& list = some.lists[0];
  CHECK(list.documents_in_all == 4);
  REQUIRE(list.documents.size() == 2);
  CHECK(list.documents[0].hard_rank < list.documents[1].hard_rank);
  std::vector<double> sizes;
  for (const RankedDocument& of : all.lists[0].documents) {
    sizes.push_back(std::abs(of.gradient));
  }
  std::ranges::sort(sizes, std::greater<>());
  CHECK(std::min(std::abs(list.documents[0].gradient), std::abs(list.documents[1].gradient)) == sizes[1]);
  CHECK(std::max(std::abs(list.documents[0].gradient), std::abs(list.documents[1].gradient)) == sizes[0]);
  CHECK(find_rankings(tape, gradients, {.max_lists = 0}).lists.empty());
}

TEST_CASE("rankings: of many lists an even sample is sorted") {
  Random random(3);
  std::vector<std::int64_t> sizes(5000, 4);
  std::vector<double> values(20000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = i % 4 < 2 ? 0 : static_cast<double>(i % 4);  // gaps 0, 2, 1
  }
  const Tensor scores = tests::from(values, parameter);
  const Tape tape;
  const Rankings found = look(tape, sum(square(soft_rank(scores, Groups::from_sizes(sizes)))));
  CHECK(found.summaries[0].tied_scores == 10000);
  CHECK(found.summaries[0].median_gap == 1);
  CHECK(found.summaries[0].gaps_above_strength == doctest::Approx(1.0 / 3));
  CHECK(found.lists.size() == 12);
  CHECK(found.lists[0].list == 0);  // alike: by number
  CHECK(found.lists[11].list == 11);

  const Tensor longer = tests::arange(1000, 0, 0.001, parameter);
  const Tape second;
  const Rankings of_long = look(second, sum(square(soft_rank(longer))));
  CHECK(of_long.lists.at(0).documents.size() == 48);
  CHECK(of_long.lists[0].gaps.size() == 512);
  CHECK(of_long.lists[0].strengths[0].soft_ranks.size() == 48);
}

TEST_CASE("rankings: odd tapes") {
  const Tensor scores = tests::from({1, 2, 3}, parameter);
  const Tensor labels = tests::from({0, 1, 2}, constant);
  SUBCASE("nothing recorded") {
    const Tape tape;
    CHECK(find_rankings(tape, Gradients()).summaries.empty());
  }
  SUBCASE("no gradients at all, or only those of parameters") {
    const Tape tape;
    const Tensor hidden = scores * 2.0;
    const Tensor loss = spearman_loss(hidden, labels);
    const Rankings none = find_rankings(tape, Gradients());
    CHECK(none.summaries.at(0).zero_gradients == 3);
    CHECK(none.lists.at(0).documents.at(0).sentence ==
          "Document 0: its gradient is not known; backward({.keep_intermediate = true}) keeps it.");
    const Rankings of_parameters = find_rankings(tape, loss.backward());
    CHECK(of_parameters.lists.at(0).documents.at(0).sentence == none.lists[0].documents[0].sentence);
    CHECK(find_rankings(tape, loss.backward({.keep_intermediate = true})).lists.at(0).documents.at(0).gradient != 0);
  }
  SUBCASE("a ranking that the loss does not use") {
    const Tape tape;
    soft_rank(scores, {.regularization_strength = 10});
    const Rankings found = look(tape, sum(square(scores)));
    CHECK(found.summaries.at(0).constant_rank_gradient_lists == 0);
    CHECK(found.lists.at(0).documents.at(0).sentence == "Document 0 (score 1) is pushed down by 2.");
    const Tape second;
    soft_rank(scores, {.regularization_strength = 10});
    const Tensor other = tests::from({1, 2}, parameter);
    CHECK(look(second, sum(square(other))).lists.at(0).documents.at(0).sentence ==
          "Document 0 gets no gradient: none reaches its rank.");
  }
  SUBCASE("lists without documents, and of one") {
    const Tape tape;
    const Rankings found = look(tape, sum(soft_rank(scores, Groups::from_sizes({0, 1, 1, 0, 1}))));
    CHECK(found.summaries.at(0).lists == 0);
    CHECK(found.summaries[0].short_lists == 5);
    CHECK(found.summaries[0].score_deviation == 0);
    CHECK(found.lists.empty());
    const Tensor nothing = tests::from(std::vector<double>(), parameter);
    const Tape second;
    CHECK(look(second, sum(soft_rank(nothing))).summaries.at(0).lists == 0);
  }
  SUBCASE("constant scores with a temperature to learn") {
    const Tensor temperature = tests::from({1.0}, parameter);
    const Tape tape;
    CHECK(look(tape, sum(square(lapsum_rank(labels, temperature)))).summaries.empty());
  }
  SUBCASE("several predictions of each document") {
    const Tensor levels = tests::from({1, 2, 3, 4, 5, 6}, Shape{3, 2}, parameter);
    const Tape tape;
    CHECK(look(tape, ordinal_loss(levels, labels)).summaries.empty());
  }
  SUBCASE("rows") {
    const Tensor rows = tests::from({1, 2, 3, 3, 1, 2}, Shape{2, 3}, parameter);
    const Tape tape;
    const Rankings found = look(tape, neural_ndcg_loss(rows, tests::from({0, 1, 2, 0, 1, 2}, Shape{2, 3}, constant)));
    CHECK(found.summaries.at(0).lists == 2);
    CHECK(found.summaries[0].relaxation.empty());
    CHECK(found.lists.at(0).list == 1);
    CHECK(numbers_of(found.lists[0]) == std::vector<std::int64_t>{0, 2, 1});
  }
}

namespace {

Tensor odd_sum(const Tensor& numbers, const RecordDetails& told, double slope);

const Operation odd_operation("test_odd_sum", [](Random& random) -> std::vector<OperationExample> {
  return {
      {{Tensor::randn(Shape{2}, random, constant)}, [](std::span<const Tensor> x) { return odd_sum(x[0], {}, 1); }}};
});

/// A user's own operation that tells whatever it is given.
Tensor odd_sum(const Tensor& numbers, const RecordDetails& told, double slope) {
  const Tensor result = sum(numbers.detach());
  if (Recorder recorder{odd_operation, {numbers}}) {
    recorder.record(
        result,
        [numbers, slope](BackwardPass& pass) {
          const TensorOptions alike = {.dtype = numbers.dtype(), .device = numbers.device()};
          pass.add(0, Tensor::full(numbers.shape(), slope, alike) * pass.gradient());
        },
        [told](RecordDetails& details) { details = told; });
  }
  return result;
}

}  // namespace

TEST_CASE("rankings: NaN and details that do not fit") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = tests::from({1, nan, -infinity, 3, infinity}, parameter);
  RecordDetails told;
  told.list_loss = {.offsets = {0, 3, 5},
                    .values = {nan, 2},
                    .counts = {true, true},
                    .targets = tests::from({nan, nan, 1, 1, 1}, constant)};
  {
    const Tape tape;
    const Rankings found = look(tape, odd_sum(scores, told, nan));
    REQUIRE(found.lists.size() == 2);
    CHECK(found.lists[0].list == 0);  // NaN is worst
    CHECK(numbers_of(found.lists[0]) == std::vector<std::int64_t>{0, 2, 1});
    CHECK(found.lists[0].gaps.empty());
    CHECK(found.summaries[0].largest_score == 3);
    CHECK(found.summaries[0].constant_label_lists == 1);
    CHECK(document(found.lists[1], 0).sentence ==
          "Document 0 (label 1, score 3) gets a gradient that is not a finite number: nan.");
  }
  const auto is_left_out = [&](const RecordDetails& details) {
    const Tape tape;
    return look(tape, odd_sum(scores, details, 1)).summaries.empty();
  };
  told.list_loss->offsets = {0, 3, 4};
  CHECK(is_left_out(told));
  told.list_loss->offsets = {0, 6, 5};
  CHECK(is_left_out(told));
  told.list_loss->offsets = {};
  CHECK(is_left_out(told));
  told.list_loss->offsets = {0, 5};
  CHECK(is_left_out(told));  // two values
  told.list_loss = std::nullopt;
  told.ranking = {.relaxation = "l2", .offsets = {0, 5}, .strengths = {1}};
  CHECK(is_left_out(told));  // the output is no rank for each
}
