#pragma once

#include <ranktape/ranktape.hpp>

#include <string>
#include <string_view>

namespace train_ranker {

/// The bytes of a file, or of standard input for "-", unpacked where they are gzip.
std::string read_text(const std::string& file);

/// What messages call a file: "(standard input)" for "-".
std::string shown_name(const std::string& file);

/// Replaces the file in one step, or writes to standard output for "-". Throws Error if that fails.
void write_text(const std::string& file, std::string_view text);

/// The text of a library's error without the place in the source, which says nothing to a reader of the program.
std::string without_place(const ranktape::Error& error);

/// The text of any error for a user of the program: without the place in its source, and with options of the command
/// line where the library names its own.
std::string in_terms_of_options(std::string text);

}  // namespace train_ranker
