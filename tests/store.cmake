# Rows in a database.
fab_test(test_store store base)
