#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

struct Step {
  double loss = 0;
  std::vector<double> gradient;
  std::vector<std::string> operations;
};

/// Two queries with labels 0 to 4, and one with equal labels.
Batch example_batch() {
  return {.features = {},
          .targets = Tensor::from({2, 0, 4, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0, 1, 0, 2, 0, 0, 1, 0, 3, 0, 1, 0, 0, 1, 1}),
          .groups = Groups::from_sizes({13, 12, 2})};
}

Step step_of(const NamedLoss& loss, const Batch& batch, DType dtype = DType::float32) {
  Random random(3);
  const std::int64_t documents = batch.groups.documents();
  const Shape shape = loss.outputs == 1 ? Shape{documents} : Shape{documents, loss.outputs};
  const Tensor predictions = Tensor::randn(shape, random, {.dtype = dtype, .requires_grad = true});
  Batch typed = batch;
  typed.targets = batch.targets.to(dtype);
  const Tape tape;
  Random draws(5);
  const Tensor value = loss.loss(predictions, typed, draws);
  CHECK(value.size() == 1);
  CHECK(value.dtype() == dtype);
  Step step = {.loss = value.item(), .gradient = value.backward()[predictions].to_vector<double>(), .operations = {}};
  for (const Record& record : tape.records()) {
    step.operations.emplace_back(record.operation->name());
  }
  return step;
}

Step step_of(std::string_view specification, const Batch& batch = example_batch(), DType dtype = DType::float32) {
  return step_of(named_loss(specification), batch, dtype);
}

bool same(const Step& a, const Step& b) { return a.loss == b.loss && a.gradient == b.gradient; }

/// `factor` times the second added to the first.
Step plus(Step a, double factor, const Step& b) {
  a.loss += factor * b.loss;
  std::transform(a.gradient.begin(), a.gradient.end(), b.gradient.begin(), a.gradient.begin(),
                 [factor](double x, double y) { return x + factor * y; });
  return a;
}

void check_close(const Step& a, const Step& b) {
  CHECK(a.loss == doctest::Approx(b.loss).epsilon(1e-12));
  REQUIRE(a.gradient.size() == b.gradient.size());
  for (std::size_t i = 0; i < a.gradient.size(); ++i) {
    CHECK(std::abs(a.gradient[i] - b.gradient[i]) < 1e-12);
  }
}

std::string spelled_out(const LossDescription& loss) {
  std::string text = loss.name;
  for (const LossDescription::Option& option : loss.options) {
    text += (text == loss.name ? "(" : ", ") + option.name + "=" + option.otherwise;
  }
  return text + (loss.options.empty() ? "" : ")");
}

std::string refused(std::string_view specification) {
  return error_text<FormatError>([&] { named_loss(specification); }, false);
}

}  // namespace

TEST_CASE("named loss: every one has a finite value and gradient") {
  CHECK(named_losses().size() == 20);
  for (const LossDescription& loss : named_losses()) {
    CAPTURE(loss.name);
    CHECK_FALSE(loss.summary.empty());
    for (const DType dtype : {DType::float32, DType::float64}) {
      const Step step = step_of(loss.name, example_batch(), dtype);
      CHECK(std::isfinite(step.loss));
      CHECK(step.loss > 0);
      CHECK(std::ranges::all_of(step.gradient, [](double value) { return std::isfinite(value); }));
      CHECK(std::ranges::any_of(step.gradient, [](double value) { return value != 0; }));
    }
  }
}

TEST_CASE("named loss: a step along the gradient lowers it") {
  for (const LossDescription& description : named_losses()) {
    CAPTURE(description.name);
    const NamedLoss loss = named_loss(description.name);
    Random random(3);
    const Shape shape = loss.outputs == 1 ? Shape{27} : Shape{27, loss.outputs};
    Tensor predictions = Tensor::randn(shape, random, {.dtype = DType::float64, .requires_grad = true});
    Batch batch = example_batch();
    batch.targets = batch.targets.to(DType::float64);
    const auto value = [&](const Tensor& at) {
      Random draws(5);
      return loss.loss(at, batch, draws);
    };
    const Tape tape;
    const Tensor before = value(predictions);
    const Tensor gradient = before.backward()[predictions];
    CHECK(value(predictions - gradient * (1e-4 / sum(gradient * gradient).item())).item() < before.item());
  }
}

