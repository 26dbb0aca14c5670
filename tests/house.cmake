# Tests of the structure: shell scripts over the sources. Exit code 77 says that a tool is missing.
function(house_test name)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS house SKIP_RETURN_CODE 77)
endfunction()

house_test(house_floors sh tests/check_floors.sh)
house_test(house_calls sh tests/check_calls.sh)
house_test(house_headers_c17 sh tests/check_headers.sh c17 ${CMAKE_C_COMPILER})
house_test(house_headers_cxx17 sh tests/check_headers.sh c++17)
house_test(house_units sh -c "scripts/check-units include/fabricast/*.h")
house_test(house_format scripts/format --check)
house_test(house_shell sh tests/check_shell.sh)
house_test(house_checks sh tests/test_checks.sh ${CMAKE_C_COMPILER})

# the sanitizers add variables of their own
if(NOT FAB_SANITIZE)
  house_test(house_globals sh -c "sh tests/check_globals.sh ${CMAKE_BINARY_DIR}/src/*.a")
  house_test(house_install sh tests/check_install.sh ${CMAKE_BINARY_DIR} ${CMAKE_C_COMPILER})
endif()
