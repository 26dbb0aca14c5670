# Flows that share links.
fab_test(test_queue flow base)
fab_test(test_names flow base)
fab_test(test_columns flow base)
fab_test(test_fill flow base)
fab_test(test_events flow base)
fab_test(test_waits flow base)
fab_test(test_group flow base)
fab_test(test_network flow base)
fab_test(test_flow_file flow base)
fab_test(test_simgrid flow base)

# the command; cli_test is made in cli.cmake, which comes before
cli_test(flows)
fab_replay(flows flow units base)
