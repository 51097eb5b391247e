#include "support.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace ranktape;
using ranktape::tests::error_text;

namespace {

const TensorOptions float64_options = {.dtype = DType::float64};
const TensorOptions float64_parameter = {.dtype = DType::float64, .requires_grad = true};

using Doubles = std::vector<double>;

Tensor weights(std::initializer_list<double> values) { return tests::from(values, float64_options); }

}  // namespace

TEST_CASE("gradients: contain what was reached, in the order in which the tape met it") {
  const Tensor a = tests::scalar(2, float64_parameter).named("a");
  const Tensor b = tests::scalar(3, float64_parameter).named("b");
  const Tensor unused = tests::scalar(4, float64_parameter).named("unused");
  const Tensor constant = tests::scalar(5, float64_options);
  const Tape tape;
  const Tensor product = (b * a * constant).named("product");
  const Gradients gradients = product.backward();
  CHECK(gradients.contains(a));
  CHECK(gradients.contains(b));
  CHECK_FALSE(gradients.contains(unused));
  CHECK_FALSE(gradients.contains(constant));
  CHECK_FALSE(gradients.contains(product));
  CHECK_FALSE(gradients.contains(a.detach()));
  CHECK(gradients.find(unused) == nullptr);
  CHECK(gradients.find(a) == &gradients[a]);
  CHECK(gradients.size() == 2);
  std::string order;
  for (const auto& [tensor, gradient] : gradients) {
    order += tensor.name();
    CHECK(gradient.node() == gradients[tensor].node());
  }
  CHECK(order == "ba");
  CHECK(gradients[a].item() == 15);
  CHECK(gradients[b].item() == 10);
}

TEST_CASE("gradients: asked for a tensor that none reached, they name it and the caller's line") {
  const Tensor unused = tests::zeros(Shape{2, 3}, float64_parameter).named("unused");
  const Gradients none;
  const std::string text =
      "gradients: no gradient reached tensor 'unused' [2, 3] float64; it is no parameter (requires_grad) that the loss "
      "was computed from, or an intermediate one: backward({.keep_intermediate = true}) keeps those";
  CHECK(error_text<TapeError>([&] { static_cast<void>(none.at(unused)); }) == text);
  CHECK(error_text<TapeError>([&] { static_cast<void>(none[unused]); }) == text);
  CHECK(none.size() == 0);
  CHECK(none.norm() == 0);
}

TEST_CASE("gradients: a parameter used many times gets the sum") {
  const Tensor w = tests::from({1, 2}, float64_parameter);
  const Tape tape;
  Tensor y = w;
  for (int i = 0; i < 9; ++i) {
    y = y + w;
  }
  CHECK(y.backward({.cotangent = weights({1, 3})})[w].to_vector<double>() == Doubles{10, 30});
  const Tensor z = w + w * w - w / 2.0 + w * weights({5, 7});
  CHECK(z.backward({.cotangent = weights({1, 1})})[w].to_vector<double>() == Doubles{7.5, 11.5});
}

TEST_CASE("gradients: += adds what both have and takes over what only the other has") {
  const Tensor a = tests::scalar(2, float64_parameter);
  const Tensor b = tests::scalar(3, float64_parameter);
  const Tape tape;
  Gradients sum = (a * 2.0).backward();
  const Gradients other = (a * b).backward();
  sum += other;
  CHECK(sum[a].item() == 5);
  CHECK(sum[b].item() == 2);
  sum *= 10;
  CHECK(sum[b].item() == 20);
  CHECK(other[a].item() == 3);
  CHECK(other[b].item() == 2);
  sum += sum;
  CHECK(sum[a].item() == 100);
  CHECK(sum[b].item() == 40);
  sum += Gradients();
  CHECK(sum.size() == 2);
}

TEST_CASE("gradients: the norm is of all together, in double") {
  const Tensor a = tests::from({1, 1}, {.requires_grad = true});
  const Tensor b = tests::scalar(1, float64_parameter);
  Gradients gradients;
  gradients.add(a, tests::from({3e20, 0}));
  gradients.add(b, tests::scalar(4e20, float64_options));
  CHECK(gradients.norm() == doctest::Approx(5e20).epsilon(1e-7));
}

TEST_CASE("gradients: a handle shared by two parameters is not scaled twice, nor for both") {
  const Tensor a = tests::from({1, 2}, float64_parameter);
  const Tensor b = tests::from({3, 4}, float64_parameter);
  const Tensor seed = weights({1, 10});
  const Tape tape;
  const Tensor y = a + b;
  Gradients gradients = y.backward({.cotangent = seed});
  gradients *= 3;
  CHECK(gradients[a].to_vector<double>() == Doubles{3, 30});
  CHECK(gradients[b].to_vector<double>() == Doubles{3, 30});
  CHECK(seed.to_vector<double>() == Doubles{1, 10});
  gradients.add(a, seed);
  CHECK(gradients[a].to_vector<double>() == Doubles{4, 40});
  CHECK(gradients[b].to_vector<double>() == Doubles{3, 30});
  CHECK(seed.to_vector<double>() == Doubles{1, 10});
}

