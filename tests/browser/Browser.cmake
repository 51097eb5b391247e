# What tests/browser/run.sh opens in a browser. Not part of the tests that CTest runs: these need none.
add_executable(ranktape_browser_reports "${CMAKE_CURRENT_LIST_DIR}/make_reports.cpp")
set_target_properties(ranktape_browser_reports PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(ranktape_browser_reports PRIVATE ranktape::ranktape ranktape_warnings)
