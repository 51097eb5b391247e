#pragma once

#include <ranktape/core/source_location.hpp>
#include <ranktape/core/storage.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace ranktape {

class Groups;

namespace detail {
/// The offsets in memory of the accelerator; brought there once.
const std::int64_t* offsets_on_accelerator(const Groups& groups);
}  // namespace detail

/// Query groups: which stretch of the documents belongs to which list, as offsets into the first axis (CSR).
/// No padding and no mask; empty and single lists are legal. A cheap handle: copies share the offsets.
class Groups {
 public:
  /// No list, no document.
  Groups();
  /// Throws ShapeError for a negative size, or a sum beyond 2^63 - 1.
  static Groups from_sizes(std::span<const std::int64_t> sizes, SourceLocation where = SourceLocation::current());
  static Groups from_sizes(std::initializer_list<std::int64_t> sizes, SourceLocation where = SourceLocation::current());
  /// Throws ShapeError unless the offsets begin with 0 and never fall.
  static Groups from_offsets(std::span<const std::int64_t> offsets, SourceLocation where = SourceLocation::current());
  static Groups from_offsets(std::initializer_list<std::int64_t> offsets,
                             SourceLocation where = SourceLocation::current());
  /// One list per run of equal ids. Throws ShapeError if an id comes back after another one.
  static Groups from_ids(std::span<const std::int64_t> ids, SourceLocation where = SourceLocation::current());
  static Groups from_ids(std::initializer_list<std::int64_t> ids, SourceLocation where = SourceLocation::current());

  /// The number of lists.
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(data_->offsets.size()) - 1; }
  /// The number of documents in all lists.
  [[nodiscard]] std::int64_t documents() const { return data_->offsets.back(); }
  [[nodiscard]] std::int64_t begin(std::int64_t list) const { return data_->offsets[static_cast<std::size_t>(list)]; }
  [[nodiscard]] std::int64_t size(std::int64_t list) const { return begin(list + 1) - begin(list); }
  [[nodiscard]] std::int64_t longest() const { return data_->longest; }
  /// count() + 1 numbers: list i is documents offsets()[i] to offsets()[i + 1].
  [[nodiscard]] std::span<const std::int64_t> offsets() const { return data_->offsets; }

  friend bool operator==(const Groups& a, const Groups& b) { return a.data_->offsets == b.data_->offsets; }

 private:
  struct Data {
    std::vector<std::int64_t> offsets;
    std::int64_t longest = 0;
    mutable std::once_flag brought;
    mutable detail::Storage on_accelerator;
  };
  explicit Groups(std::vector<std::int64_t> offsets);

  friend const std::int64_t* detail::offsets_on_accelerator(const Groups& groups);

  std::shared_ptr<const Data> data_;
};

}  // namespace ranktape
