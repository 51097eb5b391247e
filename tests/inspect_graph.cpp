#include "on_device.hpp"

#include <ranktape/core/gradients.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/folding.hpp>
#include <ranktape/core/inspect/graph.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/ops/linalg.hpp>
#include <ranktape/ops/reduce.hpp>
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace ranktape;

namespace {

const TensorOptions parameter = {.dtype = DType::float64, .requires_grad = true};

/// "0:1x12": a body of one record from record 0 on, 12 times; "5:40 left out".
std::vector<std::string> runs_of(const Tape& tape, std::int64_t most) {
  std::vector<std::string> runs;
  for (const detail::RecordRun& run : detail::fold_records(tape, most)) {
    const std::string first = std::to_string(run.first) + ":" + std::to_string(run.body);
    runs.push_back(run.left_out ? first + " left out" : first + "x" + std::to_string(run.times));
  }
  return runs;
}

using Runs = std::vector<std::string>;

/// Whether Graphviz draws the text; true, with a word, where there is no Graphviz.
bool is_drawn(const std::string& dot) {
  static const bool present = std::system("dot -V >/dev/null 2>&1") == 0;
  if (!present) {
    MESSAGE("skipped: Graphviz's dot is not installed (graphviz)");
    return true;
  }
  std::FILE* program = popen("dot -Tsvg -o /dev/null 2>&1", "w");
  REQUIRE(program != nullptr);
  std::fwrite(dot.data(), 1, dot.size(), program);
  return pclose(program) == 0;
}

std::vector<OperationExample> no_examples(Random&) { return {}; }

}  // namespace

TEST_CASE("graph: a small tape for Graphviz and for Mermaid") {
  const Tensor w = tests::from({1, 2}, parameter).named("w");
  const Tensor unnamed = tests::from({3, 4}, parameter);
  Tape tape;
  const Tensor scores = (w * tests::from({5, 6}, {.dtype = DType::float64})).named("scores");
  const Tensor loss = sum(scores * unnamed + scores);
  CHECK(to_dot(tape) == R"(digraph tape {
  node [shape=box];
  p0 [label="'w' [2]", shape=ellipse];
  r0 [label="#0 multiply\n'scores' [2]"];
  p2 [label="parameter 2 [2]", shape=ellipse];
  r1 [label="#1 multiply\n[2]"];
  r2 [label="#2 add\n[2]"];
  r3 [label="#3 sum\n[]"];
  p0 -> r0;
  p2 -> r1;
  r0 -> r1;
  r0 -> r2;
  r1 -> r2;
  r2 -> r3;
}
)");
  CHECK(is_drawn(to_dot(tape)));
  loss.backward({.keep_intermediate = true});
  CHECK(to_mermaid(tape) == R"(flowchart TD
  p0(["'w' [2]<br/>|gradient| 36.06"])
  r0["#35;0 multiply<br/>'scores' [2]<br/>|gradient| 6.403"]
  p2(["parameter 2 [2]<br/>|gradient| 13"])
  r1["#35;1 multiply<br/>[2]<br/>|gradient| 1.414"]
  r2["#35;2 add<br/>[2]<br/>|gradient| 1.414"]
  r3["#35;3 sum<br/>[]<br/>|gradient| 1"]
  p0 --> r0
  p2 --> r1
  r0 --> r1
  r0 --> r2
  r1 --> r2
  r2 --> r3
)");
}

TEST_CASE("graph: a tape without records, and one beyond any number of nodes") {
  Tape tape;
  CHECK(to_dot(tape) == "digraph tape {\n  node [shape=box];\n}\n");
  CHECK(to_mermaid(tape) == "flowchart TD\n");
  CHECK(is_drawn(to_dot(tape)));
  const Tensor x = tests::scalar(1, parameter);
  const Tensor y = exp(x) + 1;
  CHECK(to_mermaid(tape, {.max_records = 0}) == R"(flowchart TD
  p0(["parameter 0 []"])
  r0{{"2 records left out<br/>#35;0 to #35;1"}}
  p0 --> r0
)");
}

TEST_CASE("graph: repeated records become one node, the rest stays") {
  const Tensor x = tests::scalar(1, parameter).named("x");
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 12; ++i) {
    y = tanh(y * 0.5);
  }
  sum(exp(y)).backward({.keep_intermediate = true});
  CHECK(runs_of(tape, 26).size() == 26);
  // The first product reads the parameter, the others the record before: it is not of the repetition.
  CHECK(runs_of(tape, 25) == Runs{"0:1x1", "1:2x11", "23:1x1", "24:1x1", "25:1x1"});
  const std::string text = to_dot(tape, {.max_records = 25});
  CHECK(is_drawn(text));
  CHECK(text.find(R"(
  r1 [label="#1 to #22: x 11\ntanh []\nmultiply_number []\n|gradient| )") != std::string::npos);
  CHECK(text.find(R"(", peripheries=2];
  r23 [label="#23 tanh\n[])") != std::string::npos);
  CHECK(text.find("  p0 -> r0;\n  r0 -> r1;\n  r1 -> r23;\n  r23 -> r24;\n  r24 -> r25;\n}") != std::string::npos);
}

