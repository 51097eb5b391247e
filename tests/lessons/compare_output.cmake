# cmake -D PROGRAM=.. -D ARGUMENT=.. -D EXPECTED=FILE -P compare_output.cmake: runs the program and demands that text.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND "${PROGRAM}" ${ARGUMENT} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ "${EXPECTED}" expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "printed:\n${printed}\nwhere ${EXPECTED} has:\n${expected}")
endif()
