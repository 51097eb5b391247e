# For our own targets only: never exported. Presets and tests/run.sh turn warnings into errors by CMAKE_COMPILE_WARNING_AS_ERROR.
add_library(ranktape_warnings INTERFACE)
target_compile_options(ranktape_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow)
