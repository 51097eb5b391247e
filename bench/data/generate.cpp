// Text in the shape of MSLR-WEB: `bench_generate_letor ROWS SEED FILE`. 136 features in every row, about 120 documents
// a query, labels 0 to 4, and values in MSLR's mix: counts and lengths, sums that are whole numbers, shares and means
// with up to six decimals, large numbers such as sizes and view counts, many zeros. The same seed writes the same
// bytes.
#include <ranktape/core/random.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace {

constexpr int features = 136;
constexpr std::int64_t mean_documents = 120;

/// What kind of number a feature is; as in MSLR, a kind comes for five parts of a document in a row.
enum class Kind { count, share, sum, score, large };

Kind kind_of(int feature) {
  constexpr Kind kinds[] = {Kind::count, Kind::share, Kind::sum,   Kind::score, Kind::share, Kind::count,
                            Kind::share, Kind::score, Kind::score, Kind::sum,   Kind::score, Kind::large};
  return kinds[static_cast<std::size_t>(feature / 5) % std::size(kinds)];
}

void append_value(std::string& text, Kind kind, ranktape::Random& random) {
  const auto below = [&random](std::uint64_t bound) { return random.below(bound); };
  const auto out = std::back_inserter(text);
  switch (kind) {
    case Kind::count: fmt::format_to(out, "{}", below(4) == 0 ? 0 : below(8)); break;
    case Kind::share:
      below(4) == 0 ? fmt::format_to(out, "{}", below(2)) : fmt::format_to(out, "{:.6f}", random.uniform());
      break;
    case Kind::sum: fmt::format_to(out, "{}", below(below(2) == 0 ? 50 : 5000)); break;
    case Kind::score:
      below(6) == 0 ? fmt::format_to(out, "0") : fmt::format_to(out, "{:.6f}", 60 * random.uniform() - 30);
      break;
    case Kind::large: fmt::format_to(out, "{}", below(below(2) == 0 ? 70'000 : 200'000'000)); break;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: bench_generate_letor ROWS SEED FILE\n", stderr);
    return 2;
  }
  const std::int64_t rows = std::atoll(arguments[1]);
  ranktape::Random random(static_cast<std::uint64_t>(std::atoll(arguments[2])));
  std::ofstream file(arguments[3], std::ios::binary);
  std::string text;
  std::int64_t query = 0;
  std::int64_t left = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (left == 0) {
      left = mean_documents / 2 + static_cast<std::int64_t>(random.below(mean_documents + 1));
      query += 15;
    }
    --left;
    constexpr int labels[] = {0, 0, 0, 0, 0, 1, 1, 1, 2, 4};
    text += fmt::format("{} qid:{}", row % 97 == 0 ? 3 : labels[random.below(std::size(labels))], query);
    for (int feature = 0; feature < features; ++feature) {
      text += fmt::format(" {}:", feature + 1);
      append_value(text, kind_of(feature), random);
    }
    text += '\n';
    if (text.size() > 1 << 20 || row + 1 == rows) {
      file.write(text.data(), static_cast<std::streamsize>(text.size()));
      text.clear();
    }
  }
  return file.flush() ? 0 : 1;
}
