# Scenario files: their tables, and the checks across fields.
fab_test(test_tables study scenario catalog badinput config units base)
fab_test(test_layout scenario base)
fab_test(test_settle scenario catalog config units base)
fab_test(test_kernel_table scenario catalog config units base)
fab_test(test_scenario_echo ownership train scenario catalog config units base)
fab_replay(scenario ownership train scenario catalog config units base)
fab_replay(kernels scenario catalog config units base)
