// Walks one list of five documents through soft_rank to a loss and back: each step with its formula, its numbers by
// hand and those of the library. Returns 1 where the two differ.
//   gradient_flow                                       the list below
//   gradient_flow 0.3 1.2 0.8 2.9 -1.4 --strength 0.5   another one
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/ranktape.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <valarray>
#include <vector>

using namespace ranktape;

namespace {

using Numbers = std::valarray<double>;       // of the documents A to E
using Positions = std::vector<std::size_t>;  // of documents, in some order
using Blocks = std::vector<Positions>;       // neighbours in sorted order that pooled
constexpr std::size_t count = 5;             // documents
constexpr double learning_rate = 5;
constexpr double rounding = 1e-9;

struct Arguments {
  Numbers scores = {0.3, 2.9, 0.8, 1.2, -1.4};
  double strength = 1;
};

double number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument("'" + std::string(text) + "' is not a number; write it like -1.4");
  }
  return number;
}

Arguments parse(const std::vector<std::string_view>& words) {
  Arguments arguments;
  std::vector<double> scores;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_strength = words[i] == "--strength";
    if (is_strength && ++i == words.size()) throw std::invalid_argument("--strength wants a number, like 0.5");
    (is_strength ? arguments.strength : scores.emplace_back()) = number_of(words[i]);
  }
  if (!scores.empty() && scores.size() != count) {
    throw std::invalid_argument("a list has five scores, of the documents A to E, not " +
                                std::to_string(scores.size()));
  }
  if (!scores.empty()) arguments.scores = Numbers(scores.data(), count);
  if (arguments.strength > 0 && std::abs(arguments.scores).max() > 1e5 * arguments.strength) {
    throw std::invalid_argument("a score is further from 0 than 100,000 strengths: too wide for the tables");
  }
  return arguments;
}

Numbers numbers_of(const Tensor& tensor) {
  const std::vector<double> values = tensor.to_vector<double>();
  return {values.data(), values.size()};
}
Tensor tensor_of(const Numbers& numbers, bool requires_grad) {
  return Tensor::from(std::vector<double>(std::begin(numbers), std::end(numbers)),
                      {.dtype = DType::float64, .requires_grad = requires_grad});
}

char letter(std::size_t document) { return static_cast<char>('A' + document); }
std::string names(const Positions& block) {
  std::string text;
  for (const std::size_t document : block) text += std::string(text.empty() ? "{" : " ") + letter(document);
  return text + "}";
}
std::string names(const Blocks& blocks) {
  std::string text;
  for (const Positions& block : blocks) text += "  " + names(block);
  return text;
}

// So that nothing prints as -0.0000.
double tidy(double number) { return std::abs(number) < 5e-5 ? 0 : number; }

struct Column {
  const char* title;
  Numbers values;
  int decimals = 4;
};

void print_table(const Positions& order, const std::vector<Column>& columns) {
  std::printf("\n   document");
  for (const Column& column : columns) std::printf("%13s", column.title);
  for (const std::size_t document : order) {
    std::printf("\n       %c   ", letter(document));
    for (const Column& column : columns) std::printf("%13.*f", column.decimals, tidy(column.values[document]));
  }
  std::printf("\n\n");
}

void demand_equal(const char* what, const Numbers& by_hand, const Numbers& library) {
  if (!(std::abs(by_hand - library).max() < rounding)) {
    throw std::runtime_error(std::string(what) + ": those by hand and those of the library differ");
  }
}

double mean_of(const Numbers& values, const Positions& block) {
  return Numbers(values[std::valarray<std::size_t>(block.data(), block.size())]).sum() /
         static_cast<double>(block.size());
}
Numbers block_means(const Numbers& values, const Blocks& blocks) {
  Numbers means(count);
  for (const Positions& block : blocks) {
    for (const std::size_t document : block) means[document] = mean_of(values, block);
  }
  return means;
}

/// Pool adjacent violators: takes d from the first place to the last, and tells what it does.
Blocks pool(const Numbers& d, const Positions& order) {
  Blocks blocks;
  for (const std::size_t document : order) {
    blocks.push_back({document});
    for (bool falls = false; blocks.size() > 1 && !falls;) {
      const Positions last = blocks.back();
      Positions& before = blocks[blocks.size() - 2];
      const double mean = mean_of(d, last);
      const double bound = mean_of(d, before);
      falls = mean < bound - rounding;
      std::printf("   %-10s has mean %8.4f, %-9s %8.4f of %s%s\n", names(last).c_str(), tidy(mean),
                  falls ? "below" : "not below", tidy(bound), names(before).c_str(), falls ? "" : ": they pool");
      if (!falls) {
        before.insert(before.end(), last.begin(), last.end());
        blocks.pop_back();
      }
    }
  }
  return blocks;
}

/// The blocks that the record of soft_rank tells.
Blocks blocks_of(const RankingDetails& ranking, const Positions& order) {
  Blocks blocks;
  for (std::size_t place = 0; place < count; ++place) {
    if (place == 0 || ranking.blocks[order[place]] != ranking.blocks[order[place - 1]]) blocks.emplace_back();
    blocks.back().push_back(order[place]);
  }
  return blocks;
}

