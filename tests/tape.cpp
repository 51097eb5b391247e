#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace ranktape;

namespace {

const TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};

}  // namespace

TEST_CASE("tape: the gradient of a small expression") {
  const Tensor w = Tensor::from({1, 2, 3}, parameter);
  const Tape tape;
  const Tensor y = square(w) * 2 + w;
  const Gradients gradients = y.backward({.cotangent = Tensor::from({1, 1, 10}, {.dtype = DType::float64})});
  CHECK(y.to_vector<double>() == std::vector<double>{3, 10, 21});
  CHECK(gradients[w].to_vector<double>() == std::vector<double>{5, 9, 130});
  CHECK(gradients.size() == 1);
  CHECK(tape.records().size() == 3);
}

TEST_CASE("tape: two losses on one tape, each with its own gradient, and their sum") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tape tape;
  const Tensor shared = w * w;
  const Tensor first = shared * 2;
  const Tensor second = shared + w;
  Gradients gradients = first.backward();
  CHECK(gradients[w].item() == 12);
  const Gradients other = second.backward();
  CHECK(other[w].item() == 7);
  gradients += other;
  CHECK(gradients[w].item() == 19);
  gradients *= 0.5;
  CHECK(gradients[w].item() == 9.5);
  CHECK(other[w].item() == 7);
  CHECK(gradients.norm() == 9.5);
}

TEST_CASE("tape: with none alive nothing is recorded, and constants record nothing") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tensor loss = w * 2;
  CHECK_FALSE(loss.requires_grad());
  CHECK_THROWS_AS(loss.backward(), TapeError);
  const Tape tape;
  CHECK((w.detach() * 2).requires_grad() == false);
  CHECK(tape.records().empty());
  CHECK((loss * w).requires_grad());
  CHECK(tape.records().size() == 1);
}

TEST_CASE("tape: nested tapes, the innermost records and outer results are constants to it") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tape outer;
  const Tensor a = w * w;
  {
    const Tape inner;
    const Tensor b = a * w;
    CHECK(inner.records().size() == 1);
    CHECK(b.backward()[w].item() == 9);  // a is a constant here
  }
  CHECK(outer.records().size() == 1);
  const Tensor c = a * w;
  CHECK(c.backward()[w].item() == 27);
}

TEST_CASE("tape: a tensor outlives its tape as a plain value") {
  const Tensor w = Tensor::scalar(3, parameter);
  Tensor loss;
  {
    const Tape tape;
    loss = (w * 2).named("loss");
    CHECK(loss.requires_grad());
  }
  CHECK(loss.item() == 6);
  CHECK_FALSE(loss.requires_grad());
  try {
    loss.backward();
    FAIL("expected TapeError");
  } catch (const TapeError& error) {
    CHECK(std::string(error.what()) == std::string(__FILE__) + ":" + std::to_string(__LINE__ - 3) +
                                           ": backward: the tape that recorded tensor 'loss' [] float64 has ended, or "
                                           "belongs to another thread; call backward inside the scope of its Tape");
  }
}

TEST_CASE("tape: a failed operation leaves it as it was") {
  const Tensor w = Tensor::from({1, 2, 3}, parameter);
  const Tape tape;
  const Tensor y = w * 2;
  CHECK_THROWS_AS(y + Tensor::ones(Shape{2}, {.dtype = DType::float64}), ShapeError);
  CHECK(tape.records().size() == 1);
  CHECK((y * y).backward({.cotangent = w.detach()})[w].to_vector<double>() == std::vector<double>{8, 32, 72});
}

TEST_CASE("tape: a parameter changed between recording and backward is noticed") {
  Tensor w = Tensor::from({1, 2}, parameter).named("w");
  const Tape tape;
  const Tensor y = square(w);
  w.mutable_values<double>()[0] = 5;
  try {
    y.backward({.cotangent = w.detach()});
    FAIL("expected TapeError");
  } catch (const TapeError& error) {
    CHECK(std::string(error.what()).find("tensor 'w' [2] float64 was changed after it was recorded") !=
          std::string::npos);
  }
}

TEST_CASE("tape: gradients of intermediate tensors on request") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tape tape;
  const Tensor a = w * 2;
  const Tensor loss = a * a;
  CHECK_FALSE(loss.backward().contains(a));
  const Gradients all = loss.backward({.keep_intermediate = true});
  CHECK(all[a].item() == 12);
  CHECK(all[loss].item() == 1);
  CHECK(all[w].item() == 24);
}

TEST_CASE("tape: a million operations, forward and back") {
  const Tensor w = Tensor::scalar(1, parameter);
  const Tape tape;
  Tensor y = w;
  for (int i = 0; i < 500'000; ++i) {
    y = y * 0.5 + 1.0;
  }
  CHECK(y.item() == doctest::Approx(2));
  CHECK(tape.records().size() == 1'000'000);
  CHECK(y.backward()[w].item() == 0);
}

TEST_CASE("tape: a pause records nothing") {
  const Tensor w = Tensor::scalar(3, parameter);
  const Tape tape;
  {
    const Tape::Pause pause;
    CHECK_FALSE((w * 2).requires_grad());
  }
  CHECK((w * 2).requires_grad());
  CHECK(tape.records().size() == 1);
}

TEST_CASE("tape: check_finite names the operation, its line and the element") {
  const Tensor w = Tensor::from({1, 0, 4}, parameter);
  const Tape tape;
  const int line = __LINE__ + 1;
  const Tensor y = log(w) + 1.0;
  try {
    y.backward({.cotangent = Tensor::ones(Shape{3}, {.dtype = DType::float64}), .check_finite = true});
    FAIL("expected NumericError");
  } catch (const NumericError& error) {
    CHECK(std::string(error.what()) ==
          std::string(__FILE__) + ":" + std::to_string(line) +
              ": log: its value is -inf at element 1 of its output [3] float64, where its input was 0; keep its input "
              "inside the operation's domain");
  }
  const Tensor root = sqrt(w);
  CHECK_THROWS_AS(root.backward({.cotangent = Tensor::ones(Shape{3}, {.dtype = DType::float64}), .check_finite = true}),
                  NumericError);
}
