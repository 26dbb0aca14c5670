# Schemas, templates and the reference: what is written from the field tables.
fab_test(test_pattern units base)
fab_test(test_describe config units base)
fab_test(test_schema config units base)
fab_test(test_template config units base)
fab_test(test_reference config units base)
fab_test(test_description_load catalog config units base)
fab_test(test_schema_document schema)
fab_test(test_template_document schema)

# the commands; cli_test is made in cli.cmake, which comes before
cli_test(schema)

# prints every mistake that the tables allow
add_executable(schema_cases ${CMAKE_SOURCE_DIR}/tests/schema_cases.c)
target_include_directories(schema_cases PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(schema_cases PRIVATE fab_schema fab_badinput)
add_test(NAME cli_schema_check
  COMMAND sh tests/cli_schema_check.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
    $<TARGET_FILE:schema_cases>
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(cli_schema_check PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 240)
