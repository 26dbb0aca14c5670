# A collective and a fabric on their own: what lays them out, and the two commands that show them.
fab_test(test_fabric_load catalog config units base)
fab_test(test_count fabric units base)
fab_test(test_lay collective fabric units base)
fab_test(test_report_fabric report collective fabric units base)

foreach(name IN ITEMS collective fabric)
  add_test(NAME cli_${name}
    COMMAND sh tests/cli_${name}.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(cli_${name} PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
