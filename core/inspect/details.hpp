#pragma once

#include <ranktape/core/tensor.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// What an operation tells of one of its records when somebody looks at the tape: a table, a report. It is made then and
// never while recording, from what the record's closure holds.
namespace ranktape {

/// Soft ranks of one list, and which documents pooled.
struct SoftRanksOfList {
  std::vector<double> ranks = {};
  std::vector<std::uint32_t> blocks = {};  ///< as RankingDetails::blocks
};

/// How a record made soft ranks of its input 0, the scores.
struct RankingDetails {
  std::string relaxation = {};             ///< "l2", "kl", "lapsum" or "sigmoid"
  bool ascending = true;                   ///< rank 1 is the smallest score
  std::vector<std::int64_t> offsets = {};  ///< list i is documents offsets[i] to offsets[i + 1]
  std::string strength_option = {};        ///< "regularization_strength" or "temperature"
  double strength_setting = 0;             ///< what that option was, in its own unit; 0 if each list had its own
  std::vector<double> strengths = {};      ///< of each list, in absolute units; the temperature where nothing pools
  /// For each document the number of its block within its list, counted from 0 at rank 1: who shares one shares its
  /// mean. Empty for relaxations that do not pool.
  std::vector<std::uint32_t> blocks = {};
  /// The soft ranks that the list, with the scores as they are now, would have with `factor` times the strength.
  /// Leaves the thread's rank_diagnostics as they were.
  std::function<SoftRanksOfList(std::int64_t list, double factor)> at_strength = {};
};

/// What a record that is a loss over lists knows of them. Its input 0 is the scores, or soft ranks of them.
struct ListLossDetails {
  std::vector<std::int64_t> offsets = {};  ///< list i is documents offsets[i] to offsets[i + 1]
  std::vector<double> values = {};         ///< the loss of each list, before its weight
  std::vector<bool> counts = {};       ///< false for a list without information: too short, or labels that say nothing
  Tensor targets = {};                 ///< one for each document
  bool normalizes_soft_ranks = false;  ///< a correlation of soft ranks: of one block, Pearson's of the raw scores
  bool takes_memberships = false;      ///< its input 0 was made, document by document, from the scores by one record
};

struct RecordDetails {
  struct Option {
    std::string name = {};
    std::string value = {};
  };

  /// Adds an option: a number (as its shortest text), a truth, a text, or an enumeration that has a to_string.
  template <class Value>
  void add(std::string_view name, const Value& value);
  /// The same unless the value is the usual one.
  template <class Value>
  void add_unless(const std::type_identity_t<Value>& usual, std::string_view name, const Value& value);

  std::vector<Option> options = {};  ///< those worth reading, in the words of the option structs
  std::optional<RankingDetails> ranking = {};
  std::optional<ListLossDetails> list_loss = {};
  /// Where an activation is flat, ascending: {0} of relu, {-1, 1} of tanh. Empty for whatever is flat nowhere.
  std::vector<double> limits = {};
};

namespace detail {
std::string number_text(double value);
}

template <class Value>
void RecordDetails::add(std::string_view name, const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    options.push_back({std::string(name), value ? "true" : "false"});
  } else if constexpr (std::is_integral_v<Value>) {
    options.push_back({std::string(name), std::to_string(value)});
  } else if constexpr (std::is_floating_point_v<Value>) {
    options.push_back({std::string(name), detail::number_text(value)});
  } else if constexpr (std::is_enum_v<Value>) {
    options.push_back({std::string(name), std::string(to_string(value))});
  } else {
    options.push_back({std::string(name), std::string(value)});
  }
}

template <class Value>
void RecordDetails::add_unless(const std::type_identity_t<Value>& usual, std::string_view name, const Value& value) {
  if (value != usual) {
    add(name, value);
  }
}

/// "regularization_strength=0.5, direction=descending"
std::string to_string(const std::vector<RecordDetails::Option>& options);

}  // namespace ranktape
