# Makes every mistake that a field table allows; linked by the tests of each kind of file.
add_library(fab_badinput STATIC ${CMAKE_CURRENT_SOURCE_DIR}/bad_input.c)
target_include_directories(fab_badinput PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}
  PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(fab_badinput PUBLIC fab_config PkgConfig::CHECK)

fab_test(test_status base)
fab_test(test_arena base)
fab_test(test_utf8 base)
fab_test(test_nearest base)
fab_test(test_numbers base)
fab_test(test_quantity units base)
fab_test(test_format units base)

# A locale with a decimal comma, made here because a machine need not have one; localedef complains
# about the categories that are left out and makes it all the same.
find_program(LOCALEDEF localedef)
if(LOCALEDEF)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/locale)
  execute_process(COMMAND ${LOCALEDEF} -c -i ${CMAKE_CURRENT_SOURCE_DIR}/comma.locale
    ${CMAKE_CURRENT_BINARY_DIR}/locale/comma OUTPUT_QUIET ERROR_QUIET)
endif()
if(EXISTS ${CMAKE_CURRENT_BINARY_DIR}/locale/comma/LC_NUMERIC)
  target_compile_definitions(test_quantity
    PRIVATE FAB_LOCALE_DIR="${CMAKE_CURRENT_BINARY_DIR}/locale")
else()
  message(STATUS "no localedef: the test of a decimal comma is left out")
endif()
fab_test(test_diagnostic base)
fab_test(test_tree config units base)
fab_test(test_yaml config units base)
fab_test(test_load config units base)
fab_test(test_csv config units base)
fab_test(test_field badinput config units base)

# Runs the files of fuzz/corpus/NAME through a fuzz target without a fuzzer.
function(fab_replay name)
  add_executable(replay_${name} ${CMAKE_SOURCE_DIR}/fuzz/replay.c
    ${CMAKE_SOURCE_DIR}/fuzz/fuzz_${name}.c)
  target_include_directories(replay_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(replay_${name} PRIVATE -UNDEBUG)
  foreach(module IN LISTS ARGN)
    target_link_libraries(replay_${name} PRIVATE fab_${module})
  endforeach()
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name}/*)
  add_test(NAME replay_${name} COMMAND replay_${name} ${files})
endfunction()

fab_replay(yaml config units base)
fab_replay(quantity units base)
