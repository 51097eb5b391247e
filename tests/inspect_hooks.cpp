#include "on_device.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace ranktape;

namespace {

const TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};

/// What a callback was called with: "name gradient", a word each.
struct Seen {
  std::vector<std::string> calls;
  void operator()(const Tensor& tensor, const Tensor& gradient) {
    calls.push_back(std::string(tensor.name()) + " " + to_string(gradient));
  }
};

using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("hooks: from the loss to the front, then the parameters in the order in which the tape met them") {
  const Tensor a = tests::from({2, 3}, parameter).named("a");
  const Tensor b = tests::from({5, 7}, parameter).named("b");
  Tape tape;
  Seen seen;
  tape.on_gradient(std::ref(seen));
  const Tensor product = (b * a).named("product");
  const Tensor loss = sum(product).named("loss");
  loss.backward();
  CHECK(seen.calls == Calls{"loss Tensor [] float64 {1}", "product Tensor [2] float64 {1, 1}",
                            "b Tensor [2] float64 {2, 3}", "a Tensor [2] float64 {5, 7}"});
}

TEST_CASE("hooks: a tensor that is used more than once shows its whole gradient, once") {
  const Tensor x = tests::from({3}, parameter).named("x");
  Tape tape;
  Seen seen;
  tape.on_gradient(std::ref(seen));
  const Tensor y = (x * 1).named("y");
  const Tensor unused = (y * 100).named("unused");
  const Tensor first = (y * 10).named("first");
  const Tensor loss = sum(first + y + x).named("loss");
  loss.backward();
  CHECK(seen.calls == Calls{"loss Tensor [] float64 {1}", " Tensor [1] float64 {1}", " Tensor [1] float64 {1}",
                            "first Tensor [1] float64 {1}", "y Tensor [1] float64 {11}", "x Tensor [1] float64 {12}"});
}

TEST_CASE("hooks: a gradient whose handle is kept is not written to afterwards") {
  const Tensor x = tests::from({-1, 2, 3}, parameter);
  std::vector<Tensor> handles;
  std::vector<std::vector<double>> values;
  const auto keep = [&](const Tensor&, const Tensor& gradient) {
    handles.push_back(gradient);
    values.push_back(gradient.to_vector<double>());
  };
  Tape tape;
  tape.on_gradient(keep);
  // Operations that overwrite or hand on the gradient that they get, and one that is added to.
  const Tensor y = relu(x);
  const Tensor z = exp(y) * y + 1 - x;
  const Tensor loss = sum(reshape(-z, Shape{3, 1}));
  Gradients gradients = loss.backward();
  const std::vector<double> gradient = gradients[x].to_vector<double>();
  gradients *= 2;
  gradients += gradients;
  REQUIRE(handles.size() == tape.records().size() + 1);
  for (std::size_t i = 0; i < handles.size(); ++i) {
    CAPTURE(i);
    CHECK(handles[i].to_vector<double>() == values[i]);
  }
  tape.on_gradient({});
  CHECK(loss.backward()[x].to_vector<double>() == gradient);
}

TEST_CASE("hooks: a callback that throws ends the backward and leaves the tape as it was") {
  const Tensor x = tests::from({2}, parameter);
  Tape tape;
  const Tensor y = x * x;
  const Tensor loss = sum(y);
  int calls = 0;
  tape.on_gradient([&](const Tensor&, const Tensor&) {
    if (++calls == 2) {
      throw std::runtime_error("seen enough");
    }
  });
  CHECK_THROWS_WITH_AS(loss.backward(), "seen enough", std::runtime_error);
  CHECK(calls == 2);
  CHECK(tape.gradients().empty());
  CHECK(loss.backward()[x].item() == 4);
  CHECK(calls == 5);
  const Tensor more = y + loss;  // records still
  CHECK(tape.records().size() == 3);
  CHECK(sum(more).backward()[x].item() == 8);
}

TEST_CASE("hooks: what a callback computes is not recorded") {
  const Tensor x = tests::from({2}, parameter);
  Tape tape;
  const Tensor loss = sum(x * x);
  tape.on_gradient([&](const Tensor& tensor, const Tensor& gradient) { sum(tensor * gradient + x); });
  loss.backward();
  CHECK(tape.records().size() == 2);
}

