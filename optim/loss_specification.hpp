#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Internal: losses as text, "soft_ndcg(temperature=1) + 0.3 * spearman".
//
//     specification = term { "+" term }
//     term          = [ number "*" ] name [ "(" option "=" value { "," option "=" value } ")" ]
//
// Blanks may stand anywhere between these parts.
namespace ranktape::detail {

/// The options of one term. A loss asks for each of its own with the default that it has; what was given but never
/// asked for is then an error, and what was asked for is the documentation.
class LossArguments {
 public:
  struct Option {
    std::string name;
    std::string value;    ///< given, or the default
    std::string allowed;  ///< in words
    bool given;
  };

  LossArguments() = default;
  LossArguments(std::string_view loss, std::map<std::string, std::string> given)
      : loss_(loss), given_(std::move(given)) {}

  /// Each throws FormatError for a value that is not so.
  double positive_number(const char* name, double otherwise);
  double number_from_zero(const char* name, double otherwise);
  std::int64_t count(const char* name, std::int64_t otherwise, std::int64_t least = 0);
  bool flag(const char* name, bool otherwise);
  /// Which of the values was given.
  template <class Value>
  Value choice(const char* name, const std::vector<std::pair<const char*, Value>>& values, Value otherwise) {
    std::vector<std::string> names;
    std::string usual;
    for (const auto& [text, value] : values) {
      names.emplace_back(text);
      usual = value == otherwise ? text : usual;
    }
    return values[index_of_choice(name, names, usual)].second;
  }
  /// The same by the names that `to_string` gives the values.
  template <class Value>
  Value choice(const char* name, const std::vector<Value>& values, Value otherwise) {
    std::vector<std::string> names;
    names.reserve(values.size());
    for (const Value value : values) {
      names.emplace_back(to_string(value));
    }
    return values[index_of_choice(name, names, std::string(to_string(otherwise)))];
  }

  /// Throws FormatError for an option that nothing asked for.
  void check_all_known() const;
  [[nodiscard]] const std::vector<Option>& options() const { return options_; }

 private:
  double number(const char* name, double otherwise, const char* allowed, bool zero);
  std::string take(const char* name, std::string otherwise, std::string allowed);
  std::size_t index_of_choice(const char* name, const std::vector<std::string>& names, const std::string& otherwise);

  std::string loss_;
  std::map<std::string, std::string> given_;
  std::vector<Option> options_;
};

struct LossTerm {
  double weight = 1;
  std::string name;
  std::map<std::string, std::string> options;
};

/// Throws FormatError for a text that is not of this form.
std::vector<LossTerm> parse_loss_specification(std::string_view specification);

}  // namespace ranktape::detail
