# The program from outside: shell scripts that call it as its users do. Exit code 77: skipped.
add_executable(cli_json ${CMAKE_SOURCE_DIR}/tests/cli_json.c)
target_link_libraries(cli_json PRIVATE PkgConfig::JANSSON m)

function(cli_test name)
  add_test(NAME cli_${name}
    COMMAND sh tests/cli_${name}.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(cli_${name} PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()

add_executable(cli_store ${CMAKE_SOURCE_DIR}/tests/cli_store.c)
target_link_libraries(cli_store PRIVATE PkgConfig::SQLITE)
add_test(NAME cli_resume
  COMMAND sh tests/cli_resume.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
    $<TARGET_FILE:cli_store>
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(cli_resume PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 300)

foreach(name IN ITEMS every_technology usage files fields infeasible output figures names repeat examples golden
                      manual diff pages explain)
  cli_test(${name})
endforeach()

# docs/output.md against the outputs
add_executable(contract ${CMAKE_SOURCE_DIR}/tests/contract.c ${CMAKE_SOURCE_DIR}/tests/contract_page.c)
target_link_libraries(contract PRIVATE PkgConfig::JANSSON PkgConfig::SQLITE)
add_test(NAME cli_contract
  COMMAND sh tests/cli_contract.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
    $<TARGET_FILE:contract>
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(cli_contract PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 300)
