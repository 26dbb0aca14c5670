# The best mapping. cli_test is made in cli.cmake, which comes before.
fab_test(test_search_space search train scenario config base)
fab_test(test_search_exhaust search train scenario config base)
fab_test(test_report_search report)
cli_test(search)
