# For our own targets only: never exported. Presets and tests/run.sh turn warnings into errors by CMAKE_COMPILE_WARNING_AS_ERROR.
add_library(ranktape_warnings INTERFACE)
target_compile_options(ranktape_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow)
# GCC 12 sees copies overlap in "text" + std::string where none do (GCC bug 105651).
target_compile_options(ranktape_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# What sanitizers add hides from GCC which values are set; its manual warns of such false alarms.
if(NOT RANKTAPE_SANITIZE STREQUAL "")
  target_compile_options(ranktape_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