TEST_CASE("graph: layers with a parameter each are a repetition; other shapes, inputs or operations are not") {
  std::vector<Tensor> weights;
  for (int i = 0; i < 6; ++i) {
    weights.push_back(tests::ones(Shape{3, 3}, parameter));
  }
  Tape tape;
  Tensor y = matmul(tests::ones(Shape{2, 3}, {.dtype = DType::float64}), weights[0]);
  for (const Tensor& weight : weights) {
    y = relu(matmul(y, weight));
  }
  CHECK(runs_of(tape, 3) == Runs{"0:1x1", "1:2x6"});
  const std::string text = to_mermaid(tape, {.max_records = 3});
  CHECK(text.find(R"(r1[["#35;1 to #35;12: x 6<br/>matmul [2, 3]<br/>relu [2, 3]<br/>6 parameters"]])") !=
        std::string::npos);
  CHECK(text.find("p2") == std::string::npos);

  Tape other;
  const Tensor a = exp(weights[0]);
  const Tensor b = exp(a);
  const Tensor c = exp(a);           // not of the record before
  const Tensor d = sum(c);           // another operation
  const Tensor e = exp(d);           // another shape
  const Tensor f = exp(weights[1]);  // as record 0
  CHECK(runs_of(other, 2).size() == 2);
  CHECK(runs_of(other, 5) == Runs{"0:1x1", "1:1x1", "2:2 left out", "4:1x1", "5:1x1"});
}

TEST_CASE("graph: of the bodies that repeat the one that saves most is taken") {
  const Tensor x = tests::scalar(1, parameter);
  Tape tape;
  Tensor y = exp(x);
  for (int i = 0; i < 10; ++i) {
    y = exp(exp(exp(tanh(y))));
  }
  CHECK(runs_of(tape, 5) == Runs{"0:1x1", "1:4x10"});
  Tape constant;
  y = x + 1;
  for (int i = 0; i < 1000; ++i) {
    y = y + 1;
  }
  CHECK(runs_of(constant, 5) == Runs{"0:1x1", "1:1x1000"});
}

TEST_CASE("graph: records that all read one tensor far before them repeat, too") {
  const Tensor x = tests::scalar(1, parameter);
  Tape tape;
  const Tensor shared = exp(x);
  Tensor y = shared;
  for (int i = 0; i < 1000; ++i) {
    y = tanh(y) * shared;
  }
  const Runs runs = runs_of(tape, 300);
  CHECK(runs.size() < 100);
  CHECK(runs.back() == "65:2x968");
}

TEST_CASE("graph: what does not repeat is left out in the middle, and a node says how much") {
  const Tensor x = tests::scalar(1, parameter).named("x");
  Tape tape;
  Tensor y = x;
  std::vector<Tensor> kept = {x};
  for (std::size_t i = 0; i < 2000; ++i) {
    y = y * kept[(i * i * 7919) % kept.size()];  // an irregular other input
    kept.push_back(y);
  }
  const std::vector<std::string> runs = runs_of(tape, 300);
  CHECK(runs.size() == 300);
  CHECK(std::count_if(runs.begin(), runs.end(), [](const auto& run) { return run.ends_with("left out"); }) == 1);
  const std::string text = to_dot(tape);
  CHECK(text.find(" records left out\\n#") != std::string::npos);
  CHECK(text.find("style=dashed") != std::string::npos);
  CHECK(is_drawn(to_dot(tape, {.max_records = 30})));
}

TEST_CASE("graph: hostile names neither end a label nor say anything to Graphviz or Mermaid") {
  static const Operation operation("op\"]; evil [label=\"", no_examples);
  const std::vector<std::string> names = {"\"]; a -> b; c [label=\"",
                                          "\\",
                                          "ends in \\",
                                          "<b>bold</b>",
                                          "\\N\\G\\l",
                                          "a\nb\r\n",
                                          "</script>",
                                          "\xff\xfe",
                                          "\u2028",
                                          "&quot;",
                                          "%%{init: {}}%%",
                                          "#quot;",
                                          "`code`",
                                          std::string("a\0b", 3),
                                          std::string(1'000'000, 'x')};
  Tape tape;
  for (const std::string& name : names) {
    const Tensor x = tests::scalar(1, parameter).named(name);
    Recorder recorder(operation, {x});
    recorder.record(
        x.clone().named(name), [](BackwardPass&) {},
        [&](RecordDetails& details) {
          details.options = {{name, name}};
        });
  }
  const std::string dot = to_dot(tape);
  CHECK(is_drawn(dot));
  const auto count = [](const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  };
  CHECK(count(dot, "\n") == 3 + 3 * names.size());  // a line each: parameter, record, edge
  CHECK(dot.size() < 100'000);
  const std::string mermaid = to_mermaid(tape);
  CHECK(count(mermaid, "\n") == 1 + 3 * names.size());
  CHECK(count(mermaid, "\"") == 4 * names.size());
  CHECK(mermaid.find("evil [label") != std::string::npos);
  CHECK(mermaid.find("<b>") == std::string::npos);
}

TEST_CASE("graph: a million records") {
  const Tensor x = tests::scalar(1, parameter);
  Tape tape;
  Tensor y = x;
  for (int i = 0; i < 250'000; ++i) {
    y = tanh(exp(y * 0.5) - y);
  }
  const std::string text = to_dot(tape);
  CHECK(text.size() < 10'000);
  CHECK(text.find("x 249") != std::string::npos);
}
