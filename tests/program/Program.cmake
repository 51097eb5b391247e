# Tests of the program ranktape from outside: what it prints, what it returns.
file(GLOB program_test_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
add_executable(ranktape_program_tests ${program_test_sources})
set_target_properties(ranktape_program_tests PROPERTIES CXX_EXTENSIONS OFF)
target_compile_definitions(ranktape_program_tests PRIVATE RANKTAPE_PROGRAM="$<TARGET_FILE:ranktape_program>")
target_include_directories(ranktape_program_tests PRIVATE "${CMAKE_CURRENT_LIST_DIR}/..")
target_link_libraries(ranktape_program_tests PRIVATE ranktape::ranktape ranktape_warnings doctest::doctest fmt::fmt
  nlohmann_json::nlohmann_json ZLIB::ZLIB)
add_dependencies(ranktape_program_tests ranktape_program)

list(FILTER program_test_sources EXCLUDE REGEX "/main\\.cpp$")
foreach(source IN LISTS program_test_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_test(NAME program_${name} COMMAND ranktape_program_tests "--source-file=*/tests/program/${name}.cpp")
  set_tests_properties(program_${name} PROPERTIES TIMEOUT 600)
endforeach()

# Under a sanitizer the program is too slow for the moments at which this one kills it.
if(RANKTAPE_SANITIZE STREQUAL "")
  add_test(NAME program_resume COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/resume.sh" "$<TARGET_FILE:ranktape_program>"
    "${PROJECT_SOURCE_DIR}/examples/data/lightgbm-lambdarank" "${CMAKE_CURRENT_BINARY_DIR}/program_resume")
  set_tests_properties(program_resume PROPERTIES TIMEOUT 900)
endif()
