#pragma once

#include <string>

namespace ranktape {

/// How this library was built and what it found, for reports of errors and of measurements:
/// "ranktape 0.1.0; accelerator omp; instruction sets of this processor: AVX3, AVX2, SCALAR; g++ 12.2.0".
std::string build_info();

}  // namespace ranktape
