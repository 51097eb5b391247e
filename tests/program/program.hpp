#pragma once

#include "io_files.hpp"

#include <ranktape/core/io/file.hpp>
#include <fmt/core.h>

#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <string_view>

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
    const std::string command = fmt::format("cd '{}' && '{}' {} < .input > .output 2> .errors", (folder_ / "").string(),
                                            RANKTAPE_PROGRAM, arguments);
    const int status = std::system(command.c_str());
    return {
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .output = read(".output"), .errors = read(".errors")};
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace ranktape::testing
