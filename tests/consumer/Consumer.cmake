# Programs outside the library, by every way in: an installed package (static and shared) and add_subdirectory.
# Included by tests/CMakeLists.txt to register the cases, and run by them as `cmake -D CASE=... -P`.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  foreach(case package subproject shared_package headers)
    add_test(NAME consumer_${case} COMMAND "${CMAKE_COMMAND}"
      -D CASE=${case} -D "SOURCE=${PROJECT_SOURCE_DIR}" -D "BUILD=${PROJECT_BINARY_DIR}"
      -D "COMPILER=${CMAKE_CXX_COMPILER}" -D "LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}" -D "GENERATOR=${CMAKE_GENERATOR}"
      -D "SHARED=${BUILD_SHARED_LIBS}" -P "${CMAKE_CURRENT_LIST_FILE}")
    set_tests_properties(consumer_${case} PROPERTIES TIMEOUT 900)
  endforeach()
  # The shared package is installed from the build that consumer_subproject leaves.
  set_tests_properties(consumer_subproject PROPERTIES FIXTURES_SETUP shared_build)
  set_tests_properties(consumer_shared_package PROPERTIES FIXTURES_REQUIRED shared_build)
  return()
endif()

cmake_minimum_required(VERSION 3.25)
set(place "${BUILD}/consumer")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(configure project)
  run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/consumer/${project}" -G "${GENERATOR}"
      "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" ${ARGN})
endfunction()

function(use_package prefix build type)
  configure(package -B "${build}" "-DCMAKE_PREFIX_PATH=${prefix}" -DEXPECTED_TYPE=${type})
  run("${CMAKE_COMMAND}" --build "${build}")
  run("${build}/consumer")
endfunction()

if(CASE STREQUAL "package")
  file(REMOVE_RECURSE "${place}/a prefix with spaces" "${place}/package")
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${place}/a prefix with spaces")
  if(SHARED)
    set(type SHARED_LIBRARY)
  else()
    set(type STATIC_LIBRARY)
  endif()
  use_package("${place}/a prefix with spaces" "${place}/package" ${type})
elseif(CASE STREQUAL "subproject")
  # A fresh cache, so that the defaults of the options are what is checked; the compiled files stay.
  file(REMOVE "${place}/subproject/CMakeCache.txt")
  configure(subproject -B "${place}/subproject" "-DRANKTAPE_SOURCE=${SOURCE}" -DBUILD_SHARED_LIBS=ON)
  run("${CMAKE_COMMAND}" --build "${place}/subproject")
  run("${place}/subproject/consumer")
elseif(CASE STREQUAL "shared_package")
  file(REMOVE_RECURSE "${place}/shared prefix" "${place}/shared_package")
  run("${CMAKE_COMMAND}" -DRANKTAPE_INSTALL=ON -DEXPECT_INSTALL=ON "${place}/subproject")
  run("${CMAKE_COMMAND}" --build "${place}/subproject")
  run("${CMAKE_COMMAND}" --install "${place}/subproject" --prefix "${place}/shared prefix")
  use_package("${place}/shared prefix" "${place}/shared_package" SHARED_LIBRARY)
elseif(CASE STREQUAL "headers")
  # Public headers are plain C++: what the library stands on does not reach a program that includes it.
  file(MAKE_DIRECTORY "${place}")
  file(WRITE "${place}/headers.cpp" "#include <ranktape/ranktape.hpp>\n")
  execute_process(COMMAND "${COMPILER}" -std=c++20 -pedantic-errors -M "-I${BUILD}/include" "${place}/headers.cpp"
                  OUTPUT_VARIABLE included COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^ \n]*/(Eigen|fmt|hwy|thrust|nlohmann|cuda)/[^ \n]*|[^ \n]*/zlib\\.h" foreign "${included}")
  if(foreign)
    message(FATAL_ERROR "ranktape.hpp includes ${foreign}")
  endif()
else()
  message(FATAL_ERROR "CASE is '${CASE}'")
endif()
