# SPDX-License-Identifier: Apache-2.0

# Flags that every target of ours is built with, first as an interface target.
add_library(ekiben_flags INTERFACE)
target_compile_options(ekiben_flags INTERFACE
  -Wall -Wextra -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Wvla
  -fno-omit-frame-pointer
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2 -fstack-protector-strong>)
target_compile_definitions(ekiben_flags INTERFACE FMT_HEADER_ONLY)
if(EKIBEN_SANITIZE)
  target_compile_options(ekiben_flags INTERFACE
    -fsanitize=${EKIBEN_SANITIZE} -fno-sanitize-recover=undefined -D_GLIBCXX_ASSERTIONS)
  target_link_options(ekiben_flags INTERFACE -fsanitize=${EKIBEN_SANITIZE})
endif()
if(EKIBEN_FUZZ)
  target_compile_options(ekiben_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
  target_link_options(ekiben_flags INTERFACE -fsanitize=address,undefined)
  add_custom_target(fuzzers)
endif()

# ekiben_library(NAME batch SRCS a.cc TESTS a_test.cc FUZZERS a_fuzz.cc DEPS tensor base EXTERNAL lib)
#
# A folder of src/ as the static library ekiben::<name>. DEPS names the folders it may include
# (tools/check_layers.py reads it), EXTERNAL the third-party libraries it links. With BUILD_TESTING,
# TESTS become one program whose cases CTest knows; with EKIBEN_FUZZ each of FUZZERS becomes a
# libFuzzer program.
function(ekiben_library)
  cmake_parse_arguments(A "" "NAME" "SRCS;TESTS;FUZZERS;DEPS;EXTERNAL" ${ARGN})
  set(target ekiben_${A_NAME})
  if(A_SRCS)
    set(scope PUBLIC)
    add_library(${target} STATIC ${A_SRCS})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  add_library(ekiben::${A_NAME} ALIAS ${target})
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  list(TRANSFORM A_DEPS PREPEND ekiben::)
  target_link_libraries(${target} ${scope} ekiben_flags ${A_DEPS} ${A_EXTERNAL})

  if(BUILD_TESTING AND A_TESTS)
    ekiben_test(NAME ${A_NAME} SRCS ${A_TESTS} LINK ${target})
  endif()
  if(EKIBEN_FUZZ)
    foreach(source IN LISTS A_FUZZERS)
      ekiben_fuzzer(${source} ${target})
    endforeach()
  endif()
endfunction()

# One GoogleTest program, its cases registered one by one.
function(ekiben_test)
  cmake_parse_arguments(A "" "NAME" "SRCS;LINK" ${ARGN})
  add_executable(ekiben_${A_NAME}_test ${A_SRCS})
  target_link_libraries(ekiben_${A_NAME}_test PRIVATE ${A_LINK} GTest::gmock GTest::gtest_main)
  target_compile_definitions(ekiben_${A_NAME}_test PRIVATE
    EKIBEN_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
    EKIBEN_RUNTIMES_DIR="${PROJECT_BINARY_DIR}/lib/ekiben/runtimes")
  gtest_discover_tests(ekiben_${A_NAME}_test DISCOVERY_TIMEOUT 60)
endfunction()

# foo_fuzz.cc becomes the program foo_fuzz; tests/fuzz/corpus/foo_fuzz/ holds its seeds.
function(ekiben_fuzzer source)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers ${name})
endfunction()

# A runtime plugin: a shared library that exports only ekiben_runtime_v1(). TESTS become one program,
# linked with the plugin's own classes and with ekiben::runtime, through which it loads the plugin.
function(ekiben_runtime)
  cmake_parse_arguments(A "" "NAME" "SRCS;TESTS;FUZZERS;EXTERNAL" ${ARGN})
  set(target ekiben_runtime_${A_NAME})
  add_library(${target}_objects OBJECT ${A_SRCS})
  target_include_directories(${target}_objects PUBLIC
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/runtimes)
  target_link_libraries(${target}_objects PUBLIC ekiben_flags ${A_EXTERNAL} ${CMAKE_DL_LIBS})
  set_target_properties(${target}_objects PROPERTIES
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden)

  add_library(${target} MODULE $<TARGET_OBJECTS:${target}_objects>)
  target_link_libraries(${target} PRIVATE ekiben_flags ${A_EXTERNAL} ${CMAKE_DL_LIBS})
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/runtime.map)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${A_NAME} LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/runtime.map
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/ekiben/runtimes)
  install(TARGETS ${target} LIBRARY DESTINATION ${EKIBEN_INSTALL_RUNTIMES})

  if(BUILD_TESTING AND A_TESTS)
    ekiben_test(NAME runtime_${A_NAME} SRCS ${A_TESTS} LINK ${target}_objects ekiben::runtime)
    add_dependencies(ekiben_runtime_${A_NAME}_test ${target})
  endif()
  if(EKIBEN_FUZZ)
    foreach(source IN LISTS A_FUZZERS)
      ekiben_fuzzer(${source} ${target}_objects)
    endforeach()
  endif()
endfunction()
