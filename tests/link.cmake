# A link at first depth, one message taken apart, and the two commands that show them.
fab_test(test_link_classify link base)
fab_test(test_link_defaults link base)
fab_test(test_link_derive link base)
fab_test(test_link_summary link base)
fab_test(test_link_reach link base)
fab_test(test_link_transfer link units base)
fab_test(test_ends link units base)
fab_test(test_link_credits link units base)
fab_test(test_link_send link units base)
fab_test(test_channel link base)
fab_test(test_escape link base)
fab_test(test_block_code link base)
fab_test(test_line link base)
fab_test(test_noise link base)
fab_test(test_correction link base)
fab_test(test_light link base)
fab_test(test_report_link report link base)

add_test(NAME cli_link
  COMMAND sh tests/cli_link.sh $<TARGET_FILE:fabricast_program> $<TARGET_FILE:cli_json>
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(cli_link PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 120)
