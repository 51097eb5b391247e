#include "on_device.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/fmt.hpp>
#include <ranktape/core/inspect/text_table.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/reduce.hpp>
#include <ranktape/ops/shape_operations.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

using namespace ranktape;

namespace {

std::vector<OperationExample> no_examples(Random&) { return {}; }

/// The text without the last column's line numbers, which change with this file.
std::string without_lines(std::string text) {
  constexpr std::string_view file = "inspect_print.cpp:";
  for (std::size_t at = text.find(file); at != std::string::npos; at = text.find(file, at)) {
    at += file.size();
    while (at < text.size() && text[at] != '\n') {
      text.erase(at, 1);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("print: a table of a tape, before and after backward") {
  const Tensor w = tests::from({1, 2}, {.requires_grad = true}).named("w");
  Tape tape;
  const Tensor shifted = (w * tests::from({0, 3})).named("shifted");
  const Tensor loss = sum(exp(shifted));
  CHECK(without_lines(to_string(tape)) ==
        R"(tape of 3 records; |x| is the Euclidean norm of the finite elements
#  operation  inputs         output         |value|  zero  line
0  multiply   'w', constant  'shifted' [2]        6  50 %  inspect_print.cpp:
1  exp        'shifted'      [2]              403.4        inspect_print.cpp:
2  sum        #1             []               404.4        inspect_print.cpp:
)");
  CHECK(to_string(tape).find(fmt::format("inspect_print.cpp:{}\n", __LINE__ - 8)) != std::string::npos);
  loss.backward();
  CHECK(to_string(tape).find("|gradient|") == std::string::npos);
  loss.backward({.keep_intermediate = true});
  CHECK(without_lines(to_string(tape)) ==
        R"(tape of 3 records; |x| is the Euclidean norm of the finite elements
#  operation  inputs         output         |value|  zero  |gradient|  line
0  multiply   'w', constant  'shifted' [2]        6  50 %       403.4  inspect_print.cpp:
1  exp        'shifted'      [2]              403.4             1.414  inspect_print.cpp:
2  sum        #1             []               404.4                 1  inspect_print.cpp:
)");
}

TEST_CASE("print: what is not finite, and shares of zeros that are neither none nor all") {
  std::vector<float> values(1000, 1.0F);
  values[0] = 0;
  const Tensor few = tests::from(values, {.requires_grad = true});
  std::fill(values.begin(), values.end(), 0.0F);
  values[0] = 1;
  const Tensor most = tests::from(values, {.requires_grad = true});
  const Tensor negative = tests::from({-1.0, 4.0}, {.requires_grad = true});
  Tape tape;
  const Tensor a = few * 1;
  const Tensor b = most * 2;
  const Tensor c = sqrt(negative);
  const Tensor d = sum(c);
  const Tensor e = most - most;
  CHECK(without_lines(to_string(tape)) ==
        R"(tape of 5 records; |x| is the Euclidean norm of the finite elements
#  operation        inputs                    output  |value|   zero  not finite  line
0  multiply_number  parameter 0               [1000]    31.61   <1 %              inspect_print.cpp:
1  multiply_number  parameter 2               [1000]        2  >99 %              inspect_print.cpp:
2  sqrt             parameter 4               [2]           2                  1  inspect_print.cpp:
3  sum              #2                        []            -                  1  inspect_print.cpp:
4  subtract         parameter 2, parameter 2  [1000]        0  100 %              inspect_print.cpp:
)");
}

TEST_CASE("print: no record, one record, no elements") {
  const Tensor x = tests::zeros(Shape{0}, {.requires_grad = true}).named("x");
  Tape tape;
  CHECK(to_string(tape) ==
        "tape of 0 records: nothing was computed from parameters (requires_grad = true) while it was the innermost\n");
  const Tensor y = x + x;
  CHECK(without_lines(to_string(tape)) == R"(tape of 1 record; |x| is the Euclidean norm of the finite elements
#  operation  inputs    output  |value|  line
0  add        'x', 'x'  [0]           0  inspect_print.cpp:
)");
}

TEST_CASE("print: a long tape is cut in the middle") {
  const auto printed = [](int records) {
    const Tensor x = tests::scalar(1, {.requires_grad = true});
    Tape tape;
    Tensor y = x;
    for (int i = 0; i < records; ++i) {
      y = y + 1;
    }
    return without_lines(to_string(tape));
  };
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  CHECK(lines(printed(100)) == 102);
  CHECK(printed(100).find("left out") == std::string::npos);
  const std::string text = printed(1234);
  CHECK(lines(text) == 103);
  CHECK(text.find(R"(
  49  add_number  #48          []           51  inspect_print.cpp:
... 1134 records left out ...
1184  add_number  #1183        []         1186  inspect_print.cpp:
)") != std::string::npos);
}

TEST_CASE("print: names of any script keep the columns aligned, and none breaks the terminal") {
  const Tensor wide = tests::scalar(1, {.requires_grad = true}).named("得点");
  const Tensor accent = tests::scalar(1, {.requires_grad = true}).named("e\u0301t\u00e9");
  const Tensor hostile = tests::scalar(1, {.requires_grad = true}).named("\x1b[31mred\n\xff");
  const Tensor endless = tests::scalar(1, {.requires_grad = true}).named(std::string(1'000'000, 'a'));
  Tape tape;
  const Tensor a = wide + 1;
  const Tensor b = accent + 1;
  const Tensor c = hostile + 1;
  const Tensor d = endless.named("a") + 1;
  CHECK(without_lines(to_string(tape)) == R"(tape of 4 records; |x| is the Euclidean norm of the finite elements
#  operation   inputs        output  |value|  line
0  add_number  '得点'        []            2  inspect_print.cpp:
1  add_number  ')"
                                          "e\u0301t\u00e9"
                                          R"('         []            2  inspect_print.cpp:
2  add_number  '␛[31mred␊)"
                                          "\uFFFD"
                                          R"('  []            2  inspect_print.cpp:
3  add_number  'a'           []            2  inspect_print.cpp:
)");
  endless.named(std::string(1'000'000, 'a'));
  CHECK(to_string(tape).size() < 1000);
}

TEST_CASE("print: a user's operation shows its name and options, and of many inputs the first") {
  static const Operation operation("my(op)", no_examples);
  std::vector<Tensor> parts;
  for (int i = 0; i < 10; ++i) {
    parts.push_back(tests::scalar(i, {.requires_grad = true}).named(fmt::format("x{}", i)));
  }
  std::vector<const Tensor*> inputs;
  for (const Tensor& part : parts) {
    inputs.push_back(&part);
  }
  Tape tape;
  Recorder recorder(operation, SourceLocation{"C:\\folder\\mine.cpp", 7}, inputs);
  recorder.record(
      tests::scalar(0), [](BackwardPass&) {},
      [](RecordDetails& details) {
        details.options = {{"margin", "0.5"}, {"sort", "false"}};
      });
  CHECK(to_string(tape) == R"(tape of 1 record; |x| is the Euclidean norm of the finite elements
#  operation                       inputs                                         output  |value|   zero  line
0  my(op)(margin=0.5, sort=false)  'x0', 'x1', 'x2', 'x3', 'x4', 'x5' and 4 more  []            0  100 %  mine.cpp:7
)");
}

TEST_CASE("print: by stream and by fmt") {
  const Tensor x = tests::from({0.5, 1}, {.requires_grad = true}).named("x");
  Tape tape;
  const Tensor y = x * 2;
  std::ostringstream stream;
  stream << tape;
  CHECK(stream.str() == to_string(tape));
  CHECK(fmt::format("{}", tape) == to_string(tape));
  CHECK(fmt::format("{}", x) == "Tensor 'x' [2] float32 {0.5, 1}");
  CHECK(fmt::format("{:>33}", x) == "  Tensor 'x' [2] float32 {0.5, 1}");
}

TEST_CASE("print: the width of text in a terminal") {
  CHECK(detail::display_width("") == 0);
  CHECK(detail::display_width("abc") == 3);
  CHECK(detail::display_width("\u00e9\u20ac") == 2);
  CHECK(detail::display_width("e\u0301") == 1);
  CHECK(detail::display_width("得点") == 4);
  CHECK(detail::display_width("\U0001F600") == 2);
}
