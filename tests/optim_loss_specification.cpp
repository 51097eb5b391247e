#include <ranktape/core/error.hpp>
#include <ranktape/optim/loss_specification.hpp>
#include <doctest/doctest.h>

#include "support.hpp"

#include <string>
#include <string_view>

using namespace ranktape;
using ranktape::detail::LossArguments;
using ranktape::detail::LossTerm;
using ranktape::detail::parse_loss_specification;
using ranktape::tests::error_text;

namespace {

std::string shown(std::string_view specification) {
  std::string text;
  for (const LossTerm& term : parse_loss_specification(specification)) {
    text += (text.empty() ? "" : "; ") + std::to_string(term.weight).substr(0, 4) + " " + term.name;
    for (const auto& [key, value] : term.options) {
      text += " " + key + "=" + value;
    }
  }
  return text;
}

std::string refused(std::string_view specification) {
  return error_text<FormatError>([&] { parse_loss_specification(specification); }, false);
}

constexpr std::string_view usage =
    "; a loss reads 'soft_ndcg', 'soft_ndcg + 0.3 * spearman' or 'lambdarank(sigma=2, truncation=10)'";

enum class Colour { red, blue };

Colour colour_of(LossArguments& arguments) {
  return arguments.choice<Colour>("colour", {{"red", Colour::red}, {"blue", Colour::blue}}, Colour::blue);
}

}  // namespace

TEST_CASE("loss specification: names, weights, options, blanks anywhere between") {
  CHECK(shown("spearman") == "1.00 spearman");
  CHECK(shown("soft_ndcg+0.3*spearman") == "1.00 soft_ndcg; 0.30 spearman");
  CHECK(shown(" a ( x = 1 , y=two words ) +\t.5 * b() + -2*c") == "1.00 a x=1 y=two words; 0.50 b; -2.0 c");
  CHECK(shown("1e-1*a(k=1e-3)") == "0.10 a k=1e-3");
}

TEST_CASE("loss specification: what is refused") {
  const auto text = [](std::string_view specification, std::string_view what) {
    return "loss '" + std::string(specification) + "': " + std::string(what) + std::string(usage);
  };
  CHECK(refused("") == text("", "the name of a loss was expected at ''"));
  CHECK(refused("a +") == text("a +", "the name of a loss was expected at ''"));
  CHECK(refused("a b") == text("a b", "at 'b' a '+' was expected, or the end"));
  CHECK(refused("0.3 a") == text("0.3 a", "a weight 0.3 without a '*' and the loss that it is of"));
  CHECK(refused("-*a") == text("-*a", "'-*a' does not begin with a number"));
  CHECK(refused("a(k") == text("a(k", "option k has no '=' and value"));
  CHECK(refused("a(k=)") == text("a(k=)", "option k has no value"));
  CHECK(refused("a(k=1") == text("a(k=1", "the options of a have no ')' behind them"));
  CHECK(refused("a(k=1,k=2)") == text("a(k=1,k=2)", "option k is given twice"));
  CHECK(refused("a(=1)") == text("a(=1)", "the name of an option was expected at '=1)'"));
}

TEST_CASE("loss arguments: what a loss asks for, with its defaults") {
  LossArguments arguments("a", {{"k", "5"}, {"colour", "red"}, {"sharp", "true"}});
  CHECK(arguments.count("k", 10) == 5);
  CHECK(arguments.positive_number("sigma", 0.25) == 0.25);
  CHECK(arguments.number_from_zero("noise", 0) == 0);
  CHECK(arguments.flag("sharp", false));
  CHECK(colour_of(arguments) == Colour::red);
  arguments.check_all_known();
  REQUIRE(arguments.options().size() == 5);
  CHECK(arguments.options()[1].name == "sigma");
  CHECK(arguments.options()[1].value == "0.25");
  CHECK(arguments.options()[1].allowed == "a number above 0");
  CHECK_FALSE(arguments.options()[1].given);
  CHECK(arguments.options()[4].allowed == "red, blue");
}

TEST_CASE("loss arguments: error texts") {
  const auto with = [](const std::string& name, const std::string& value, auto&& ask) {
    LossArguments arguments("a", {{name, value}});
    return error_text<FormatError>(
        [&] {
          ask(arguments);
          arguments.check_all_known();
        },
        false);
  };
  const auto sigma = [](LossArguments& arguments) { arguments.positive_number("sigma", 1); };
  CHECK(with("sigma", "0", sigma) == "loss a: sigma is '0'; it must be a number above 0");
  CHECK(with("sigma", "2x", sigma) == "loss a: sigma is '2x'; it must be a number above 0");
  CHECK(with("sigma", "inf", sigma) == "loss a: sigma is 'inf'; it must be a number above 0");
  CHECK(with("noise", "-1", [](LossArguments& arguments) { arguments.number_from_zero("noise", 1); }) ==
        "loss a: noise is '-1'; it must be a number from 0");
  CHECK(with("k", "1.5", [](LossArguments& arguments) { arguments.count("k", 10, 1); }) ==
        "loss a: k is '1.5'; it must be a whole number from 1");
  CHECK(with("colour", "blu", [](LossArguments& arguments) { colour_of(arguments); }) ==
        "loss a: colour is 'blu'; it must be one of red, blue; did you mean 'blue'?");
  CHECK(with("sigme", "1", sigma) == "loss a: there is no option 'sigme'; it has sigma; did you mean 'sigma'?");
  CHECK(with("k", "1", [](LossArguments&) {}) == "loss a: there is no option 'k'; it has none");
}
