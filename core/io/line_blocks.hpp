#pragma once

#include <ranktape/core/io/byte_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ranktape::detail {

/// Some whole lines of a text, each with its line feed.
class TextBlock {
 public:
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  friend class LineBlocks;

  void make_room(std::size_t capacity);

  std::unique_ptr<char[]> bytes_;  // kept for the next lines; a string would fill it with zeros first
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

/// A text cut at line ends into blocks of about `block_bytes`, or of one line where that is longer. The last line gets
/// a line feed if it has none.
class LineBlocks {
 public:
  LineBlocks(ByteStream& stream, std::size_t block_bytes) : stream_(stream), block_bytes_(block_bytes) {}

  /// Fills the block with the next lines; false, with an empty block, where there are none. Throws what the stream
  /// does.
  bool next(TextBlock& block);

 private:
  ByteStream& stream_;
  std::size_t block_bytes_;
  std::string begun_;  // of the next block: the begin of a line
};

}  // namespace ranktape::detail
