#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/inspect/escape.hpp>
#include <ranktape/core/inspect/folding.hpp>
#include <ranktape/core/inspect/graph.hpp>
#include <ranktape/core/inspect/tape_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ranktape {
namespace {

using detail::escaped;
using detail::EscapeFor;
using detail::RecordRun;

/// A node of several records names so many of them, and has edges from so many parameters; else it says how many.
constexpr std::int64_t records_named = 8;
constexpr std::size_t parameters_drawn = 4;

enum class NodeKind { parameter, record, repeated, left_out };

struct Node {
  std::string id = {};
  NodeKind kind = NodeKind::record;
  std::vector<std::string> lines = {};  ///< of its label, not escaped
};

struct Edge {
  std::string from = {};
  std::string to = {};
};

struct Graph {
  std::vector<Node> nodes = {};
  std::vector<Edge> edges = {};
};

std::string id_of(const RecordRun& run) { return fmt::format("r{}", run.first); }
std::string id_of_parameter(std::uint32_t number) { return fmt::format("p{}", number); }

class GraphBuilder {
 public:
  GraphBuilder(const Tape& tape, const GraphOptions& options)
      : tape_(tape), runs_(detail::fold_records(tape, options.max_records)), makers_(detail::makers_of(tape)) {}

  Graph build() {
    for (const RecordRun& run : runs_) {
      Node node = run.size() == 1 ? node_of_record(run.first) : node_of_run(run);
      const Sources sources = sources_of(run);
      if (run.size() > 1 && sources.parameters.size() > parameters_drawn) {
        node.lines.push_back(fmt::format("{} parameters", sources.parameters.size()));
      } else {
        for (const std::uint32_t number : sources.parameters) {
          add_parameter(number);
          graph_.edges.push_back({.from = id_of_parameter(number), .to = node.id});
        }
      }
      for (const std::int64_t first : sources.runs) {
        graph_.edges.push_back({.from = id_of({.first = first}), .to = node.id});
      }
      graph_.nodes.push_back(std::move(node));
    }
    return std::move(graph_);
  }

 private:
  /// Where the inputs of a run come from: other runs, by their first record, and parameters.
  struct Sources {
    std::set<std::int64_t> runs = {};
    std::set<std::uint32_t> parameters = {};
  };

