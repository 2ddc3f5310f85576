# Per-target flags and the three kinds of target the project has. Nothing is set globally but the sanitizers, which
# must reach every object of a program.

if(MUSICGEN_SANITIZE)
  add_compile_options(-fsanitize=${MUSICGEN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MUSICGEN_SANITIZE})
  add_compile_definitions(MUSICGEN_SANITIZED)  # no compiler defines a name for all of them
endif()

# No contraction: a fused multiply-add happens where the code says so and nowhere else, so that every instruction set
# computes the same bits.
function(musicgen_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wno-missing-field-initializers -ffp-contract=off
                                           -fvisibility=hidden)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # It finds overlaps in its own strings wherever a text is put in front of another (its bug 105329).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(MUSICGEN_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Parsed once for all libraries, and once for all tests: the standard's headers that most files include. Not with GCC,
# whose warnings would then be of the headers' own code; so its builds see that each file includes what it needs.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()
set(MUSICGEN_COMMON_HEADERS <algorithm> <array> <cmath> <cstdint> <functional> <map> <memory> <optional> <span> <string>
                            <string_view> <utility> <vector>)
# What the libraries of a folder parse once, and the first of them, on which the others stand.
set(MUSICGEN_HEADERS_OF base)
set(MUSICGEN_HEADERS ${MUSICGEN_COMMON_HEADERS})

# musicgen_library(FOLDER SOURCES … DEPS … PRIVATE_DEPS …): the static library musicgen_FOLDER of src/FOLDER.
function(musicgen_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target musicgen_${folder})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  # The same objects go into the static and the shared library.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  set_property(GLOBAL APPEND PROPERTY MUSICGEN_FOLDERS ${target})
  musicgen_flags(${target})
  if(folder STREQUAL MUSICGEN_HEADERS_OF)
    target_precompile_headers(${target} PRIVATE ${MUSICGEN_HEADERS})
  else()
    target_precompile_headers(${target} REUSE_FROM musicgen_${MUSICGEN_HEADERS_OF})
  endif()
endfunction()

# All GoogleTest programs and fuzzers, without the programs that users run.
if(MUSICGEN_BUILD_TESTS OR MUSICGEN_BUILD_FUZZERS)
  add_custom_target(unit_tests)
endif()

# musicgen_test(FOLDER [TEAMS | WHOLE] SOURCES … DEPS …): the GoogleTest program of tests/FOLDER, each of its tests known
# to ctest. TEAMS: they run two threads that wait for each other many times, and run alone: two such tests on two
# processors take three times as long as one after the other. WHOLE: the program is one test, since its tests share what
# takes long to make.
function(musicgen_test folder)
  cmake_parse_arguments(ARG "TEAMS;WHOLE" "" "SOURCES;DEPS" ${ARGN})
  set(processors 1)
  if(ARG_TEAMS)
    set(processors 2)
  endif()
  set(target ${folder}_test)
  add_executable(${target} ${ARG_SOURCES})
  add_dependencies(unit_tests ${target})
  target_link_libraries(${target} PRIVATE ${ARG_DEPS} musicgen_fixtures GTest::gmock GTest::gtest_main)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src
                                               ${PROJECT_SOURCE_DIR}/include)
  musicgen_flags(${target})
  if(folder STREQUAL base)
    target_precompile_headers(${target} PRIVATE ${MUSICGEN_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  else()
    target_precompile_headers(${target} REUSE_FROM base_test)
  endif()
  if(ARG_WHOLE)
    add_test(NAME ${folder} COMMAND ${target})
    set_tests_properties(${folder} PROPERTIES LABELS ${folder} TIMEOUT 600)
    return()
  endif()
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${folder} TIMEOUT 600
                       PROCESSORS ${processors})
endfunction()

# musicgen_fuzzer(NAME SOURCES … DEPS …): a libFuzzer program fuzz_NAME; its corpus lies in tests/fuzz/corpus/NAME.
function(musicgen_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(fuzz_${name} ${ARG_SOURCES})
  add_dependencies(unit_tests fuzz_${name})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_DEPS})
  target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  musicgen_flags(fuzz_${name})
endfunction()
