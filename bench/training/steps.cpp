#include "steps.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/random.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/layer_backward.hpp>
#include <ranktape/ops/layer_kernel.hpp>
#include <ranktape/ops/loss/spearman.hpp>
#include <ranktape/ops/matrix_product.hpp>
#include <ranktape/ops/rank/hard_rank.hpp>
#include <ranktape/ops/rank/pooling.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <ranktape/optim/adam_kernel.hpp>

#include <chrono>
#include <cmath>

namespace ranktape::bench {
namespace {

constexpr std::size_t batch_count = 8;
const std::vector<std::int64_t> sizes = {136, 64, 32, 1};

Mlp make_model() {
  Random random(2);
  return Mlp(sizes, random);
}

using View = detail::MatrixView<float>;

/// Adds the time since the last lap to one part of a split.
class Laps {
 public:
  explicit Laps(Split* split) : split_(split), last_(Clock::now()) {}
  void end(double Split::*part) {
    if (split_ != nullptr) {
      const Clock::time_point now = Clock::now();
      split_->*part += std::chrono::duration<double>(now - last_).count();
      last_ = now;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  Split* split_;
  Clock::time_point last_;
};

}  // namespace

Batches::Batches(std::uint64_t seed, Device device) {
  Random random(seed);
  for (std::size_t batch = 0; batch < batch_count; ++batch) {
    features.push_back(Tensor::randn(Shape{rows, sizes.front()}, random).to(device));
    std::vector<float> levels(static_cast<std::size_t>(rows));
    for (float& level : levels) {
      level = static_cast<float>(random.below(5));
    }
    targets.push_back(Tensor::from(levels, Shape{queries, documents}, {.device = device}));
  }
}

LibraryStep::LibraryStep(const Batches& batches)
    : batches_(&batches),
      model_(make_model().to(batches.features.front().device())),
      optimizer_(model_.parameters(), {.learning_rate = learning_rate}) {}

double LibraryStep::step(std::size_t batch) {
  const Tape tape;
  const Tensor scores = reshape(model_(batches_->features[batch]), Shape{queries, documents});
  const Tensor loss = spearman_loss(scores, batches_->targets[batch], strength);
  const Gradients gradients = loss.backward();
  optimizer_.step(gradients);
  return loss.item();
}

HandWrittenStep::Layer::Layer(std::int64_t from, std::int64_t to, std::size_t begin)
    : inputs(from),
      width(to),
      weight(begin),
      bias(begin + static_cast<std::size_t>(from * to)),
      output(static_cast<std::size_t>(rows * to)),
      gradient(static_cast<std::size_t>(rows * to)) {}

// With b the centred ranks of a query's targets, the loss is 1 - b (r - (n + 1) / 2) / (sqrt(n (n^2 - 1) / 12) |b|), in
// the mean: linear in the soft ranks r.
HandWrittenStep::HandWrittenStep(const Batches& batches) : batches_(&batches), scores_(Tensor::zeros(Shape{rows})) {
  constexpr auto n = static_cast<double>(documents);
  for (const Tensor& targets : batches.targets) {
    std::vector<double> slopes = rank(targets).to_vector<double>();
    for (auto query = slopes.begin(); query != slopes.end(); query += documents) {
      double squares = 0;
      for (auto slope = query; slope != query + documents; ++slope) {
        *slope -= (n + 1) / 2;
        squares += *slope * *slope;
      }
      const double scale = -1 / (std::sqrt(n * (n * n - 1) / 12 * squares) * static_cast<double>(queries));
      for (auto slope = query; slope != query + documents; ++slope) {
        *slope *= scale;
      }
    }
    slopes_.push_back(Tensor::from(slopes, Shape{queries, documents}, {.dtype = DType::float64}));
  }
  for (const Tensor& parameter : make_model().parameters()) {
    const auto values = parameter.to_vector<float>();
    parameters_.insert(parameters_.end(), values.begin(), values.end());
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    layers_.emplace_back(sizes[i], sizes[i + 1], begin);
    begin += layers_.back().parameters();
  }
  gradients_.resize(parameters_.size());
  first_moments_.resize(parameters_.size());
  second_moments_.resize(parameters_.size());
}

double HandWrittenStep::step(std::size_t batch, Split* split) {
  Laps laps(split);
  const float* features = detail::data<float>(batches_->features[batch]);
  forward(features);
  laps.end(&Split::forward);
  const double loss = rank_loss(batch);
  laps.end(&Split::rank_loss);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    backward(i, i == 0 ? features : layers_[i - 1].output.data());
  }
  laps.end(&Split::backward);
  adam();
  laps.end(&Split::adam);
  return loss;
}

void HandWrittenStep::forward(const float* features) {
  const float* inputs = features;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    float* output = is_last(i) ? detail::data<float>(scores_) : layer.output.data();
    const detail::RightFactor<float> weight(View(&parameters_[layer.weight], layer.inputs, layer.width), rows);
    detail::multiply(View(inputs, rows, layer.inputs), weight, {&parameters_[layer.bias]}, output,
                     [&](std::int64_t first, std::int64_t last) {
                       if (!is_last(i)) {
                         float* block = output + first * layer.width;
                         detail::activate(Activation::relu, block, block, (last - first) * layer.width);
                       }
                     });
    inputs = output;
  }
}

double HandWrittenStep::rank_loss(std::size_t batch) {
  const Tensor& slopes = slopes_[batch];
  const Tensor scores = detail::share_elements(scores_, slopes.shape());
  const detail::Lists lists = detail::Lists::rows("bench", scores);
  Tensor ranks;
  const detail::Pooling pooling =
      detail::pool_ranks(scores, lists, {.regularization_strength = strength}, DType::float64, ranks);
  double loss = 1;
  for (std::int64_t i = 0; i < rows; ++i) {
    loss += detail::data<double>(slopes)[i] * detail::data<double>(ranks)[i];
  }
  const Tensor gradient = detail::ranks_backward(pooling, ranks, slopes, DType::float32);
  std::copy_n(detail::data<float>(gradient), rows, layers_.back().gradient.data());
  return loss;
}

void HandWrittenStep::backward(std::size_t i, const float* inputs) {
  Layer& layer = layers_[i];
  detail::LayerBackward<float>{.x = View(inputs, rows, layer.inputs),
                               .weight = View(&parameters_[layer.weight], layer.inputs, layer.width),
                               .gradient = View(layer.gradient.data(), rows, layer.width),
                               .activation = is_last(i) ? std::nullopt : std::optional(Activation::relu),
                               .points = layer.output.data(),
                               .by_x = i == 0 ? nullptr : layers_[i - 1].gradient.data(),
                               .by_weight = &gradients_[layer.weight],
                               .by_bias = &gradients_[layer.bias]}
      .run();
}

void HandWrittenStep::adam() {
  const AdamOptions options = {.learning_rate = learning_rate};
  const auto t = static_cast<double>(++steps_);
  detail::take_adam_step(
      detail::AdamStep<float>{.count = std::ssize(parameters_),
                              .parameter = parameters_.data(),
                              .gradient = gradients_.data(),
                              .first_moment = first_moments_.data(),
                              .second_moment = second_moments_.data(),
                              .new_first = static_cast<float>(1 - options.beta1),
                              .old_second = static_cast<float>(options.beta2),
                              .new_second = static_cast<float>(1 - options.beta2),
                              .root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(options.beta2, t))),
                              .step_size = static_cast<float>(options.learning_rate / (1 - std::pow(options.beta1, t))),
                              .epsilon = static_cast<float>(options.epsilon)});
}

}  // namespace ranktape::bench