  [[nodiscard]] const Record& record(std::int64_t number) const {
    return tape_.records()[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] const Tensor& output(std::int64_t number) const { return tape_.tensors()[record(number).output]; }

  [[nodiscard]] Sources sources_of(const RecordRun& run) const {
    Sources sources;
    for (std::int64_t number = run.first; number < run.end(); ++number) {
      for (const std::uint32_t input : tape_.inputs(record(number))) {
        if (input == Tape::constant) {
          continue;
        }
        const std::int64_t maker = makers_[input];
        if (maker < 0) {
          sources.parameters.insert(input);
        } else if (maker < run.first) {
          sources.runs.insert(std::prev(std::ranges::upper_bound(runs_, maker, {}, &RecordRun::first))->first);
        }
      }
    }
    return sources;
  }

  [[nodiscard]] Node node_of_record(std::int64_t number) const {
    Node node = {.id = id_of({.first = number})};
    node.lines.push_back(fmt::format("#{} {}", number, record(number).operation->name()));
    const std::string options = to_string(tape_.details(record(number)).options);
    if (!options.empty()) {
      node.lines.push_back(options);
    }
    node.lines.push_back(detail::name_and_shape(std::string(output(number).name()), output(number).shape()));
    add_gradient(node, {.first = number});
    return node;
  }

  [[nodiscard]] Node node_of_run(const RecordRun& run) const {
    Node node = {.id = id_of(run), .kind = run.left_out ? NodeKind::left_out : NodeKind::repeated};
    const std::string place = fmt::format("#{} to #{}", run.first, run.end() - 1);
    if (run.left_out) {
      node.lines = {fmt::format("{} records left out", run.size()), place};
    } else {
      node.lines = {fmt::format("{}: x {}", place, run.times)};
      for (std::int64_t i = 0; i < std::min(run.body, records_named); ++i) {
        const std::int64_t number = run.first + i;
        node.lines.push_back(fmt::format("{} {}", record(number).operation->name(), to_string(output(number).shape())));
      }
      if (run.body > records_named) {
        node.lines.push_back(fmt::format("and {} more", run.body - records_named));
      }
    }
    add_gradient(node, run);
    return node;
  }

  void add_gradient(Node& node, const RecordRun& run) const {
    std::vector<double> norms;
    for (std::int64_t number = run.first; number < run.end(); ++number) {
      if (const Tensor* gradient = detail::kept_gradient(tape_, record(number).output)) {
        norms.push_back(summarize(*gradient).norm);
      }
    }
    if (!norms.empty()) {
      const auto [least, greatest] = std::ranges::minmax(norms);
      node.lines.push_back(least == greatest ? fmt::format("|gradient| {:.4g}", least)
                                             : fmt::format("|gradient| {:.4g} to {:.4g}", least, greatest));
    }
  }

  void add_parameter(std::uint32_t number) {
    if (!drawn_.insert(number).second) {
      return;
    }
    const Tensor& parameter = tape_.tensors()[number];
    const std::string name(parameter.name());
    Node node = {.id = id_of_parameter(number), .kind = NodeKind::parameter};
    node.lines = {name.empty() ? fmt::format("parameter {} {}", number, to_string(parameter.shape()))
                               : detail::name_and_shape(name, parameter.shape())};
    if (const Tensor* gradient = detail::kept_gradient(tape_, number)) {
      node.lines.push_back(fmt::format("|gradient| {:.4g}", summarize(*gradient).norm));
    }
    graph_.nodes.push_back(std::move(node));
  }

  const Tape& tape_;
  std::vector<RecordRun> runs_;
  std::vector<std::int64_t> makers_;
  std::set<std::uint32_t> drawn_;
  Graph graph_;
};

std::string label_of(const Node& node, EscapeFor target, const char* line_break) {
  std::string label;
  for (const std::string& line : node.lines) {
    label += (label.empty() ? "" : line_break) + escaped(line, target);
  }
  return label;
}

const char* dot_style(NodeKind kind) {
  switch (kind) {
    case NodeKind::parameter: return ", shape=ellipse";
    case NodeKind::repeated: return ", peripheries=2";
    case NodeKind::left_out: return ", style=dashed";
    case NodeKind::record: break;
  }
  return "";
}

/// What stands before and after the label.
std::pair<const char*, const char*> mermaid_shape(NodeKind kind) {
  switch (kind) {
    case NodeKind::parameter: return {"([\"", "\"])"};
    case NodeKind::repeated: return {"[[\"", "\"]]"};
    case NodeKind::left_out: return {"{{\"", "\"}}"};
    case NodeKind::record: break;
  }
  return {"[\"", "\"]"};
}

}  // namespace

std::string to_dot(const Tape& tape, const GraphOptions& options) {
  const Graph graph = GraphBuilder(tape, options).build();
  std::string text = "digraph tape {\n  node [shape=box];\n";
  for (const Node& node : graph.nodes) {
    text +=
        fmt::format("  {} [label=\"{}\"{}];\n", node.id, label_of(node, EscapeFor::dot, "\\n"), dot_style(node.kind));
  }
  for (const Edge& edge : graph.edges) {
    text += fmt::format("  {} -> {};\n", edge.from, edge.to);
  }
  return text + "}\n";
}

std::string to_mermaid(const Tape& tape, const GraphOptions& options) {
  const Graph graph = GraphBuilder(tape, options).build();
  std::string text = "flowchart TD\n";
  for (const Node& node : graph.nodes) {
    const auto [before, after] = mermaid_shape(node.kind);
    text += fmt::format("  {}{}{}{}\n", node.id, before, label_of(node, EscapeFor::mermaid, "<br/>"), after);
  }
  for (const Edge& edge : graph.edges) {
    text += fmt::format("  {} --> {}\n", edge.from, edge.to);
  }
  return text;
}

}  // namespace ranktape