TEST_CASE("named loss: its name spells out the defaults, and reads back as the same loss") {
  for (const LossDescription& loss : named_losses()) {
    CAPTURE(loss.name);
    const NamedLoss plain = named_loss(loss.name);
    CHECK(plain.name == spelled_out(loss));
    const NamedLoss again = named_loss(plain.name);
    CHECK(again.name == plain.name);
    CHECK(again.outputs == plain.outputs);
    CHECK(again.constant_labels == plain.constant_labels);
    CHECK(again.ranks.has_value() == plain.ranks.has_value());
    CHECK(same(step_of(again, example_batch()), step_of(plain, example_batch())));
  }
  for (const char* sum : {"soft_ndcg(k=3) + 0.3 * spearman", "2 * mse + 0.5 * soft_mrr + ranknet(sigma=2)",
                          "spearman(relaxation=lapsum, temperature=2) + soft_mrr + listnet", "-0.25 * spearman"}) {
    CAPTURE(std::string(sum));
    const NamedLoss made = named_loss(sum);
    CHECK(named_loss(made.name).name == made.name);
    CHECK(same(step_of(named_loss(made.name), example_batch()), step_of(made, example_batch())));
  }
}

TEST_CASE("named loss: options change the loss") {
  for (const char* options : {"spearman(normalization=soft_ranks)",
                              "spearman(relaxation=kl)",
                              "spearman(temperature=0.5)",
                              "spearman(temperature_unit=absolute)",
                              "spearman(target_ranks=gains)",
                              "spearman(place_weights=discount)",
                              "soft_ndcg(gain=linear)",
                              "soft_ndcg(k=2)",
                              "soft_ndcg(relaxation=l2)",
                              "approx_ndcg(temperature=1)",
                              "gumbel_approx_ndcg(samples=3)",
                              "gumbel_approx_ndcg(noise_scale=0)",
                              "neural_ndcg(k=2)",
                              "soft_mrr(relevant=sum)",
                              "soft_mrr(relevant_label=3)",
                              "soft_precision(k=2)",
                              "soft_recall(relevant_label=3)",
                              "ranknet(sigma=2)",
                              "ranknet(terms=sum)",
                              "pairwise_hinge(margin=2)",
                              "pairwise_squared(equal_targets=false)",
                              "lambdarank(truncation=1)",
                              "lambdarank(log_base=natural)",
                              "lambdarank(score_normalized=true)",
                              "lambdaloss(scheme=ndcg_loss1)",
                              "lambdaloss(mu=1)",
                              "softmax(terms=mean)",
                              "listmle(place_weights=discount)",
                              "mse(terms=sum)",
                              "pointwise_sigmoid(largest_label=8)"}) {
    const std::string_view text = options;
    CAPTURE(std::string(text));
    CHECK_FALSE(same(step_of(text), step_of(text.substr(0, text.find('(')))));
  }
}

TEST_CASE("named loss: a sum is the sum of its parts") {
  const auto step = [](std::string_view text) { return step_of(text, example_batch(), DType::float64); };
  check_close(step("ranknet + 0.5 * mse"), plus(step("ranknet"), 0.5, step("mse")));
  check_close(step("ranknet + ranknet(sigma=2)"), plus(step("ranknet"), 1, step("ranknet(sigma=2)")));
  check_close(step("3 * listnet"), plus(step("listnet"), 2, step("listnet")));
  check_close(step("mse + 2 * spearman"), plus(step("mse"), 2, step("spearman")));
  // The second takes the ranks of the first.
  const std::string ranks = "(relaxation=lapsum, temperature=0.5, temperature_unit=spread)";
  check_close(step("soft_ndcg" + ranks + " + 0.3 * spearman"),
              plus(step("soft_ndcg" + ranks), 0.3, step("spearman" + ranks)));
  const std::string usual = "(relaxation=sigmoid, temperature=1, temperature_unit=absolute)";  // of a mixture
  check_close(step("spearman + 0.5 * soft_ndcg"), plus(step("spearman" + usual), 0.5, step("soft_ndcg" + usual)));
  check_close(step("mse + spearman" + ranks + " + 0.5 * soft_mrr"),
              plus(plus(step("spearman" + ranks), 0.5, step("soft_mrr" + ranks)), 1, step("mse")));
}

TEST_CASE("named loss: soft NDCG and Spearman are the library's mixture") {
  const NamedLoss mixture = {.loss = [](const Tensor& predictions, const Batch& batch, Random&) {
    return rank_mixture_loss(predictions, batch.targets, batch.groups);
  }};
  CHECK(same(step_of("soft_ndcg + 0.3 * spearman"), step_of(mixture, example_batch())));
}

