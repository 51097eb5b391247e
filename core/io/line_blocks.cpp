#include <ranktape/core/io/line_blocks.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ranktape::detail {

void TextBlock::make_room(std::size_t capacity) {
  if (capacity > capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::copy_n(bytes_.get(), size_, larger.get());
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }
}

bool LineBlocks::next(TextBlock& block) {
  block.size_ = 0;
  block.make_room(std::max(block_bytes_, begun_.size()) + 1);
  begun_.copy(block.bytes_.get(), begun_.size());
  block.size_ = begun_.size();
  begun_.clear();
  std::size_t wanted = block_bytes_;
  while (true) {
    while (block.size_ < wanted) {
      const std::size_t count = stream_.read(block.bytes_.get() + block.size_, wanted - block.size_);
      if (count == 0) {
        if (block.size_ != 0 && block.text().back() != '\n') {
          block.bytes_[block.size_++] = '\n';
        }
        return block.size_ != 0;
      }
      block.size_ += count;
    }
    const std::size_t lines = block.text().rfind('\n') + 1;
    if (lines != 0) {
      begun_ = block.text().substr(lines);
      block.size_ = lines;
      return true;
    }
    wanted = std::max(block_bytes_, block.size_) * 2;
    block.make_room(wanted + 1);
  }
}

}  // namespace ranktape::detail