void print_pushes(const Blocks& blocks, const Numbers& h, double t) {
  for (const Positions& block : blocks) {
    if (block.size() == 1) std::printf("   %c is alone: its rank is hard, and nothing pushes it\n", letter(block[0]));
    for (const std::size_t up : block) {
      for (const std::size_t down : block) {
        const double push = (h[down] - h[up]) / (static_cast<double>(block.size()) * t);
        if (push > 0) std::printf("   %c goes up and %c down, by %.4f\n", letter(up), letter(down), push);
      }
    }
  }
}

void walk(const Numbers& x, double t) {
  const Numbers y = {4, 3, 2, 1, 0};
  const Tensor scores = tensor_of(x, true).named("scores");
  const Tensor labels = tensor_of(y, false).named("labels");
  Tape tape;
  const Tensor soft_ranks = soft_rank(scores, {.regularization_strength = t}).named("soft ranks");
  const Tensor loss = spearman_of_ranks(soft_ranks, labels).named("loss");
  const Gradients gradients = loss.backward({.keep_intermediate = true});

  std::printf("Five documents through soft_rank and back, with strength t = %g.\n", t);
  std::printf("A is the most relevant and E the least: the right order is A B C D E.\n");
  std::printf("Ranks count from the lowest score, so the best place is rank 5.\n");

  std::printf("\n1. Scores x, the highest first, and hard ranks: 1 + the number of lower scores; equal ones share\n");
  Positions order = {0, 1, 2, 3, 4};
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) { return x[i] > x[j]; });
  const Numbers hard = numbers_of(rank(scores));
  print_table(order, {{"label", y, 0}, {"score x", x}, {"hard rank", hard, 1}});

  std::printf("2. Scores in units of the strength: s = x / t. Their distance from the places: d = s - rho\n");
  const Numbers s = x / t;
  Numbers rho(count);
  for (std::size_t place = 0; place < count; ++place) rho[order[place]] = static_cast<double>(count - place);
  const Numbers d = s - rho;
  print_table(order, {{"s", s}, {"rho", rho, 0}, {"d", d}});

  std::printf("3. Pool adjacent violators: where d does not fall from place to place, blocks pool to their mean v\n\n");
  const Blocks by_hand = pool(d, order);
  const Blocks blocks = blocks_of(tape.details(tape.records()[0]).ranking.value(), order);
  std::printf("\n   by hand           %s\n   the tape's record %s\n", names(by_hand).c_str(), names(blocks).c_str());
  const Numbers v = block_means(d, by_hand);
  demand_equal("block means", v, block_means(d, blocks));
  if (by_hand != blocks) std::printf("   Their means are equal up to rounding. On with the record's blocks.\n");

  std::printf("\n4. Soft ranks: r = s - v\n");
  const Numbers r = s - v;
  print_table(order, {{"s", s}, {"v", v}, {"r", r}, {"soft_rank", numbers_of(soft_ranks)}, {"hard rank", hard, 1}});
  demand_equal("soft ranks", r, numbers_of(soft_ranks));

  std::printf("5. Loss, 1 - Spearman's correlation: L = 1 - sum of b (r - 3) / 10, with b = rank by label - 3\n");
  const Numbers b = y - 2.0;
  const double loss_by_hand = 1 - (b * (r - 3.0)).sum() / 10;
  print_table(order, {{"b", b, 0}, {"r - 3", r - 3.0}, {"b (r - 3)", b * (r - 3.0)}});
  std::printf("   L = %.4f by hand, %.4f by spearman_of_ranks\n", tidy(loss_by_hand), tidy(loss.item()));
  demand_equal("losses", {loss_by_hand}, {loss.item()});

  std::printf("\n6. Back: the gradient of the ranks, h = dL/dr = -b / 10\n");
  const Numbers h = -b / 10.0;
  print_table(order, {{"h", h}, {"backward", numbers_of(gradients[soft_ranks])}});
  demand_equal("gradients of the ranks", h, numbers_of(gradients[soft_ranks]));

  std::printf("7. Through the blocks: the gradient of the scores, dL/dx = (h - mean of h in the block) / t\n");
  const Numbers h_mean = block_means(h, blocks);
  const Numbers gradient = (h - h_mean) / t;
  print_table(order, {{"h", h}, {"mean", h_mean}, {"dL/dx", gradient}, {"backward", numbers_of(gradients[scores])}});
  demand_equal("gradients of the scores", gradient, numbers_of(gradients[scores]));

  std::printf("8. Who pushes whom: two of a block of m push each other by (h_i - h_j) / (m t)\n\n");
  print_pushes(blocks, h, t);

  std::printf("\n9. One step of descent: x - %g dL/dx\n", learning_rate);
  const Tensor moved = tensor_of(x - learning_rate * gradient, false);
  const Tensor after = soft_rank(moved, {.regularization_strength = t});
  print_table(order, {{"x before", x},
                      {"x after", numbers_of(moved)},
                      {"r before", r},
                      {"r after", numbers_of(after)},
                      {"hard before", hard, 1},
                      {"hard after", numbers_of(rank(moved)), 1}});
  std::printf("   L = %.4f before, %.4f after\n", tidy(loss.item()), tidy(spearman_of_ranks(after, labels).item()));

  std::printf("\n10. What the tape recorded\n\n");
  std::cout << tape;
}

}  // namespace

int main(int argument_count, char** words) {
  try {
    const Arguments arguments = parse({words + 1, words + argument_count});
    walk(arguments.scores, arguments.strength);
  } catch (const std::exception& error) {
    std::cerr << "gradient_flow: " << error.what() << "\n";
    return 1;
  }
}
