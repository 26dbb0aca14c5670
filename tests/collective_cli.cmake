# A collective and a fabric on their own: what lays them out, and the two commands that show them.
fab_test(test_fabric_load catalog config units base)
fab_test(test_count fabric units base)
fab_test(test_lay collective fabric units base)
fab_test(test_traffic collective fabric units base)
fab_test(test_span collective fabric units base)
fab_test(test_through collective fabric units base)
fab_test(test_protocol collective fabric units base)
fab_test(test_measured collective fabric catalog config units base)
fab_replay(measured collective fabric catalog config units base)
fab_test(test_compare collective fabric catalog config units base)
fab_test(test_report_fabric report collective fabric units base)

foreach(name IN ITEMS collective fabric)
  add_test(NAME cli_${name}
    COMMAND sh tests/cli_${name}.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(cli_${name} PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()

# the constants of data/messaging.yaml are the fit of the measured collectives
add_test(NAME fit_collectives
  COMMAND fit_collectives --check validation/collectives.csv validation/collectives_by_size.csv
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
