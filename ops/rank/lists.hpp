#pragma once

#include <ranktape/core/groups.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/ops/list_tiles.hpp>
#include <ranktape/ops/list_view.hpp>

#include <cstdint>
#include <optional>
#include <vector>

// Internal: where the lists of a ranking operation lie in its tensor, and the checks that all of them share.
namespace ranktape::detail {

class Lists {
 public:
  /// One list per row of the last dimension.
  static Lists rows(const char* operation, Operand values);
  static Lists of(const char* operation, Operand values, const Groups& groups);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t begin(std::int64_t list) const { return groups_ ? groups_->begin(list) : list * length_; }
  [[nodiscard]] std::int64_t size(std::int64_t list) const { return groups_ ? groups_->size(list) : length_; }
  [[nodiscard]] std::int64_t longest() const { return length_; }
  [[nodiscard]] std::int64_t documents() const { return groups_ ? groups_->documents() : count_ * length_; }
  /// Where each list begins, and the last one ends.
  [[nodiscard]] std::vector<std::int64_t> offsets() const;
  /// The same for kernels on the accelerator.
  [[nodiscard]] ListOffsets on_accelerator() const { return on(Device::accelerator); }
  /// And for those that either device runs.
  [[nodiscard]] ListOffsets on(Device device) const {
    const std::int64_t* const offsets = !groups_                ? nullptr
                                        : device == Device::cpu ? groups_->offsets().data()
                                                                : offsets_on_accelerator(*groups_);
    return {offsets, length_, count_};
  }
  [[nodiscard]] ListEntries entries_on_accelerator() const { return ListEntries::of(on_accelerator(), documents()); }
  /// About what sorting and ranking one list costs, for sharing lists among threads.
  [[nodiscard]] double nanoseconds_each() const;

 private:
  Lists(std::int64_t count, std::int64_t length, std::optional<Groups> groups)
      : count_(count), length_(length), groups_(std::move(groups)) {}

  std::int64_t count_;
  std::int64_t length_;  // of each row, or of the longest group
  std::optional<Groups> groups_;
};

/// Throws NumericError naming the first element that is NaN or infinite.
void check_finite_values(const char* operation, Operand values);

}  // namespace ranktape::detail
