#pragma once

namespace ranktape {

/// Of the library: what model files say they were made by. CMakeLists.txt reads it here.
inline constexpr const char* version = "0.1.0";

}  // namespace ranktape