TEST_CASE("hooks: each tape calls its own") {
  const Tensor x = tests::from({2}, parameter).named("x");
  Tape outer;
  Seen seen_outer;
  outer.on_gradient(std::ref(seen_outer));
  const Tensor y = (x * 3).named("y");
  const Tensor loss = sum(y);
  {
    Tape inner;
    Seen seen_inner;
    inner.on_gradient(std::ref(seen_inner));
    sum(y * x).backward();  // y is a constant to the inner tape
    CHECK(seen_inner.calls == Calls{" Tensor [] float64 {1}", " Tensor [1] float64 {1}", "x Tensor [1] float64 {6}"});
    CHECK(seen_outer.calls.empty());
    seen_inner.calls.clear();
    loss.backward();
    CHECK(seen_inner.calls.empty());
  }
  CHECK(seen_outer.calls == Calls{" Tensor [] float64 {1}", "y Tensor [1] float64 {1}", "x Tensor [1] float64 {3}"});
}

TEST_CASE("hooks: the next callback replaces the one before, and an empty one removes it") {
  const Tensor x = tests::from({2}, parameter);
  Tape tape;
  const Tensor loss = sum(x);
  int first = 0;
  int second = 0;
  tape.on_gradient([&](const Tensor&, const Tensor&) { ++first; });
  tape.on_gradient([&](const Tensor&, const Tensor&) { ++second; });
  loss.backward();
  CHECK(first == 0);
  CHECK(second == 2);
  tape.on_gradient({});
  loss.backward();
  CHECK(second == 2);
}

TEST_CASE("hooks: a callback may remove itself") {
  const Tensor x = tests::from({2}, parameter);
  Tape tape;
  const Tensor loss = sum(x * x);
  int calls = 0;
  const std::string held(100, 'x');  // kept by the callback, which must outlive its own removal
  tape.on_gradient([&tape, &calls, held](const Tensor&, const Tensor&) {
    tape.on_gradient({});
    calls += held.size() == 100 ? 1 : 0;
  });
  CHECK(loss.backward()[x].item() == 4);
  CHECK(calls == 3);  // this backward goes on with the callback that it began with
  loss.backward();
  CHECK(calls == 3);
}

TEST_CASE("hooks: gradients by the number of the tensor, after a backward that keeps them") {
  const Tensor x = tests::from({2, 3}, parameter);
  Tape tape;
  CHECK(tape.gradients().empty());
  const Tensor y = x * x;         // tensors 0 and 1
  const Tensor other = exp(y);    // 2: no part of the loss
  const Tensor loss = sum(y);     // 3
  const Tensor later = loss * 2;  // 4: after the loss
  loss.backward();
  CHECK(tape.gradients().empty());
  const Gradients gradients = loss.backward({.keep_intermediate = true});
  REQUIRE(tape.gradients().size() == 5);
  CHECK(tape.gradients()[0].to_vector<double>() == std::vector<double>{4, 6});
  CHECK(tape.gradients()[1].to_vector<double>() == std::vector<double>{1, 1});
  CHECK_FALSE(tape.gradients()[2].defined());
  CHECK(tape.gradients()[3].item() == 1);
  CHECK_FALSE(tape.gradients()[4].defined());
  for (const std::size_t number : std::initializer_list<std::size_t>{0, 1, 3}) {
    CHECK(gradients[tape.tensors()[number]].to_vector<double>() == tape.gradients()[number].to_vector<double>());
  }
}

TEST_CASE("hooks: gradients that are kept do not leak into the next backward, nor change with it") {
  const Tensor x = tests::from({-2, 3}, parameter);
  Tape tape;
  const Tensor y = relu(x) * 2;
  const Tensor loss = sum(y * y);
  const std::vector<double> expected = loss.backward()[x].to_vector<double>();
  Gradients kept = loss.backward({.keep_intermediate = true});
  std::vector<std::vector<double>> values;
  for (const Tensor& gradient : tape.gradients()) {
    values.push_back(gradient.to_vector<double>());
  }
  kept *= 10;
  CHECK(loss.backward()[x].to_vector<double>() == expected);
  const Tensor another = sum(y);
  CHECK(another.backward()[x].to_vector<double>() == std::vector<double>{0, 2});
  REQUIRE(tape.gradients().size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(tape.gradients()[i].to_vector<double>() == values[i]);
  }
  another.backward({.keep_intermediate = true});
  CHECK(tape.gradients()[0].to_vector<double>() == std::vector<double>{0, 2});
  CHECK_FALSE(tape.gradients()[values.size() - 1].defined());  // of the first loss
}