TEST_CASE("named loss: losses of soft ranks in one sum compute the ranks once") {
  const std::string ranks = "(relaxation=lapsum)";
  const std::vector<std::string> one = step_of("soft_ndcg" + ranks).operations;
  const std::vector<std::string> sum = step_of("soft_ndcg" + ranks + " + 0.3 * spearman + soft_mrr").operations;
  CHECK(std::ranges::count(one, "lapsum_rank") == 1);
  CHECK(std::ranges::count(sum, "lapsum_rank") == 1);
  CHECK(named_loss("mse + soft_ndcg" + ranks).ranks->relaxation == RankRelaxation::lapsum);
  CHECK(named_loss("soft_ndcg + spearman").ranks->relaxation == named_loss("soft_ndcg").ranks->relaxation);
  CHECK_FALSE(named_loss("mse + ranknet").ranks.has_value());
}

TEST_CASE("named loss: the weights of a batch reach every loss") {
  for (const LossDescription& loss : named_losses()) {
    CAPTURE(loss.name);
    Batch batch = example_batch();
    const Step plain = step_of(loss.name, batch);
    batch.query_weights = Tensor::from({1, 3, 1});
    const Step of_queries = step_of(loss.name, batch);
    CHECK_FALSE(same(of_queries, plain));
    batch.query_weights = {};
    batch.document_weights =
        Tensor::from({1, 2, 0.5, 1, 3, 1, 0.5, 2, 1, 1, 1, 3, 1, 2, 1, 1, 2, 1, 1, 3, 1, 0.5, 2, 1, 1, 1, 1});
    CHECK_FALSE(same(step_of(loss.name, batch), plain));
    batch.document_weights = Tensor::ones(Shape{27});
    batch.query_weights = Tensor::from({1, 1, 1});
    check_close(step_of(loss.name, batch), plain);
  }
  Batch batch = example_batch();
  const Step plain = step_of("soft_ndcg + 0.3 * spearman + mse", batch);
  batch.query_weights = Tensor::from({1, 3, 1});
  CHECK_FALSE(same(step_of("soft_ndcg + 0.3 * spearman", batch), plain));
}

TEST_CASE("named loss: what it takes from the model, and from which queries") {
  CHECK(named_loss("ordinal").outputs == 4);
  CHECK(named_loss("ordinal(largest_label=2)").outputs == 2);
  CHECK(named_loss("ordinal(largest_label=2) + 0.5 * ordinal(largest_label=2, terms=sum)").outputs == 2);
  CHECK(named_loss("spearman").outputs == 1);
  CHECK(named_loss("mse").constant_labels);
  CHECK(named_loss("ranknet + mse").constant_labels);
  CHECK_FALSE(named_loss("soft_ndcg + ranknet").constant_labels);
  CHECK(named_loss("spearman(normalization=soft_ranks)").normalizes_soft_ranks);
  CHECK(named_loss("mse + spearman(normalization=soft_ranks)").normalizes_soft_ranks);
  CHECK_FALSE(named_loss("spearman").normalizes_soft_ranks);
}

TEST_CASE("named loss: what is refused") {
  CHECK(refused("spearmn") == "there is no loss 'spearmn'; did you mean 'spearman'?");
  CHECK(refused("soft_ndcg + 2 * lamdarank") == "there is no loss 'lamdarank'; did you mean 'lambdarank'?");
  CHECK(refused("xendcg") ==
        "there is no loss 'xendcg'; there are spearman, soft_ndcg, approx_ndcg, gumbel_approx_ndcg, neural_ndcg, "
        "soft_mrr, soft_precision, soft_recall, ranknet, pairwise_hinge, pairwise_squared, margin_mse, lambdarank, "
        "lambdaloss, listnet, softmax, listmle, mse, pointwise_sigmoid, ordinal");
  CHECK(refused("ranknet(sgima=2)") ==
        "loss ranknet: there is no option 'sgima'; it has sigma, terms; did you mean 'sigma'?");
  CHECK(refused("listnet(sigma=2)") == "loss listnet: there is no option 'sigma'; it has none");
  CHECK(refused("ranknet(sigma=-1)") == "loss ranknet: sigma is '-1'; it must be a number above 0");
  CHECK(refused("spearman + 0.5 * spearman(temperature=2)") ==
        "loss spearman: it stands in the sum twice; give it once, with one weight");
  CHECK(refused("soft_ndcg + spearman(temperature=2)") ==
        "loss spearman: it shares the soft ranks of soft_ndcg, the first of the sum; give temperature there");
  CHECK(refused("ordinal + mse") ==
        "ordinal(largest_label=4, terms=mean) takes 4 numbers a document, and mse(terms=mean) 1: they cannot be added");
}
