option(TRACETWIN_TESTS "build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TRACETWIN_BENCHMARKS "build the Google Benchmark suites" OFF)
option(TRACETWIN_FUZZ "build the libFuzzer targets (needs clang)" OFF)
option(TRACETWIN_WERROR "treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
set(TRACETWIN_WITH_TORCH AUTO CACHE STRING
  "build the worker that trains neural engines: ON, OFF, or AUTO (when libtorch is found)")
set_property(CACHE TRACETWIN_WITH_TORCH PROPERTY STRINGS AUTO ON OFF)
set(TRACETWIN_WITH_MPI AUTO CACHE STRING
  "let several processes work together over MPI: ON, OFF, or AUTO (when it is found)")
set_property(CACHE TRACETWIN_WITH_MPI PROPERTY STRINGS AUTO ON OFF)
set(TRACETWIN_SANITIZE "" CACHE STRING
  "comma-separated sanitizers for every target, such as address,undefined")

# Target properties only: nothing here leaks into a project that includes this one.
add_library(tt_warnings INTERFACE)
target_compile_options(tt_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
if(TRACETWIN_WERROR)
  target_compile_options(tt_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overflows and dangling reads in inlined std::string and std::vector code that are
  # not there.
  target_compile_options(tt_warnings INTERFACE -Wno-restrict -Wno-stringop-overflow
    -Wno-array-bounds -Wno-maybe-uninitialized)
endif()

# What clang counts as -Wconversion and GCC does not; behind tt_warnings.
add_library(tt_test_warnings INTERFACE)
target_compile_options(tt_test_warnings INTERFACE -Wno-sign-conversion)

# Products are not fused with sums where a processor could: numbers are the same on all of them.
add_compile_options(-ffp-contract=off)

if(TRACETWIN_SANITIZE)
  add_compile_options(-fsanitize=${TRACETWIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TRACETWIN_SANITIZE})
endif()

find_program(TRACETWIN_CCACHE ccache)
if(TRACETWIN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TRACETWIN_CCACHE})
endif()
