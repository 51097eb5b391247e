#pragma once

namespace ranktape {

/// Where in the user's program an operation was called; errors and the tape's records carry it.
/// (std::source_location would do, but is four words wide and carries a function name that nobody reads.)
struct SourceLocation {
  const char* file = "";
  int line = 0;

  /// The caller of the function that has this as the default value of a parameter.
  static constexpr SourceLocation current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace ranktape