TEST_CASE("gradients: a copy, or a handle to a gradient, does not change with the original") {
  const Tensor w = tests::scalar(2, float64_parameter);
  const Tape tape;
  Gradients gradients = (w * w).backward();
  const Gradients copy = gradients;
  const Tensor held = gradients[w];
  gradients *= 0.5;
  gradients += copy;
  CHECK(gradients[w].item() == 6);
  CHECK(copy[w].item() == 4);
  CHECK(held.item() == 4);
}

TEST_CASE("gradients: shared handles stay whole on their way back through the tape") {
  const Tensor w = tests::from({2, 3}, float64_parameter);
  for (const bool keep_intermediate : {false, true}) {
    CAPTURE(keep_intermediate);
    const Tape tape;
    const Tensor x = w * 1.0;
    const Tensor left = -x;          // overwrites the gradient it is given, if nobody else has it
    const Tensor right = square(x);  // so does this
    const Tensor y = left + right;   // gives both the same one
    const Tensor loss = y + y;
    const Gradients gradients = loss.backward({.cotangent = weights({1, 10}), .keep_intermediate = keep_intermediate});
    CHECK(gradients[w].to_vector<double>() == Doubles{6, 100});  // 2 (2 w - 1)
    if (keep_intermediate) {
      CHECK(gradients[loss].to_vector<double>() == Doubles{1, 10});
      CHECK(gradients[y].to_vector<double>() == Doubles{2, 20});
      CHECK(gradients[left].to_vector<double>() == Doubles{2, 20});
      CHECK(gradients[right].to_vector<double>() == Doubles{2, 20});
      CHECK(gradients[x].to_vector<double>() == Doubles{6, 100});
    }
  }
}

TEST_CASE("gradients: a broadcast is summed back, to the scalar, the row and the column") {
  const Tensor scalar = tests::scalar(2, float64_parameter);
  const Tensor row = tests::from({1, 2, 3}, float64_parameter);
  const Tensor column = tests::from({1, -1}, Shape{2, 1}, float64_parameter);
  const Tensor seed = tests::from({1, 2, 3, 4, 5, 6}, Shape{2, 3}, float64_options);
  const Tape tape;
  const Gradients gradients = (scalar + row + column).backward({.cotangent = seed});
  CHECK(gradients[scalar].shape() == Shape{});
  CHECK(gradients[scalar].item() == 21);
  CHECK(gradients[row].to_vector<double>() == Doubles{5, 7, 9});
  CHECK(gradients[column].shape() == Shape{2, 1});
  CHECK(gradients[column].to_vector<double>() == Doubles{6, 15});
}

// 1 + 2^-24 is 1 in float32: added one by one, none of the small terms would count.
TEST_CASE("gradients: a broadcast is summed in double") {
  const Tensor w = tests::scalar(1, {.requires_grad = true});
  std::vector<float> seed(4097, 0x1p-24F);
  seed[0] = 1;
  const Tape tape;
  const Tensor y = w + tests::zeros(Shape{4097});
  CHECK(y.backward({.cotangent = tests::from(seed)})[w].item() == 1 + 0x1p-12);
}

TEST_CASE("gradients: one added that is not of its tensor's shape or type is refused") {
  const Tensor w = tests::zeros(Shape{3}, float64_parameter).named("w");
  Gradients gradients;
  CHECK(error_text<ShapeError>([&] {
          gradients.add(w, weights({1, 2}));
        }) == "gradients: a gradient of [2] float64 does not fit tensor 'w' [3] float64");
  CHECK(error_text<DTypeError>([&] {
          gradients.add(w, tests::from({1, 2, 3}));
        }) == "gradients: a gradient of [3] float32 does not fit tensor 'w' [3] float64");
  CHECK(gradients.size() == 0);
}

TEST_CASE("gradients: what backward starts from must fit") {
  const Tensor w = tests::from({1, 2, 3}, float64_parameter);
  const Tape tape;
  const Tensor y = (w * 2.0).named("y");
  CHECK(error_text<ShapeError>([&] { y.backward(); }) ==
        "backward: tensor 'y' [3] float64 has 3 elements; reduce it to one (sum, mean), or give "
        "backward({.cotangent = ...}) of its shape");
  CHECK(error_text<ShapeError>([&] {
          y.backward({.cotangent = weights({1, 2})});
        }) == "backward: the cotangent [2] float64 is not of the shape and type of 'y' [3] float64");
  CHECK(error_text<ShapeError>([&] {
          y.backward({.cotangent = tests::from({1, 2, 3})});
        }) == "backward: the cotangent [3] float32 is not of the shape and type of 'y' [3] float64");
  CHECK(error_text<TapeError>([&] { w.backward(); }) ==
        "backward: tensor [3] float64 was not recorded: make a Tape before the forward pass, and compute the tensor "
        "from parameters (requires_grad = true)");
}
