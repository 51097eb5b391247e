// The pairs and their terms are in lambda_formulas.hpp.

#include <ranktape/core/fail.hpp>
#include <ranktape/ops/loss/lambda_kernels.hpp>
#include <ranktape/ops/loss/lambda_loss.hpp>
#include <ranktape/ops/loss/loss_examples.hpp>
#include <ranktape/ops/loss/pair_loss.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace ranktape {
namespace {

using detail::Array;
using detail::ListLosses;
using detail::Lists;
using detail::PairGain;

struct LambdaInputs {
  Operand predictions;
  Operand targets;
  const Lists& lists;
  const LambdaLossOptions& options;

  [[nodiscard]] PairGain gain() const {
    if (options.scheme == LambdaScheme::label_difference) {
      return PairGain::label;
    }
    if (options.scheme == LambdaScheme::squared_label_difference) {
      return PairGain::squared_label;
    }
    return options.rank.gain == Gain::exponential ? PairGain::exponential : PairGain::linear;
  }
  /// Whether gains are divided by the best DCG.
  [[nodiscard]] bool is_ndcg() const { return gain() == PairGain::exponential || gain() == PairGain::linear; }
  /// Places that count.
  [[nodiscard]] std::int64_t k() const {
    return options.rank.k == 0 ? std::numeric_limits<std::int64_t>::max() : options.rank.k;
  }
  [[nodiscard]] detail::PairReduction reduction() const {
    return {.terms = options.rank.terms,
            .unit = options.rank.log_base == LogBase::two ? std::numbers::log2e : 1,
            .log_normalized = options.rank.log_normalized};
  }
};

/// One list, or all, in the order of the scores.
struct ScoredPairs {
  const double* scores;
  const double* gains;
  const double* weights;
  std::int64_t n;
};

struct DiscountTables {
  Array<double> discounts;
  Array<double> distances;

