#define DOCTEST_CONFIG_IMPLEMENT
#include "on_device.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string_view>

// `--device accelerator` before doctest's own arguments: tests of operations make their tensors there.
int main(int argc, char** argv) {
  if (argc > 2 && std::string_view(argv[1]) == "--device") {
    const std::string_view device = argv[2];
    if (device != "cpu" && device != "accelerator") {
      std::fprintf(stderr, "--device takes cpu or accelerator\n");
      return 2;
    }
    ranktape::tests::device_under_test = device == "cpu" ? ranktape::Device::cpu : ranktape::Device::accelerator;
    argc -= 2;
    argv += 2;
  }
  return doctest::Context(argc, argv).run();
}
