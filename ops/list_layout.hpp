#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/inspect/details.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/pool.hpp>
#include <ranktape/core/storage.hpp>
#include <ranktape/ops/list_view.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Internal: where the lists of numbers lie that an operation works on one by one (reductions, softmax, ...).
namespace ranktape::detail {

/// `axis` counted from the front. Throws ShapeError if x has no such axis; a negative one counts from the end.
int check_axis(const char* operation, const Operand& x, int axis);

/// Lists inside a tensor: blocks of rows, each row of `inner` elements; list j of a block is the column j of its rows.
/// A block is a stretch of an axis, the same length for each (`along`), or a query group (`of_groups`).
class ListLayout {
 public:
  /// One list of all elements.
  static ListLayout whole(const Tensor& x);
  /// Throws ShapeError if x has no such axis.
  static ListLayout along(const char* operation, const Operand& x, int axis);
  /// Groups along the first axis. Throws ShapeError unless it has as many elements as the groups have documents.
  static ListLayout of_groups(const char* operation, const Operand& x, const Groups& groups);

  [[nodiscard]] std::int64_t blocks() const { return blocks_; }
  [[nodiscard]] std::int64_t inner() const { return inner_; }
  [[nodiscard]] std::int64_t begin(std::int64_t block) const {
    return groups_ ? groups_->begin(block) : block * length_;
  }
  [[nodiscard]] std::int64_t size(std::int64_t block) const { return groups_ ? groups_->size(block) : length_; }
  [[nodiscard]] std::int64_t longest() const { return groups_ ? groups_->longest() : length_; }
  /// The shape with one element per list.
  [[nodiscard]] const Shape& reduced_shape() const { return reduced_; }
  [[nodiscard]] std::int64_t lists() const { return blocks_ * inner_; }
  /// The same for kernels on the accelerator.
  [[nodiscard]] ListPlaces places() const;
  /// The same where inner() is 1.
  [[nodiscard]] ListOffsets offsets() const;
  /// Tells the axis, or the number of the groups; nothing of all elements.
  void describe_lists(RecordDetails& details) const;
  /// "group 2 of 'scores' [5] float32", for error texts.
  [[nodiscard]] std::string describe_block(const Tensor& x, std::int64_t block) const;

 private:
  std::int64_t blocks_ = 1;
  std::int64_t length_ = 0;
  std::int64_t inner_ = 1;
  int axis_ = -1;  // -1: all elements
  Shape reduced_;
  std::optional<Groups> groups_;
};

/// Calls function(list, out, in...) for each list, in order, with the list's elements of every tensor as contiguous
/// spans: its own stretch of `out` (empty if `out` is null) and of each `in`. Columns are copied, a few at a time.
template <class Scalar, class Function, class... In>
void for_each_list(const ListLayout& layout, Scalar* out, const Function& function, const In*... in) {
  using Values = std::span<const Scalar>;
  if (layout.inner() == 1) {
    for (std::int64_t block = 0; block < layout.blocks(); ++block) {
      const std::int64_t begin = layout.begin(block);
      const auto size = static_cast<std::size_t>(layout.size(block));
      function(block, out == nullptr ? std::span<Scalar>() : std::span<Scalar>(out + begin, size),
               Values(in + begin, size)...);
    }
    return;
  }
  constexpr std::int64_t most_columns = 16;  // a cache line of floats
  constexpr std::size_t inputs = sizeof...(In);
  const std::array<const Scalar*, inputs> sources = {in...};
  const std::int64_t slot = most_columns * layout.longest();
  std::vector<Scalar, PoolAllocator<Scalar>> buffer(static_cast<std::size_t>(slot) * (inputs + 1));
  Scalar* const out_columns = buffer.data() + static_cast<std::int64_t>(inputs) * slot;
  for (std::int64_t block = 0; block < layout.blocks(); ++block) {
    const std::int64_t size = layout.size(block);
    const auto extent = static_cast<std::size_t>(size);
    for (std::int64_t first = 0; first < layout.inner(); first += most_columns) {
      const std::int64_t columns = std::min(most_columns, layout.inner() - first);
      const std::int64_t corner = layout.begin(block) * layout.inner() + first;
      for (std::size_t input = 0; input < inputs; ++input) {
        Scalar* to = buffer.data() + static_cast<std::int64_t>(input) * slot;
        for (std::int64_t row = 0; row < size; ++row) {
          for (std::int64_t column = 0; column < columns; ++column) {
            to[column * size + row] = sources[input][corner + row * layout.inner() + column];
          }
        }
      }
      for (std::int64_t column = 0; column < columns; ++column) {
        const std::int64_t list = block * layout.inner() + first + column;
        const auto call = [&]<std::size_t... I>(std::index_sequence<I...>) {
          function(list, out == nullptr ? std::span<Scalar>() : std::span<Scalar>(out_columns + column * size, extent),
                   Values(buffer.data() + static_cast<std::int64_t>(I) * slot + column * size, extent)...);
        };
        call(std::make_index_sequence<inputs>());
      }
      for (std::int64_t row = 0; out != nullptr && row < size; ++row) {
        for (std::int64_t column = 0; column < columns; ++column) {
          out[corner + row * layout.inner() + column] = out_columns[column * size + row];
        }
      }
    }
  }
}

}  // namespace ranktape::detail
