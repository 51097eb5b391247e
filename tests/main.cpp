#define DOCTEST_CONFIG_IMPLEMENT
#include "on_device.hpp"

#include <ranktape/core/backend.hpp>
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
    if (ranktape::tests::device_under_test == ranktape::Device::accelerator &&
        !ranktape::detail::accelerator_present()) {
      constexpr int skipped = 77;
      std::printf("skipped: there is no device\n");
      return skipped;
    }
    argc -= 2;
    argv += 2;
  }
  return doctest::Context(argc, argv).run();
}
