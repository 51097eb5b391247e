#include <ranktape/core/fail.hpp>
#include <ranktape/core/recorder.hpp>
#include <ranktape/core/tape.hpp>
#include <ranktape/core/tensor_access.hpp>

#include <algorithm>
#include <atomic>
#include <cassert>

namespace ranktape {
namespace {

constinit thread_local Tape* innermost_tape = nullptr;
constinit thread_local int pauses = 0;
// How long this thread's last tape was: the next one, most likely of the same program step, takes its room at once.
constinit thread_local std::size_t last_records = 0;
constinit thread_local std::size_t last_tensors = 0;
constinit thread_local std::size_t last_inputs = 0;
std::atomic<std::uint64_t> last_serial = 0;

}  // namespace

Tape::Tape() : serial_(++last_serial), outer_(innermost_tape) {
  records_.reserve(last_records);
  tensors_.reserve(last_tensors);
  inputs_.reserve(last_inputs);
  innermost_tape = this;
}

Tape::~Tape() {
  last_records = records_.size();
  last_tensors = tensors_.size();
  last_inputs = inputs_.size();
  Tape** link = &innermost_tape;
  while (*link != this) {
    link = &(*link)->outer_;
  }
  *link = outer_;
}

Tape::Pause::Pause() { ++pauses; }
Tape::Pause::~Pause() { --pauses; }

Tape* Tape::innermost() { return pauses == 0 ? innermost_tape : nullptr; }

Tape* Tape::find(std::uint64_t serial) {
  Tape* tape = innermost_tape;
  while (tape != nullptr && tape->serial_ != serial) {
    tape = tape->outer_;
  }
  return tape;
}

bool Tape::tracks(const Tensor& tensor) const {
  const detail::TensorNode& node = *tensor.node();
  return node.tape == serial_ || node.parameter;
}

std::uint32_t Tape::number_of(const Tensor& tensor) {
  const detail::TensorNode& node = *tensor.node();
  if (node.tape == serial_) {
    return node.slot;
  }
  if (!node.parameter) {
    return constant;
  }
  const auto found = parameters_.find(&node);
  if (found != parameters_.end()) {
    return found->second;
  }
  const auto number = static_cast<std::uint32_t>(tensors_.size());
  tensors_.push_back(tensor);
  parameters_.emplace(&node, number);
  return number;
}

void Tape::append(const Operation& operation, SourceLocation where, std::span<const Tensor* const> inputs,
                  const Tensor& output, detail::ClosurePointer backward) {
  const auto first_input = static_cast<std::uint32_t>(inputs_.size());
  for (const Tensor* input : inputs) {
    inputs_.push_back(number_of(*input));
  }
  const auto number = static_cast<std::uint32_t>(tensors_.size());
  tensors_.push_back(output);
  records_.push_back(
      {&operation, where, number, first_input, static_cast<std::uint32_t>(inputs.size()), std::move(backward)});
  output.node()->tape = serial_;
  output.node()->slot = number;
}

bool Tensor::requires_grad() const {
  return defined() && (node_->parameter || (node_->tape != 0 && Tape::find(node_->tape) != nullptr));
}

Recorder::Recorder(const Operation& operation, std::initializer_list<Operand> inputs)
    : operation_(operation), where_(inputs.begin()->where()), tape_(Tape::innermost()) {
  assert(inputs.size() <= max_listed);
  if (tape_ == nullptr) {
    return;
  }
  std::transform(inputs.begin(), inputs.end(), listed_.begin(), [](const Operand& input) { return &input.tensor(); });
  inputs_ = {listed_.data(), inputs.size()};
  if (std::none_of(inputs_.begin(), inputs_.end(), [&](const Tensor* input) { return tape_->tracks(*input); })) {
    tape_ = nullptr;
  }
}

Recorder::Recorder(const Operation& operation, SourceLocation where, std::span<const Tensor* const> inputs)
    : operation_(operation), where_(where), tape_(Tape::innermost()), inputs_(inputs) {
  if (tape_ != nullptr &&
      std::none_of(inputs.begin(), inputs.end(), [&](const Tensor* input) { return tape_->tracks(*input); })) {
    tape_ = nullptr;
  }
}

void Saved::refuse_changed() const {
  throw Changed(fmt::format(
      "tensor {} was changed after it was recorded (by an optimizer's step, or through mutable_values); its gradient "
      "would be wrong: call backward before changing it, or record again",
      detail::describe(tensor_)));
}

}  // namespace ranktape
