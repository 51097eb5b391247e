# The accelerator: which device system of Thrust its sources in cuda/ are compiled for.
#   cuda  an NVIDIA GPU, by nvcc            omp, tbb, cpp  this processor, by the C++ compiler: for tests and for machines without a GPU
#   none  no accelerator                    auto           omp, or cpp without OpenMP, where Thrust is found; else none
# RANKTAPE_DEVICE_EXECUTOR, for tests with cpp: shuffled or threads; see ranktape_add_device below.
# auto never takes cuda: a machine with the toolkit need not have a GPU.
set(RANKTAPE_DEVICE auto CACHE STRING "Accelerator: auto, cuda, omp, tbb, cpp or none")
set_property(CACHE RANKTAPE_DEVICE PROPERTY STRINGS auto cuda omp tbb cpp none)
set(RANKTAPE_DEVICE_EXECUTOR "" CACHE STRING "For tests with RANKTAPE_DEVICE=cpp: shuffled, threads, or empty")
mark_as_advanced(RANKTAPE_DEVICE_EXECUTOR)
set(RANKTAPE_THRUST_INCLUDE "" CACHE PATH "Folder with thrust/version.h; empty: search the CUDA toolkit and the system")

if(NOT RANKTAPE_DEVICE MATCHES "^(auto|cuda|omp|tbb|cpp|none)$")
  message(FATAL_ERROR "RANKTAPE_DEVICE is '${RANKTAPE_DEVICE}'; it takes auto, cuda, omp, tbb, cpp or none")
endif()

set(ranktape_toolkit_thrust /usr/local/cuda/include/cccl /usr/local/cuda/include)
set(ranktape_device ${RANKTAPE_DEVICE})
set(ranktape_device_reason "asked for by RANKTAPE_DEVICE")
if(NOT ranktape_device MATCHES "^(none|cuda)$")
  find_path(ranktape_thrust thrust/version.h NO_CACHE HINTS "${RANKTAPE_THRUST_INCLUDE}"
    PATHS /usr/include ${ranktape_toolkit_thrust})
endif()
if(ranktape_device STREQUAL "auto")
  if(NOT ranktape_thrust)
    set(ranktape_device none)
    set(ranktape_device_reason "no Thrust headers: install libthrust-dev, or set RANKTAPE_THRUST_INCLUDE")
  else()
    find_package(OpenMP QUIET COMPONENTS CXX)
    set(ranktape_device_reason "Thrust is in ${ranktape_thrust}")
    if(OpenMP_CXX_FOUND)
      set(ranktape_device omp)
    else()
      set(ranktape_device cpp)
      string(APPEND ranktape_device_reason ", OpenMP is not found")
    endif()
  endif()
elseif(ranktape_device MATCHES "^(omp|tbb|cpp)$" AND NOT ranktape_thrust)
  message(FATAL_ERROR "RANKTAPE_DEVICE is ${ranktape_device}, but thrust/version.h is not found: install libthrust-dev, or set RANKTAPE_THRUST_INCLUDE")
endif()

if(ranktape_device STREQUAL "cuda")
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)  # a program for each, and PTX for later ones
  endif()
  enable_language(CUDA)
  if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know that nvcc has C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  endif()
  find_package(CUDAToolkit REQUIRED)
endif()
message(STATUS "Accelerator: ${ranktape_device} (${ranktape_device_reason})")

# Links what a system of Thrust needs.
function(ranktape_link_device target system)
  if(system STREQUAL "omp")
    find_package(OpenMP REQUIRED COMPONENTS CXX)
    target_link_libraries(${target} PRIVATE OpenMP::OpenMP_CXX)
  elseif(system STREQUAL "tbb")
    find_package(TBB REQUIRED)
    target_link_libraries(${target} PRIVATE TBB::tbb)
  elseif(system STREQUAL "cuda")
    target_link_libraries(${target} PRIVATE CUDA::cudart CUDA::cublas)
  endif()
endfunction()

# ranktape_add_device(NAME SYSTEM [THRUST_INCLUDE dir] [EXECUTOR shuffled|threads]): an object library of the accelerator's
# sources. An executor, for tests on the system cpp, runs the indices of a kernel in another order, or on two threads.
function(ranktape_add_device target system)
  cmake_parse_arguments(PARSE_ARGV 2 device "" "THRUST_INCLUDE;EXECUTOR" "")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cuda/*.cu")
  add_library(${target} OBJECT ${sources})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_include_directories(${target} PRIVATE "${PROJECT_BINARY_DIR}/include")
  target_link_libraries(${target} PRIVATE ranktape_warnings)
  string(TOUPPER ${system} upper_system)
  target_compile_definitions(${target} PRIVATE RANKTAPE_ACCELERATOR RANKTAPE_DEVICE_NAME="${system}"
    THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_${upper_system})
  if(device_EXECUTOR)
    string(TOUPPER ${device_EXECUTOR} upper_executor)
    target_compile_definitions(${target} PRIVATE RANKTAPE_EXECUTOR_${upper_executor})
  endif()
  if(system STREQUAL "cuda")
    # Formulas are constexpr templates, which nvcc then compiles for both sides; products are not fused, as on the CPU.
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;-fmad=false;-Xcompiler=-Wall,-Wextra>")
  else()
    if(NOT device_THRUST_INCLUDE)
      set(device_THRUST_INCLUDE "${ranktape_thrust}")
    endif()
    target_include_directories(${target} SYSTEM PRIVATE "${device_THRUST_INCLUDE}")
    target_compile_options(${target} PRIVATE -ffp-contract=off -fno-math-errno)
    if(RANKTAPE_SANITIZE STREQUAL "address")
      target_compile_options(${target} PRIVATE -fno-sanitize=null)  # thrust::sort of Debian's Thrust 1.17 binds one to nothing
    endif()
    set_source_files_properties(${sources} TARGET_DIRECTORY ${target} PROPERTIES LANGUAGE CXX COMPILE_OPTIONS "-x;c++")
  endif()
  ranktape_link_device(${target} ${system})
endfunction()
