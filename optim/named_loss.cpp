#include <ranktape/core/error.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/suggestion.hpp>
#include <ranktape/ops/elementwise.hpp>
#include <ranktape/optim/loss_families.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ranktape {
namespace {

using detail::LossArguments;
using detail::LossFamily;
using detail::LossTerm;

std::vector<const LossFamily*> all_families() {
  std::vector<const LossFamily*> families;
  for (const std::span<const LossFamily> some : {detail::rank_loss_families(), detail::list_loss_families()}) {
    for (const LossFamily& family : some) {
      families.push_back(&family);
    }
  }
  return families;
}

const LossFamily& family_of(const LossTerm& term) {
  std::vector<std::string_view> names;
  for (const LossFamily* family : all_families()) {
    if (family->name == term.name) {
      return *family;
    }
    names.push_back(family->name);
  }
  throw FormatError(fmt::format("there is no loss {}{}", detail::quote(term.name), nearest_or_all(term.name, names)));
}

std::string text_of(const LossTerm& term, const LossArguments& arguments) {
  std::string options;
  for (const LossArguments::Option& option : arguments.options()) {
    options += fmt::format("{}{}={}", options.empty() ? "" : ", ", option.name, option.value);
  }
  return fmt::format("{}{}{}", term.weight == 1 ? "" : fmt::format("{} * ", term.weight), term.name,
                     options.empty() ? "" : fmt::format("({})", options));
}

NamedLoss single(const LossTerm& term) {
  LossArguments arguments(term.name, term.options);
  NamedLoss made = family_of(term).make(arguments);
  arguments.check_all_known();
  made.name = text_of(term, arguments);
  return made;
}

void refuse_ranks_of_its_own(const LossTerm& term, const LossTerm& first) {
  for (const char* name : {"relaxation", "temperature", "temperature_unit"}) {
    if (term.options.contains(name)) {
      throw FormatError(fmt::format("loss {}: it shares the soft ranks of {}, the first of the sum; give {} there",
                                    term.name, first.name, name));
    }
  }
}

// The terms of soft ranks as one loss, which computes the ranks once: those that the first of them asks for.
NamedLoss mixture_of(const std::vector<LossTerm>& terms) {
  RankMixtureOptions options = {.ndcg = 0, .spearman = 0, .reciprocal_rank = 0};
  NamedLoss made;
  for (const LossTerm& term : terms) {
    if (std::ranges::count(terms, term.name, &LossTerm::name) > 1) {
      throw FormatError(fmt::format("loss {}: it stands in the sum twice; give it once, with one weight", term.name));
    }
    LossArguments arguments(term.name, term.options);
    if (&term == &terms.front()) {
      options.rank = detail::ranks_of(arguments, options.rank);
    } else {
      refuse_ranks_of_its_own(term, terms.front());
    }
    family_of(term).mix(arguments, term.weight, options);
    arguments.check_all_known();
    made.name += (made.name.empty() ? "" : " + ") + text_of(term, arguments);
  }
  made.ranks = options.rank;
  made.loss = detail::with_weights(&rank_mixture_loss, options);
  return made;
}

// The loss of a sum is the sum of the losses.
NamedLoss sum_of(const std::vector<NamedLoss>& parts, const std::vector<double>& weights) {
  NamedLoss made = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    made.name += " + " + parts[i].name;
    made.constant_labels = made.constant_labels || parts[i].constant_labels;
    if (parts[i].outputs != made.outputs) {
      throw FormatError(fmt::format("{} takes {} numbers a document, and {} {}: they cannot be added", parts[0].name,
                                    made.outputs, parts[i].name, parts[i].outputs));
    }
    made.ranks = made.ranks ? made.ranks : parts[i].ranks;
    made.normalizes_soft_ranks = made.normalizes_soft_ranks || parts[i].normalizes_soft_ranks;
  }
  made.loss = [parts, weights](const Tensor& predictions, const Batch& batch, Random& random) {
    Tensor sum;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Tensor loss = parts[i].loss(predictions, batch, random);
      const Tensor term = weights[i] == 1 ? loss : loss * weights[i];
      sum = sum.defined() ? sum + term : term;
    }
    return sum;
  };
  return made;
}

}  // namespace

NamedLoss named_loss(std::string_view specification) {
  std::vector<LossTerm> shared;
  std::vector<LossTerm> others;
  for (const LossTerm& term : detail::parse_loss_specification(specification)) {
    (family_of(term).mix != nullptr ? shared : others).push_back(term);
  }
  std::vector<NamedLoss> parts;
  std::vector<double> weights;
  if (shared.size() == 1) {
    parts.push_back(single(shared.front()));
    weights.push_back(shared.front().weight);
  } else if (shared.size() > 1) {
    parts.push_back(mixture_of(shared));
    weights.push_back(1);
  }
  for (const LossTerm& term : others) {
    parts.push_back(single(term));
    weights.push_back(term.weight);
  }
  return parts.size() == 1 && weights.front() == 1 ? parts.front() : sum_of(parts, weights);
}

std::vector<LossDescription> named_losses() {
  std::vector<LossDescription> losses;
  for (const LossFamily* family : all_families()) {
    LossArguments arguments(family->name, {});
    family->make(arguments);
    LossDescription& loss =
        losses.emplace_back(LossDescription{std::string(family->name), std::string(family->summary), {}});
    for (const LossArguments::Option& option : arguments.options()) {
      loss.options.push_back({option.name, option.value, option.allowed});
    }
  }
  return losses;
}

}  // namespace ranktape
