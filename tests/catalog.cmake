fab_test(test_catalog catalog config units base)
fab_test(test_model_check catalog config units base)
fab_test(test_fabric_read catalog config units base)
fab_test(test_resolve catalog badinput config units base)
