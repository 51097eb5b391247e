#include "on_device.hpp"

#include <ranktape/ranktape.hpp>
#include <doctest/doctest.h>

using namespace ranktape;

// No operation is listed here: one that can be recorded has entered itself, with its examples.
TEST_CASE("operations: the gradient of every one agrees with central differences") {
  const std::vector<const Operation*> operations = Operation::all();
  CHECK(operations.size() > 30);
  for (const Operation* operation : operations) {
    Random random(7);
    const std::vector<OperationExample> examples = operation->examples(random);
    CAPTURE(operation->name());
    CHECK_FALSE(examples.empty());
    for (std::size_t i = 0; i < examples.size(); ++i) {
      CAPTURE(i);
      const GradcheckReport report =
          gradcheck(examples[i].function, tests::on_device(examples[i].inputs), examples[i].options);
      CHECK_MESSAGE(report.passed, report.message);
      const Tape tape;
      std::vector<Tensor> parameters;
      for (const Tensor& input : examples[i].inputs) {
        parameters.push_back(
            tests::from(input.to_vector<double>(), input.shape(), {.dtype = DType::float64, .requires_grad = true}));
      }
      examples[i].function(parameters);
      bool recorded = false;
      for (const Record& record : tape.records()) {
        recorded = recorded || record.operation == operation;
      }
      CHECK_MESSAGE(recorded, "the example does not run its own operation");
    }
  }
}