  static DiscountTables make(std::int64_t longest, Device device) {
    const std::int64_t count = longest + detail::pair_padding;
    DiscountTables made = {Array<double>(static_cast<std::size_t>(count), device),
                           Array<double>(static_cast<std::size_t>(count), device)};
    detail::for_each_index(device, count, 20,
                           detail::kernels::DiscountTables{made.discounts.data(), made.distances.data()});
    return made;
  }
};

/// Calls function with the kind of pairs that the options ask for.
template <class Function>
void with_pairs(const LambdaLossOptions& options, const DiscountTables& tables, std::int64_t k,
                const ScoredPairs& scored, const Function& function) {
  constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
  const LambdaRankOptions& rank = options.rank;
  const std::int64_t columns = rank.truncation == Truncation::both ? k : all;
  const detail::ScoreOrder order =
      detail::ScoreOrder{scored.scores, scored.gains, scored.weights, tables.discounts.data(), all, k, columns}.at(
          0, scored.n);
  const LambdaScheme scheme = options.scheme;
  if (scheme == LambdaScheme::ndcg_loss1) {
    function(detail::FirstDiscountPairs{order, rank.sigma});
    return;
  }
  const bool by_place = scheme == LambdaScheme::lambdarank || scheme == LambdaScheme::ndcg_loss2pp;
  const bool by_label = scheme == LambdaScheme::label_difference || scheme == LambdaScheme::squared_label_difference;
  const double of_distance =
      scheme == LambdaScheme::ndcg_loss2 ? 1 : (scheme == LambdaScheme::ndcg_loss2pp ? options.mu : 0);
  const detail::PairWeight weight = {by_label ? 1.0 : 0.0, by_place ? 1.0 : 0.0, of_distance, tables.distances.data()};
  if (rank.score_normalized) {
    function(detail::LambdaPairs<true>{order, rank.sigma, weight});
  } else {
    function(detail::LambdaPairs<false>{order, rank.sigma, weight});
  }
}

double best_of(const LambdaInputs& inputs, const double* labels, std::int64_t n) {
  double best = 0;
  for (std::int64_t i = 0; i < std::min(n, inputs.k()); ++i) {
    best += detail::best_gain(inputs.gain(), labels, i);
  }
  return best;
}

template <class Scalar>
void write_on_cpu(const LambdaInputs& inputs, const DiscountTables& tables, const ListLosses& losses,
                  std::int64_t first, std::int64_t last) {
  const Lists& lists = inputs.lists;
  const detail::PairWorkspace<Scalar> work(lists.longest());
  const Array<double> gains(detail::PairWorkspace<Scalar>::padded(lists.longest()));
  const auto weights = detail::view_weights<Scalar>(inputs.options.rank.weights.documents);
  const PairGain gain = inputs.gain();
  for (std::int64_t list = first; list < last; ++list) {
    const std::int64_t begin = lists.begin(list);
    const std::int64_t n = lists.size(list);
    const auto size = static_cast<std::size_t>(n);
    const Scalar* const targets = detail::data<Scalar>(inputs.targets) + begin;
    double* const labels = work.labels.data();
    detail::sort_decreasing(targets, size, 1, work.keys.data(), labels, work.order.data());
    if (n < 2 || labels[0] == labels[n - 1]) {
      detail::write_nothing(losses, list, begin, n);
      continue;
    }
    const double best = inputs.is_ndcg() ? best_of(inputs, labels, n) : 1;
    detail::sort_decreasing(detail::data<Scalar>(inputs.predictions) + begin, size, 1, work.keys.data(),
                            work.scores.data(), work.order.data());
    work.pad(work.scores, n);
    work.gather(targets, n, gains);
    for (double& g : gains.span().first(size)) {
      g = pair_gain(gain, g, labels[0]) / best;
    }
    work.gather(weights.from(begin), n, work.weights);
    with_pairs(inputs.options, tables, inputs.k(), {work.scores.data(), gains.data(), work.weights.data(), n},
               [&](const auto& pairs) { detail::write_pairs(work, pairs, inputs.reduction(), losses, list, begin); });
  }
}

template <class Scalar>
void write_on_accelerator(const LambdaInputs& inputs, const DiscountTables& tables, const ListLosses& losses) {
  namespace kernels = detail::kernels;
  const Lists& lists = inputs.lists;
  const PairGain gain = inputs.gain();
  const detail::DeviceOrder labels = detail::sort_on_accelerator(inputs.targets, lists, 1);
  const detail::DeviceOrder scores = detail::sort_on_accelerator(inputs.predictions, lists, 1);
  const detail::PairsOnAccelerator gathered =
      detail::gather_pairs<Scalar>(lists, scores.order, inputs.predictions, inputs.options.rank.weights.documents);
  const Array<double> best = inputs.is_ndcg()
                                 ? detail::sums_of_lists(lists.entries_on_accelerator(),
                                                         kernels::BestGain{gain, labels.sorted.data(), inputs.k()})
                                 : Array<double>();
  const Array<double> gains(static_cast<std::size_t>(lists.documents()), Device::accelerator);
  detail::launch(lists.documents(), kernels::GainsInOrder<Scalar>{gain, scores.order.data(), lists.on_accelerator(),
                                                                  detail::data<Scalar>(inputs.targets),
                                                                  labels.sorted.data(), best.data(), gains.data()});
  with_pairs(inputs.options, tables, inputs.k(),
             {gathered.scores.data(), gains.data(), gathered.weights.data(), std::numeric_limits<std::int64_t>::max()},
             [&](const auto& pairs) {
               detail::write_pairs_on_accelerator(lists, pairs, scores.order, labels.sorted.data(), inputs.reduction(),
                                                  losses);
             });
}

void check_options(const char* operation, Operand predictions, const LambdaLossOptions& options) {
  detail::check_positive(operation, predictions, "sigma", options.rank.sigma);
  if (options.rank.k < 0) {
    detail::fail<NumericError>(predictions.where(), operation, "k {} must not be negative; 0 is for all places",
                               options.rank.k);
  }
  if (!(options.mu >= 0 && std::isfinite(options.mu))) {
    detail::fail<NumericError>(predictions.where(), operation, "mu {} must be a finite number, not negative",
                               options.mu);
  }
}

/// `has_scheme` for the operation whose scheme is an option.
struct TellScheme {
  LambdaScheme scheme;
  double mu;
  bool has_scheme;

