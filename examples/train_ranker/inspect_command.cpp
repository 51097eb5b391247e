#include <ranktape/ranktape.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>

#include "commands.hpp"

namespace train_ranker {

using namespace ranktape;

namespace {

void inspect(const std::string& file) {
  const SafetensorsFile content = load_safetensors(file);
  std::size_t widest = 0;
  std::int64_t numbers = 0;
  for (const NamedTensor& entry : content.tensors) {
    widest = std::max(widest, entry.name.size());
    numbers += entry.tensor.size();
  }
  fmt::print("{}: {} tensors, {} numbers{}\n", file, content.tensors.size(), numbers,
             content.has_checksum ? ", checksum right" : "");
  for (const auto& [key, text] : content.metadata) {
    fmt::print("  {}: {}\n", key, text);
  }
  fmt::print("\n  {:<{}}  {:<16}  {:<8}  {:>11}  {:>11}  {:>11}\n", "tensor", widest, "shape", "type", "mean",
             "deviation", "largest");
  for (const NamedTensor& entry : content.tensors) {
    const Tensor values = entry.tensor.to(DType::float64);
    const bool empty = values.size() == 0;
    fmt::print("  {:<{}}  {:<16}  {:<8}  {:>11.4g}  {:>11.4g}  {:>11.4g}\n", entry.name, widest,
               to_string(entry.tensor.shape()), to_string(entry.tensor.dtype()), empty ? 0 : mean(values).item(),
               empty ? 0 : sqrt(variance(values)).item(), empty ? 0 : max(abs(values)).item());
  }
}

}  // namespace

void add_inspect_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("inspect", "show what a model file (or checkpoint) holds");
  const auto file = std::make_shared<std::string>();
  command->add_option("file", *file, "a file written by train")->required()->type_name("FILE");
  command->callback([=] { inspect(*file); });
}

}  // namespace train_ranker
