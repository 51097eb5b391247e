#include <ranktape/core/fail.hpp>
#include <ranktape/core/tensor_access.hpp>
#include <ranktape/ops/list_layout.hpp>

namespace ranktape::detail {

int check_axis(const char* operation, const Operand& x, int axis) {
  const int rank = x->shape().rank();
  if (rank == 0) {
    fail<ShapeError>(x.where(), operation, "axis {} of {}, which has no axes; reshape it to one dimension", axis,
                     describe(x));
  }
  if (axis < -rank || axis >= rank) {
    fail<ShapeError>(x.where(), operation, "axis {} is not one of {}; need {} <= axis < {}", axis, describe(x), -rank,
                     rank);
  }
  return axis < 0 ? axis + rank : axis;
}

ListLayout ListLayout::whole(const Tensor& x) {
  ListLayout layout;
  layout.length_ = x.size();
  return layout;
}

ListLayout ListLayout::along(const char* operation, const Operand& x, int axis) {
  ListLayout layout;
  layout.axis_ = check_axis(operation, x, axis);
  layout.length_ = x->shape()[layout.axis_];
  for (int i = 0; i < x->shape().rank(); ++i) {
    if (i != layout.axis_) {
      (i < layout.axis_ ? layout.blocks_ : layout.inner_) *= x->shape()[i];
    }
  }
  layout.reduced_ = x->shape().without(layout.axis_);
  return layout;
}

ListLayout ListLayout::of_groups(const char* operation, const Operand& x, const Groups& groups) {
  ListLayout layout = along(operation, x, 0);
  if (layout.length_ != groups.documents()) {
    fail<ShapeError>(x.where(), operation, "the groups hold {} documents, but the first axis of {} holds {}",
                     groups.documents(), describe(x), layout.length_);
  }
  layout.blocks_ = groups.count();
  layout.reduced_ = x->shape().with(0, groups.count());
  layout.groups_ = groups;
  return layout;
}

ListPlaces ListLayout::places() const {
  return {groups_ ? offsets_on_accelerator(*groups_) : nullptr, length_, inner_};
}

ListOffsets ListLayout::offsets() const {
  return {groups_ ? offsets_on_accelerator(*groups_) : nullptr, longest(), blocks_};
}

void ListLayout::describe_lists(RecordDetails& details) const {
  if (groups_) {
    details.add("groups", groups_->count());
  } else if (axis_ >= 0) {
    details.add("axis", axis_);
  }
}

std::string ListLayout::describe_block(const Tensor& x, std::int64_t block) const {
  if (groups_) {
    return fmt::format("group {} of {}", block, describe(x));
  }
  return axis_ < 0 ? describe(x) : fmt::format("axis {} of {}", axis_, describe(x));
}

}  // namespace ranktape::detail
