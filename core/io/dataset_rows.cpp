// A pipeline of rounds: while all threads parse the blocks of one round, one of them reads the text of the next, and
// one appends what the round before has said. Only the last sees the file in its order, so that whatever depends on the
// order (line numbers, queries that come back, which fault is the first) is decided there.

#include <ranktape/core/io/dataset_rows.hpp>
#include <ranktape/core/io/file_error.hpp>
#include <ranktape/core/io/line_blocks.hpp>
#include <ranktape/core/io/row_block.hpp>
#include <ranktape/core/io/row_merger.hpp>
#include <ranktape/core/parallel.hpp>

#include <array>
#include <exception>
#include <memory>
#include <utility>

namespace ranktape::detail {
namespace {

/// A text of some lines, and what they say.
struct Part {
  TextBlock text;
  std::size_t mark_bytes = 0;  // before the first line: the byte order mark with which some editors begin UTF-8
  RowBlock block;
};

struct Round {
  static constexpr std::size_t most_parts = 32;  // many, so that no thread waits long for the last one
  std::array<Part, most_parts> parts;
  std::size_t count = 0;
  std::size_t bytes = 0;
};

class RowReader {
 public:
  RowReader(ByteStream& stream, std::string_view source, const LetorOptions& options, const ParseBlock& parse,
            std::int64_t lines_before, std::size_t block_bytes)
      : source_(source), parse_(parse), lines_(stream, block_bytes), merger_(source, options, lines_before) {}

  DatasetRows read() {
    const auto rounds = std::make_unique<std::array<Round, 3>>();
    fill((*rounds)[0]);
    for (std::size_t number = 0; !merger_.is_done(); ++number) {
      Round& present = (*rounds)[number % 3];
      Round& next = (*rounds)[(number + 1) % 3];
      Round& before = (*rounds)[(number + 2) % 3];
      const auto parts = static_cast<std::int64_t>(present.count);
      constexpr double nanoseconds_per_byte = 1.5;
      parallel_chunks(parts + 2, static_cast<double>(present.bytes) * nanoseconds_per_byte, [&](std::int64_t chunk) {
        // Begun in the order of falling numbers where threads share them: the lonely jobs first.
        if (chunk == parts + 1) {
          fill(next);
        } else if (chunk == parts) {
          append(before);
        } else {
          Part& part = present.parts[static_cast<std::size_t>(chunk)];
          parse_(part.text.text().substr(part.mark_bytes), part.block);
        }
      });
      if (parts == 0) {
        break;
      }
    }
    if (failure_ != nullptr && !merger_.has_faults()) {
      std::rethrow_exception(failure_);
    }
    return merger_.finish();
  }

 private:
  // A failure to read on counts only once the lines before it are found to be good.
  void fill(Round& round) {
    round.count = 0;
    round.bytes = 0;
    try {
      while (!at_end_ && round.count != Round::most_parts) {
        Part& part = round.parts[round.count];
        at_end_ = !lines_.next(part.text);
        if (!at_end_) {
          part.mark_bytes = std::exchange(has_begun_, true) ? 0 : check_encoding(part.text.text());
          round.bytes += part.text.text().size();
          ++round.count;
        }
      }
    } catch (...) {
      failure_ = std::current_exception();
      at_end_ = true;
    }
  }

  // Returns the length of the mark.
  [[nodiscard]] std::size_t check_encoding(std::string_view text) const {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
      fail_in_file(source_, "the text is UTF-16; save it as UTF-8");
    }
    if (text.starts_with("\x28\xb5\x2f\xfd")) {
      fail_in_file(source_, "the file is packed by zstd; unpack it with zstd -d, or pack it with gzip");
    }
    return text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  }

  void append(Round& round) {
    for (std::size_t i = 0; i < round.count && !merger_.is_done(); ++i) {
      merger_.append(round.parts[i].block);
    }
  }

  std::string_view source_;
  const ParseBlock& parse_;
  LineBlocks lines_;
  RowMerger merger_;
  bool at_end_ = false;
  bool has_begun_ = false;
  std::exception_ptr failure_;
};

}  // namespace

DatasetRows read_rows(ByteStream& stream, std::string_view source, const LetorOptions& options, const ParseBlock& parse,
                      std::int64_t lines_before, std::size_t block_bytes) {
  return RowReader(stream, source, options, parse, lines_before, block_bytes).read();
}

}  // namespace ranktape::detail
