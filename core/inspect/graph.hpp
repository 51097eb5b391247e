#pragma once

#include <ranktape/core/tape.hpp>

#include <cstdint>
#include <string>

namespace ranktape {

struct GraphOptions {
  /// A longer tape is folded: runs of records that repeat become one node that says how often; then the middle is left
  /// out, and a node says how much.
  std::int64_t max_records = 300;
};

/// The tape as a graph for Graphviz: parameters, records with their options, shape and, where a backward kept them, the
/// norm of the gradient; constants are left out.
std::string to_dot(const Tape& tape, const GraphOptions& options = {});
/// The same for Mermaid, which GitHub draws.
std::string to_mermaid(const Tape& tape, const GraphOptions& options = {});

}  // namespace ranktape