  void operator()(RecordDetails& details, const LambdaRankOptions& options) const {
    if (has_scheme) {
      details.add("scheme", scheme);
      if (scheme == LambdaScheme::ndcg_loss2pp) {
        details.add("mu", mu);
      }
    }
    const LambdaRankOptions usual = {.k = 0};
    details.add_unless(usual.sigma, "sigma", options.sigma);
    details.add_unless(usual.k, "k", options.k);
    details.add_unless(usual.truncation, "truncation", options.truncation);
    details.add_unless(usual.gain, "gain", options.gain);
    details.add_unless(usual.log_base, "log_base", options.log_base);
    details.add_unless(usual.score_normalized, "score_normalized", options.score_normalized);
    details.add_unless(usual.log_normalized, "log_normalized", options.log_normalized);
  }
};

Tensor lambda_of(const Operation& operation, Operand predictions, Operand targets, const Groups* groups,
                 const LambdaLossOptions& options, bool has_scheme) {
  const LossWeights& weights = options.rank.weights;
  const Lists lists = detail::lists_of_loss(operation.name(), predictions, targets, groups, weights);
  check_options(operation.name(), predictions, options);
  detail::check_not_negative(operation.name(), targets, "targets must not be negative");
  const Device device = predictions->device();
  const LambdaInputs inputs = {predictions, targets, lists, options};
  const DiscountTables tables = DiscountTables::make(lists.longest(), device);
  const ListLosses losses(lists, device);
  detail::dispatch(predictions->dtype(), [&]<class Scalar>() {
    if (device == Device::accelerator) {
      write_on_accelerator<Scalar>(inputs, tables, losses);
    } else {
      detail::parallel_ranges(
          lists.count(), detail::nanoseconds_of_pairs(lists),
          [&](std::int64_t first, std::int64_t last) { write_on_cpu<Scalar>(inputs, tables, losses, first, last); });
    }
  });
  return detail::reduced_loss(operation, predictions, targets, losses, options.rank,
                              TellScheme{options.scheme, options.mu, has_scheme});
}

// As long as no two scores change places the weights are constants, and differences of the loss show its gradient; not
// with score_normalized and log_normalized, which follow the scores.
const std::initializer_list<LambdaRankOptions> checked_options = {
    {.sigma = 0.7, .terms = TermReduction::mean},
    {.k = 2, .log_base = LogBase::natural},
    {.k = 3, .truncation = Truncation::both, .gain = Gain::linear, .terms = TermReduction::batch_mean}};

const Operation lambdarank_operation("lambdarank_loss", [](Random& random) {
  return detail::loss_examples<LambdaRankOptions>(random, lambdarank_loss, lambdarank_loss, checked_options);
});

template <LambdaScheme Scheme>
void add_examples(Random& random, std::vector<OperationExample>& examples) {
  const auto rows = [](Operand predictions, Operand targets, const LambdaRankOptions& options) {
    return lambda_loss(predictions, targets, {.scheme = Scheme, .rank = options});
  };
  const auto groups = [](Operand predictions, Operand targets, const Groups& of, const LambdaRankOptions& options) {
    return lambda_loss(predictions, targets, of, {.scheme = Scheme, .rank = options});
  };
  for (OperationExample& example : detail::loss_examples<LambdaRankOptions>(random, rows, groups, checked_options)) {
    examples.push_back(std::move(example));
  }
}

const Operation lambda_operation("lambda_loss", [](Random& random) {
  std::vector<OperationExample> examples;
  add_examples<LambdaScheme::ndcg_loss1>(random, examples);
  add_examples<LambdaScheme::ndcg_loss2>(random, examples);
  add_examples<LambdaScheme::ndcg_loss2pp>(random, examples);
  add_examples<LambdaScheme::label_difference>(random, examples);
  add_examples<LambdaScheme::squared_label_difference>(random, examples);
  return examples;
});

}  // namespace

Tensor lambdarank_loss(Operand predictions, Operand targets, const LambdaRankOptions& options) {
  return lambda_of(lambdarank_operation, predictions, targets, nullptr,
                   {.scheme = LambdaScheme::lambdarank, .rank = options}, false);
}
Tensor lambdarank_loss(Operand predictions, Operand targets, const Groups& groups, const LambdaRankOptions& options) {
  return lambda_of(lambdarank_operation, predictions, targets, &groups,
                   {.scheme = LambdaScheme::lambdarank, .rank = options}, false);
}
Tensor lambda_loss(Operand predictions, Operand targets, const LambdaLossOptions& options) {
  return lambda_of(lambda_operation, predictions, targets, nullptr, options, true);
}
Tensor lambda_loss(Operand predictions, Operand targets, const Groups& groups, const LambdaLossOptions& options) {
  return lambda_of(lambda_operation, predictions, targets, &groups, options, true);
}

}  // namespace ranktape
