#include <ranktape/core/fail.hpp>
#include <ranktape/core/operand.hpp>
#include <ranktape/core/operation.hpp>

#include <utility>

namespace ranktape {
namespace {

constinit const Operation* first_operation = nullptr;

}  // namespace

Operation::Operation(const char* name, Examples make_examples)
    : name_(name), examples_(make_examples), next_(std::exchange(first_operation, this)) {}

std::vector<const Operation*> Operation::all() {
  std::vector<const Operation*> operations;
  for (const Operation* operation = first_operation; operation != nullptr; operation = operation->next_) {
    operations.push_back(operation);
  }
  return operations;
}

void Operand::refuse_undefined(SourceLocation where) {
  detail::fail<ShapeError>(where, "input", "the tensor is undefined (default-constructed); assign it first");
}

}  // namespace ranktape
