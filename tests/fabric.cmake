# Pipelines, and how groups lie and talk on a fabric.
fab_test(test_makespan pipeline base)
fab_test(test_simulate pipeline base)
fab_test(test_placement fabric units base)
fab_test(test_check fabric units base)
fab_test(test_clos fabric units base)
fab_test(test_volume collective fabric units base)
fab_test(test_time collective fabric units base)
fab_replay(fabric fabric catalog config units base)
