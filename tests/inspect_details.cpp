#include "on_device.hpp"

#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/sparse_matrix.hpp>
#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace ranktape;

namespace {

/// What the last record of this operation tells, in a call that records it.
std::string told(const std::string& operation, const std::function<void()>& call) {
  const Tape tape;
  call();
  std::string found = "no such record";
  for (const Record& record : tape.records()) {
    if (record.operation->name() == operation) {
      found = to_string(tape.details(record).options);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("details: the options of elementwise operations, layers and shapes") {
  const Tensor x = tests::from({1, 2, 3, 4, 5, 6}, Shape{2, 3}, {.requires_grad = true});
  const Tensor square_matrix = tests::ones(Shape{3, 3}, {.requires_grad = true});
  const Tensor row = tests::ones(Shape{3}, {.requires_grad = true});
  const Groups groups = Groups::from_sizes({1, 0, 1});
  Random random(1);
  CHECK(told("multiply_number", [&] { x * 0.1; }) == "number=0.1");
  CHECK(told("add_number", [&] { x - 2.0; }) == "number=-2");
  CHECK(told("power_number", [&] { power(x, 3); }) == "exponent=3");
  CHECK(told("clamp", [&] { clamp(x, 1, 2.5); }) == "low=1, high=2.5");
  CHECK(told("leaky_relu", [&] { leaky_relu(x); }).empty());
  CHECK(told("leaky_relu", [&] { leaky_relu(x, 0.2); }) == "negative_slope=0.2");
  CHECK(told("elu", [&] { elu(x, 2); }) == "alpha=2");
  CHECK(told("exp", [&] { exp(x); }).empty());
  CHECK(told("activated_linear", [&] { linear(x, square_matrix, row, Activation::relu); }) == "activation=relu");
  CHECK(told("linear", [&] { linear(x, square_matrix); }).empty());
  CHECK(told("dropout", [&] { dropout(x, 0.25, random); }) == "probability=0.25");
  CHECK(told("layer_norm", [&] { layer_norm(x, row, row); }).empty());
  CHECK(told("layer_norm", [&] { layer_norm(x, row, row, {.epsilon = 0.5}); }) == "epsilon=0.5");
  CHECK(told("matmul", [&] { matmul(x, square_matrix); }).empty());
  CHECK(told("matmul", [&] { matmul(x, x, {.transpose_b = true}); }) == "transpose_b=true");
  CHECK(told("matmul", [&] { matmul(x, x, {.transpose_a = true}); }) == "transpose_a=true");
  CHECK(told("slice", [&] { slice(x, 1, 0, 2); }) == "axis=1, begin=0, end=2");
  CHECK(told("concatenate", [&] { concatenate({x, x}, -1); }) == "axis=1");
  CHECK(told("sum", [&] { sum(x); }).empty());
  CHECK(told("sum", [&] { sum(x, -1); }) == "axis=1");
  CHECK(told("mean", [&] { mean(x, Groups::from_sizes({1, 1})); }) == "groups=2");
  CHECK(told("max", [&] { max(x, 0); }) == "axis=0");
  CHECK(told("variance", [&] { variance(x, {.unbiased = true}); }) == "unbiased=true");
  CHECK(told("cumulative_sum", [&] { cumulative_sum(x, 0); }) == "axis=0");
  CHECK(told("softmax", [&] { softmax(x, groups); }) == "groups=3");
  CHECK(told("standardise", [&] { standardise(x, {.epsilon = 0.1}); }) == "axis=1, epsilon=0.1");
  CHECK(told("grouped_attention", [&] { grouped_attention(x, x, x, groups, 3); }) == "groups=3, heads=3");
  CHECK(told("convert", [&] { static_cast<void>(x.to(DType::float64)); }) == "dtype=float64");
}

TEST_CASE("details: the options of relaxations") {
  const Tensor x = tests::from({1, 2, 4}, {.dtype = DType::float64, .requires_grad = true});
  const Groups groups = Groups::from_sizes({1, 2});
  const Tensor each = tests::from({0.5, 2}, {.dtype = DType::float64});
  constexpr Direction descending = Direction::descending;
  CHECK(told("soft_rank", [&] { soft_rank(x); }) == "regularization_strength=1");
  CHECK(told("soft_rank", [&] {
          soft_rank(x, {0.5, Regularization::kl, descending, StrengthUnit::spread});
        }) == "regularization_strength=0.5, regularization=kl, direction=descending, strength_unit=spread");
  CHECK(told("soft_sort", [&] { soft_sort(x, {.strength_unit = StrengthUnit::per_item}); }) ==
        "regularization_strength=1, strength_unit=per_item");
  CHECK(told("sort", [&] { sort(x); }).empty());
  CHECK(told("sort", [&] { sort(x, descending); }) == "direction=descending");
  CHECK(told("sigmoid_rank", [&] { sigmoid_rank(x, {.temperature = 0.1}); }) == "temperature=0.1");
  CHECK(told("lapsum_rank", [&] { lapsum_rank(x, RelaxationOptions{.direction = descending}); }) ==
        "temperature=1, direction=descending");
  CHECK(told("lapsum_rank", [&] { lapsum_rank(x, groups, each, {.temperature = 3}); }) == "temperature=1.5 to 6");
  CHECK(told("lapsum_sort", [&] { lapsum_sort(x, tests::from({0.5})); }) == "temperature=0.5");
  CHECK(told("lapsum_top_k", [&] { lapsum_top_k(x, 1.5); }) == "k=1.5, temperature=1");
  CHECK(told("lapsum_log_top_k", [&] {
          lapsum_log_top_k(x, groups, tests::from({0.5, 1.5}), each);
        }) == "k=0.5 to 1.5, temperature=0.5 to 2");
  CHECK(told("lapsum_quantile", [&] { lapsum_median(x, {.temperature_unit = StrengthUnit::spread}); }) ==
        "q=0.5, temperature=1, temperature_unit=spread");
  CHECK(told("lapsum_permutation", [&] { lapsum_permutation(x); }) == "temperature=1");
  CHECK(told("neural_sort", [&] { neural_sort(x, {.temperature = 2}); }) == "temperature=2");
  CHECK(told("soft_sort_matrix", [&] { soft_sort_matrix(x, {.direction = descending, .power = 2}); }) ==
        "temperature=1, direction=descending, power=2");
  CHECK(told("sinkhorn_sort", [&] { sinkhorn_sort(x); }) == "temperature=0.01");
  CHECK(told("sinkhorn_sort", [&] {
          sinkhorn_sort(x, {.temperature = 0.1, .tolerance = 1e-8, .max_iterations = 500});
        }) == "temperature=0.1, tolerance=1e-08, max_iterations=500");
  CHECK(told("sorting_network", [&] { sorting_network(x, {.network = SortingNetwork::odd_even}); }) ==
        "temperature=1, network=odd_even, comparator=cauchy");
}

TEST_CASE("details: the options of losses") {
  const Tensor x = tests::from({1, 2, 4}, {.requires_grad = true});
  const Tensor y = tests::from({0, 2, 1});
  const LossWeights of_queries = {.queries = tests::ones(Shape{1})};
  const LossWeights both = {tests::ones(Shape{1}), tests::ones(Shape{3})};
  CHECK(told("mse_loss", [&] { mse_loss(x, y); }).empty());
  CHECK(told("mse_loss", [&] {
          mse_loss(x, y, {TermReduction::sum, Reduction::none, both});
        }) == "terms=sum, reduction=none, weights=queries and documents");
  CHECK(told("pointwise_sigmoid_loss", [&] { pointwise_sigmoid_loss(x, y, {.largest_label = 4}); }) ==
        "largest_label=4");
  CHECK(told("ranknet_loss", [&] { ranknet_loss(x, y, {.sigma = 2, .weights = of_queries}); }) ==
        "sigma=2, weights=queries");
  CHECK(told("pairwise_hinge_loss", [&] { pairwise_hinge_loss(x, y, {.margin = 0.5}); }) == "margin=0.5");
  CHECK(told("pairwise_squared_loss", [&] { pairwise_squared_loss(x, y); }).empty());
  CHECK(told("pairwise_squared_loss", [&] { pairwise_squared_loss(x, y, {.equal_targets = false}); }) ==
        "equal_targets=false");
  CHECK(told("listnet_loss", [&] { listnet_loss(x, y, {.reduction = Reduction::sum}); }) == "reduction=sum");
  CHECK(told("softmax_loss", [&] { softmax_loss(x, y, {.terms = TermReduction::batch_mean}); }) == "terms=batch_mean");
  CHECK(told("listmle_loss", [&] { listmle_loss(x, y, {.place_weights = PlaceWeights::discount}); }) ==
        "place_weights=discount");
  CHECK(told("lambdarank_loss", [&] { lambdarank_loss(x, y); }) == "k=30");
  CHECK(told("lambdarank_loss", [&] {
          lambdarank_loss(x, y,
                          {.sigma = 3,
                           .k = 0,
                           .truncation = Truncation::both,
                           .gain = Gain::linear,
                           .log_base = LogBase::natural,
                           .score_normalized = true,
                           .log_normalized = true});
        }) == "sigma=3, truncation=both, gain=linear, log_base=natural, score_normalized=true, log_normalized=true");
  CHECK(told("lambda_loss", [&] { lambda_loss(x, y); }) == "scheme=ndcg_loss2pp, mu=10");
  CHECK(told("lambda_loss", [&] { lambda_loss(x, y, {.scheme = LambdaScheme::label_difference}); }) ==
        "scheme=label_difference");
  CHECK(told("spearman_of_ranks", [&] { spearman_loss(x, y); }).empty());
  CHECK(told("soft_rank", [&] { spearman_loss(x, y); }) == "regularization_strength=32, strength_unit=per_item");
  CHECK(told("spearman_of_ranks", [&] {
          spearman_loss(x, y,
                        {.normalization = Normalization::soft_ranks,
                         .target_ranks = TargetRanks::gains,
                         .place_weights = PlaceWeights::exponential});
        }) == "normalization=soft_ranks, target_ranks=gains, place_weights=exponential, gain=exponential");
  CHECK(told("ndcg_of_ranks", [&] { soft_ndcg_loss(x, y); }).empty());
  CHECK(told("sigmoid_rank", [&] { soft_ndcg_loss(x, y); }) == "temperature=0.3, direction=descending");
  CHECK(told("ndcg_of_ranks", [&] { soft_ndcg_loss(x, y, {.gain = Gain::linear, .k = 2, .truncation_width = 0.5}); }) ==
        "gain=linear, k=2, truncation_width=0.5");
  CHECK(told("reciprocal_rank_of_ranks", [&] {
          soft_reciprocal_rank_loss(x, y, {.relevant = RelevantRanks::sum, .relevant_label = 2});
        }) == "relevant=sum, relevant_label=2");
  CHECK(told("soft_recall_loss", [&] { soft_recall_loss(x, y, {.k = 2}); }) == "k=2");
  CHECK(told("neural_ndcg_loss", [&] { neural_ndcg_loss(x, y, {.k = 2, .iterations = 0}); }) ==
        "temperature=1, k=2, iterations=0");
}

// Whoever adds an operation decides: it tells its options, or it has none and stands here.
TEST_CASE("details: only operations without options tell nothing") {
  std::set<std::string> without = {"abs",     "add",         "divide",   "dot",    "exp",       "expand",
                                   "expm1",   "gather_rows", "gelu",     "linear", "log",       "log1p",
                                   "maximum", "minimum",     "multiply", "negate", "power",     "reciprocal",
                                   "relu",    "reshape",     "sigmoid",  "silu",   "softplus",  "sparse_linear",
                                   "sqrt",    "square",      "subtract", "tanh",   "transpose", "where"};
  // Their examples have the usual options only; what they tell is checked above.
  without.insert({"elu", "layer_norm", "leaky_relu"});
  for (const Operation* operation : Operation::all()) {
    const std::string name = operation->name();
    if (without.erase(name) != 0 || name.starts_with("test_")) {
      continue;
    }
    Random random(7);
    bool tells = false;
    for (const OperationExample& example : operation->examples(random)) {
      std::vector<Tensor> parameters;
      for (const Tensor& input : example.inputs) {
        parameters.push_back(
            tests::from(input.to_vector<double>(), input.shape(), {.dtype = DType::float64, .requires_grad = true}));
      }
      const Tape tape;
      example.function(parameters);
      for (const Record& record : tape.records()) {
        tells = tells || (record.operation == operation && !tape.details(record).options.empty());
      }
    }
    CHECK_MESSAGE(tells, name, " tells no option in any of its examples");
  }
  CHECK(without.empty());
}

namespace {

using Call = std::function<Tensor(const Tensor& x, const Tensor& y, const Groups& groups, Reduction reduction)>;

template <class Options>
Call call_of(Tensor (*loss)(Operand, Operand, const Groups&, const Options&), Options options = {}) {
  return [=](const Tensor& x, const Tensor& y, const Groups& groups, Reduction reduction) {
    Options own = options;
    own.reduction = reduction;
    return loss(x, y, groups, own);
  };
}

}  // namespace

TEST_CASE("details: every loss over lists tells its lists, their losses and the targets") {
  const std::vector<std::pair<std::string, Call>> losses = {
      {"mse_loss", call_of<MseOptions>(mse_loss)},
      {"pointwise_sigmoid_loss", call_of<PointwiseSigmoidOptions>(pointwise_sigmoid_loss)},
      {"ranknet_loss", call_of<RankNetOptions>(ranknet_loss)},
      {"pairwise_hinge_loss", call_of<PairwiseHingeOptions>(pairwise_hinge_loss)},
      {"pairwise_squared_loss", call_of<PairwiseSquaredOptions>(pairwise_squared_loss)},
      {"pairwise_squared_loss", call_of<PairwiseSquaredOptions>(pairwise_squared_loss, {.equal_targets = false})},
      {"margin_mse_loss", call_of<MarginMseOptions>(margin_mse_loss)},
      {"listnet_loss", call_of<ListNetOptions>(listnet_loss)},
      {"softmax_loss", call_of<SoftmaxOptions>(softmax_loss)},
      {"listmle_loss", call_of<ListMleOptions>(listmle_loss)},
      {"lambdarank_loss", call_of<LambdaRankOptions>(lambdarank_loss)},
      {"lambda_loss",
       [](const Tensor& x, const Tensor& y, const Groups& groups, Reduction reduction) {
         return lambda_loss(x, y, groups, {.rank = {.k = 0, .reduction = reduction}});
       }},
      {"spearman_of_ranks", call_of<SpearmanOptions>(spearman_loss)},
      {"ndcg_of_ranks", call_of<SoftNdcgOptions>(soft_ndcg_loss)},
      {"reciprocal_rank_of_ranks", call_of<ReciprocalRankOptions>(soft_reciprocal_rank_loss)},
      {"soft_precision_loss", call_of<SoftTopKOptions>(soft_precision_loss, {.k = 1})},
      {"soft_recall_loss", call_of<SoftTopKOptions>(soft_recall_loss, {.k = 1})},
      {"neural_ndcg_loss", call_of<NeuralNdcgOptions>(neural_ndcg_loss)},
  };
  const Tensor x = tests::from({0.5, 1, -1, 2, 0.25, 0.75, 3, 1.5}, {.requires_grad = true});
  const Tensor y = tests::from({1, 0, 2, 1, 1, 1, 0, 1});
  const Groups groups = Groups::from_sizes({3, 0, 1, 2, 2});
  for (const auto& named : losses) {
    const auto& name = named.first;
    const Call& loss = named.second;
    CAPTURE(name);
    const std::vector<double> each = loss(x, y, groups, Reduction::none).to_vector<double>();
    const Tape tape;
    const double mean = loss(x, y, groups, Reduction::mean).item();
    const RecordDetails details = tape.details(tape.records().back());
    CHECK(tape.records().back().operation->name() == name);
    REQUIRE(details.list_loss);
    const ListLossDetails& told = *details.list_loss;
    CHECK(told.offsets == std::vector<std::int64_t>{0, 3, 3, 4, 6, 8});
    CHECK(told.targets.to_vector<double>() == y.to_vector<double>());
    CHECK(told.targets.shape() == y.shape());
    CHECK(told.takes_memberships == name.starts_with("soft_"));
    REQUIRE(told.values.size() == 5);
    REQUIRE(told.counts.size() == 5);
    double sum = 0;
    double counted = 0;
    for (std::size_t list = 0; list < 5; ++list) {
      CHECK(static_cast<float>(told.values[list]) == static_cast<float>(each[list]));
      sum += told.values[list];
      counted += told.counts[list] ? 1 : 0;
    }
    CHECK_FALSE(told.counts[1]);
    CHECK(told.counts[0]);
    CHECK(mean == doctest::Approx(sum / counted));
  }
}

TEST_CASE("details: a loss tells targets without a copy, values before their weight, and rows as lists") {
  const Tensor x = tests::from({1, 2, 4, 3}, Shape{2, 2}, {.requires_grad = true});
  const Tensor y = tests::from({0, 1, 1, 0}, Shape{2, 2});
  const LossWeights weights = {.queries = tests::from({2, 3})};
  const std::vector<double> each = ranknet_loss(x, y, {.reduction = Reduction::none}).to_vector<double>();
  const Tape tape;
  ranknet_loss(x, y, {.weights = weights});
  const ListLossDetails details = *tape.details(tape.records()[0]).list_loss;
  CHECK(details.targets.node() == y.node());
  CHECK(details.offsets == std::vector<std::int64_t>{0, 2, 4});
  CHECK(details.values[0] == doctest::Approx(each[0]));
  CHECK(details.values[1] == doctest::Approx(each[1]));
  CHECK_FALSE(details.normalizes_soft_ranks);
}

TEST_CASE("details: soft ranks tell lists, strengths in absolute units, and blocks") {
  const Tensor x = tests::from({0, 10, 20, 5, 1, 1, 2}, {.requires_grad = true});
  const Groups groups = Groups::from_sizes({3, 1, 0, 3});
  const Tape tape;
  soft_rank(x, groups, {.regularization_strength = 6, .strength_unit = StrengthUnit::per_item});
  const RankingDetails details = *tape.details(tape.records()[0]).ranking;
  CHECK(details.relaxation == "l2");
  CHECK(details.ascending);
  CHECK(details.offsets == std::vector<std::int64_t>{0, 3, 4, 4, 7});
  REQUIRE(details.strengths.size() == 4);
  CHECK(details.strengths[0] == doctest::Approx(2));
  CHECK(details.strengths[1] == doctest::Approx(6));
  CHECK(details.strengths[3] == doctest::Approx(2));
  CHECK(details.blocks == std::vector<std::uint32_t>{0, 1, 2, 0, 0, 0, 0});
  const SoftRanksOfList soft = details.at_strength(0, 100);
  CHECK(soft.blocks == std::vector<std::uint32_t>{0, 0, 0});
  CHECK(soft.ranks[0] == doctest::Approx(2 - 0.05));
  CHECK(details.at_strength(2, 1).ranks.empty());
  CHECK(details.at_strength(1, 1).ranks == std::vector<double>{1});
  CHECK(details.at_strength(0, 1e-320).blocks == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(details.at_strength(0, 1e308).blocks == std::vector<std::uint32_t>{0, 0, 0});
}
