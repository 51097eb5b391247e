#pragma once

#include "io_files.hpp"

#include <ranktape/core/io/file.hpp>
#include <ranktape/core/random.hpp>
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <sys/wait.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace ranktape::testing {

/// What one run of the program left behind.
struct ProgramRun {
  int status = 0;
  std::string output;
  std::string errors;
};

/// A folder in which the program runs, so that its messages hold short names of files.
class ProgramFolder {
 public:
  void put(std::string_view file, std::string_view bytes) const { testing::put(folder_ / file, bytes); }
  [[nodiscard]] std::string read(std::string_view file) const { return read_file(folder_ / file); }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }

  /// Runs `ranktape ARGUMENTS`, words of a shell, with `input` as its standard input.
  [[nodiscard]] ProgramRun run(std::string_view arguments, std::string_view input = "") const {
    put(".input", input);
    return run_script(fmt::format("$ranktape {} < .input > .output 2> .errors", arguments));
  }

  /// Runs a script in which $ranktape is the program, and .output and .errors are the files that are returned.
  [[nodiscard]] ProgramRun run_script(std::string_view script) const {
    const std::string command =
        fmt::format("cd '{}' && ranktape='{}'\n{}", (folder_ / "").string(), RANKTAPE_PROGRAM, script);
    const int status = std::system(command.c_str());
    return {
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .output = read(".output"), .errors = read(".errors")};
  }

 private:
  TemporaryFolder folder_;
};

/// What the program says of wrong usage or input that it sees before it prints anything else: with exit status 2.
inline std::string refused(const ProgramFolder& folder, std::string_view arguments, std::string_view input = "") {
  const ProgramRun run = folder.run(arguments, input);
  CHECK(run.status == 2);
  CHECK(run.output.empty());
  return run.errors;
}

/// What the program prints where all goes well.
inline std::string printed(const ProgramFolder& folder, std::string_view arguments, std::string_view input = "") {
  const ProgramRun run = folder.run(arguments, input);
  CHECK_MESSAGE(run.status == 0, run.errors);
  CHECK(run.errors.empty());
  return run.output;
}

/// A document of a query, with labels 0 to 2 by its features.
struct RankingRow {
  int query;
  int label;
  std::array<double, 3> features;
};

/// `queries` lists of 4 to 6 documents each.
inline std::vector<RankingRow> ranking_rows(int queries, std::uint64_t seed) {
  Random random(seed);
  std::vector<RankingRow> rows;
  for (int query = 1; query <= queries; ++query) {
    for (int document = 0; document < 4 + query % 3; ++document) {
      RankingRow row = {.query = query, .label = 0, .features = {}};
      for (double& feature : row.features) {
        feature = std::floor(random.uniform() * 100) / 8;
      }
      const double score = row.features[0] - 0.5 * row.features[1];
      row.label = score > 5 ? 2 : score > 1 ? 1 : 0;
      rows.push_back(row);
    }
  }
  return rows;
}

/// As LETOR text, every feature written.
inline std::string letor(const std::vector<RankingRow>& rows) {
  std::string text;
  for (const RankingRow& row : rows) {
    text += fmt::format("{} qid:{} 1:{} 2:{} 3:{}\n", row.label, row.query, row.features[0], row.features[1],
                        row.features[2]);
  }
  return text;
}

/// A folder with the files `train` (20 queries) and `valid` (10 others).
inline ProgramFolder& with_rankings(ProgramFolder& folder) {
  folder.put("train", letor(ranking_rows(20, 1)));
  folder.put("valid", letor(ranking_rows(10, 2)));
  return folder;
}

}  // namespace ranktape::testing
