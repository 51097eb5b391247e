#include <ranktape/core/error.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/suggestion.hpp>
#include <ranktape/optim/loss_specification.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace ranktape::detail {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<LossTerm> parse() {
    std::vector<LossTerm> terms;
    do {
      terms.push_back(term());
    } while (took('+'));
    if (at_ != text_.size()) {
      fail("at {} a '+' was expected, or the end", quote(text_.substr(at_)));
    }
    return terms;
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    throw FormatError(
        fmt::format("loss {}: {}; a loss reads 'soft_ndcg', 'soft_ndcg + 0.3 * spearman' or "
                    "'lambdarank(sigma=2, truncation=10)'",
                    quote(text_), fmt::format(format, std::forward<Arguments>(arguments)...)));
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) {
      ++at_;
    }
  }

  bool took(char wanted) {
    skip_blanks();
    const bool there = at_ < text_.size() && text_[at_] == wanted;
    at_ += there ? 1 : 0;
    skip_blanks();
    return there;
  }

  std::string name(const char* what) {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) {
      ++at_;
    }
    if (at_ == begin) {
      fail("{} was expected at {}", what, quote(text_.substr(begin)));
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  double weight() {
    double value = 1;
    const auto [stop, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value)) {
      fail("{} does not begin with a number", quote(text_.substr(at_)));
    }
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (!took('*')) {
      fail("a weight {} without a '*' and the loss that it is of", value);
    }
    return value;
  }

  LossTerm term() {
    LossTerm term;
    skip_blanks();
    const char first = at_ < text_.size() ? text_[at_] : '\0';
    if ((first >= '0' && first <= '9') || first == '.' || first == '-') {
      term.weight = weight();
    }
    term.name = name("the name of a loss");
    if (took('(') && !took(')')) {
      do {
        option(term);
      } while (took(','));
      if (!took(')')) {
        fail("the options of {} have no ')' behind them", term.name);
      }
    }
    return term;
  }

  void option(LossTerm& term) {
    const std::string key = name("the name of an option");
    if (!took('=')) {
      fail("option {} has no '=' and value", key);
    }
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",)", begin), text_.size());
    std::string_view value = text_.substr(begin, at_ - begin);
    while (!value.empty() && is_blank(value.back())) {
      value.remove_suffix(1);
    }
    if (value.empty()) {
      fail("option {} has no value", key);
    }
    if (!term.options.emplace(key, value).second) {
      fail("option {} is given twice", key);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string LossArguments::take(const char* name, std::string otherwise, std::string allowed) {
  const auto found = given_.find(name);
  const bool given = found != given_.end();
  options_.push_back({name, given ? found->second : std::move(otherwise), std::move(allowed), given});
  return options_.back().value;
}

double LossArguments::number(const char* name, double otherwise, const char* allowed, bool zero) {
  const std::string text = take(name, fmt::format("{}", otherwise), allowed);
  const auto value = parsed<double>(text);
  if (!value || !std::isfinite(*value) || *value < 0 || (*value == 0 && !zero)) {
    throw FormatError(fmt::format("loss {}: {} is {}; it must be {}", loss_, name, quote(text), allowed));
  }
  return *value;
}

double LossArguments::positive_number(const char* name, double otherwise) {
  return number(name, otherwise, "a number above 0", false);
}

double LossArguments::number_from_zero(const char* name, double otherwise) {
  return number(name, otherwise, "a number from 0", true);
}

std::int64_t LossArguments::count(const char* name, std::int64_t otherwise, std::int64_t least) {
  const std::string allowed = fmt::format("a whole number from {}", least);
  const std::string text = take(name, fmt::format("{}", otherwise), allowed);
  const auto value = parsed<std::int64_t>(text);
  if (!value || *value < least) {
    throw FormatError(fmt::format("loss {}: {} is {}; it must be {}", loss_, name, quote(text), allowed));
  }
  return *value;
}

bool LossArguments::flag(const char* name, bool otherwise) {
  return choice<bool>(name, {{"false", false}, {"true", true}}, otherwise);
}

std::size_t LossArguments::index_of_choice(const char* name, const std::vector<std::string>& names,
                                           const std::string& otherwise) {
  const std::string text = take(name, otherwise, fmt::format("{}", fmt::join(names, ", ")));
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) {
    throw FormatError(fmt::format("loss {}: {} is {}; it must be one of {}{}", loss_, name, quote(text),
                                  fmt::join(names, ", "), did_you_mean(text, names)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

void LossArguments::check_all_known() const {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    names.push_back(option.name);
  }
  for (const auto& [name, value] : given_) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw FormatError(fmt::format("loss {}: there is no option {}; it has {}{}", loss_, quote(name),
                                    names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")),
                                    did_you_mean(name, names)));
    }
  }
}

std::vector<LossTerm> parse_loss_specification(std::string_view specification) { return Parser(specification).parse(); }

}  // namespace ranktape::detail
