# What docs/lessons shows is true: every piece of C++ there compiles and prints the text that follows it, and the pictures
# are those that lesson_pictures draws. The same for the text of examples/gradient_flow.cpp.
set(compare_output "${CMAKE_CURRENT_LIST_DIR}/compare_output.cmake")

# ranktape_add_output_test(NAME PROGRAM EXPECTED [ARGUMENT]): the program prints exactly what is in the file EXPECTED.
function(ranktape_add_output_test name program expected)
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:${program}>" "-DARGUMENT=${ARGN}"
    "-DEXPECTED=${expected}" -P "${compare_output}")
  set_tests_properties(${name} PROPERTIES TIMEOUT 60)
endfunction()

# block_after(VARIABLE TEXT LANGUAGE FILE): the one block ```LANGUAGE of a Markdown text.
function(block_after variable text language file)
  string(FIND "${text}" "```${language}\n" begin)
  string(FIND "${text}" "```${language}\n" last REVERSE)
  if(begin EQUAL -1 OR NOT begin EQUAL last)
    message(FATAL_ERROR "${file} must have one block of ${language}")
  endif()
  string(LENGTH "```${language}\n" fence)
  math(EXPR begin "${begin} + ${fence}")
  string(SUBSTRING "${text}" ${begin} -1 rest)
  string(FIND "${rest}" "```" length)
  string(SUBSTRING "${rest}" 0 ${length} block)
  set(${variable} "${block}" PARENT_SCOPE)
endfunction()

set(directory "${CMAKE_CURRENT_BINARY_DIR}/lessons")
set(readme "${PROJECT_SOURCE_DIR}/docs/lessons/README.md")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${readme}")
file(READ "${readme}" text)
block_after(functions "${text}" cpp "${readme}")
set(calls "")
file(GLOB lessons CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/lessons/[0-9]_*.md")
foreach(lesson IN LISTS lessons)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${lesson}")
  get_filename_component(name "${lesson}" NAME_WE)
  string(SUBSTRING ${name} 0 1 number)
  file(READ "${lesson}" text)
  block_after(snippet "${text}" cpp "${lesson}")
  block_after(output "${text}" text "${lesson}")
  string(APPEND functions "\nstatic void lesson_${number}() {\n${snippet}}\n")
  string(APPEND calls "    case '${number}': lesson_${number}(); break;\n")
  file(CONFIGURE OUTPUT "${directory}/${name}.txt" CONTENT "@output@" @ONLY)
endforeach()
string(APPEND functions "\nint main(int, char** arguments) {\n  switch (*arguments[1]) {\n${calls}  }\n}\n")
file(CONFIGURE OUTPUT "${directory}/lessons.cpp" CONTENT "@functions@" @ONLY)

add_executable(ranktape_lessons "${directory}/lessons.cpp")
set_target_properties(ranktape_lessons PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(ranktape_lessons PRIVATE ranktape::ranktape ranktape_warnings)
foreach(lesson IN LISTS lessons)
  get_filename_component(name "${lesson}" NAME_WE)
  string(SUBSTRING ${name} 0 1 number)
  ranktape_add_output_test(lesson_${name} ranktape_lessons "${directory}/${name}.txt" ${number})
endforeach()

ranktape_add_output_test(gradient_flow gradient_flow "${CMAKE_CURRENT_SOURCE_DIR}/golden/gradient_flow.txt")
# It compares what it computes by hand with the library and returns 1 where they differ.
add_test(NAME gradient_flow_ties COMMAND gradient_flow 1 1 1 -1 -1 --strength 0.5)
add_test(NAME gradient_flow_equal_means COMMAND gradient_flow 0.5 0.4 0.3 0.2 0.1 --strength 0.1)
add_test(NAME gradient_flow_hard COMMAND gradient_flow --strength 0.001)
add_test(NAME gradient_flow_three_scores COMMAND gradient_flow 1 2 3)
set_tests_properties(gradient_flow_three_scores PROPERTIES
  PASS_REGULAR_EXPRESSION "^gradient_flow: a list has five scores, of the documents A to E, not 3\n$")
add_test(NAME gradient_flow_no_number COMMAND gradient_flow 1 2 3 4 five)
set_tests_properties(gradient_flow_no_number PROPERTIES
  PASS_REGULAR_EXPRESSION "^gradient_flow: 'five' is not a number; write it like -1.4\n$")
add_test(NAME lesson_pictures COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:lesson_pictures>"
  "-DDRAWN=${directory}/pictures" "-DCOMMITTED=${PROJECT_SOURCE_DIR}/docs/lessons/pictures"
  -P "${CMAKE_CURRENT_LIST_DIR}/compare_pictures.cmake")
set_tests_properties(lesson_pictures PROPERTIES TIMEOUT 60)
