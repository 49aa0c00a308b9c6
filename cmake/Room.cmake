# The rooms that read what others wrote: fuzzing is guided by what is reached in them.
set(FUZZED_ROOMS trace schema where encode pipeline)

# room(name SOURCES … [DEPS rooms…] [PUBLIC_DEPS libraries…] [PRIVATE_DEPS libraries…]): one static
# library per folder of src/. A room may name only rooms that already exist, so the order of lines in
# src/CMakeLists.txt is the dependency order and cannot contain a cycle.
function(room name)
  cmake_parse_arguments(PARSE_ARGV 1 ROOM "" "" "SOURCES;DEPS;PUBLIC_DEPS;PRIVATE_DEPS")
  foreach(dep IN LISTS ROOM_DEPS)
    if(NOT TARGET tt_${dep})
      message(FATAL_ERROR "room '${name}' asks for '${dep}', which is not below it")
    endif()
  endforeach()
  list(TRANSFORM ROOM_DEPS PREPEND tt_ OUTPUT_VARIABLE deps)
  if(ROOM_SOURCES)
    add_library(tt_${name} STATIC ${ROOM_SOURCES})
    set(reach PUBLIC)
    target_link_libraries(tt_${name} PRIVATE tt_warnings ${ROOM_PRIVATE_DEPS})
  else() # a room of headers only
    add_library(tt_${name} INTERFACE)
    set(reach INTERFACE)
  endif()
  if(TRACETWIN_FUZZ AND name IN_LIST FUZZED_ROOMS)
    target_compile_options(tt_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  add_library(tt::${name} ALIAS tt_${name})
  target_include_directories(tt_${name} ${reach} ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(tt_${name} ${reach} cxx_std_20)
  target_link_libraries(tt_${name} ${reach} ${deps} ${ROOM_PUBLIC_DEPS})
endfunction()

# room_test(name SOURCES … [DEPS …] [LABELS …]): one GoogleTest binary per folder of tests/. Labels:
# unit (the default, a minute in all), statistical (long, fixed seeds), e2e (the real program).
function(room_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "" "" "SOURCES;DEPS;LABELS")
  if(NOT TEST_SOURCES)
    return()
  endif()
  if(NOT TEST_LABELS)
    set(TEST_LABELS unit)
  endif()
  list(FILTER TEST_DEPS EXCLUDE REGEX "^$")
  add_executable(${name}_test ${TEST_SOURCES})
  list(TRANSFORM TEST_DEPS PREPEND tt_ OUTPUT_VARIABLE deps)
  target_link_libraries(${name}_test PRIVATE ${deps} tt_test_support tt_warnings tt_test_warnings
    GTest::gmock_main)
  if(TRACETWIN_SANITIZE) # what is tested is made fast, what tests it is compiled fast
    target_compile_options(${name}_test PRIVATE -O0 -g0)
  endif()
  gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT 600)
endfunction()
