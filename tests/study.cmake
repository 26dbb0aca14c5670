# Studies: targets, ranges, waterfall and the first study itself.
fab_test(test_goal study scenario catalog config units base)
fab_test(test_ranges study scenario catalog config units base)
fab_test(test_waterfall study scenario catalog config units base)
fab_test(test_best study search scenario catalog config units base)
fab_test(test_study study scenario catalog config units base)
fab_test(test_keep study scenario catalog config units base)
fab_replay(study study scenario catalog config units base)
fab_test(test_comparison study scenario catalog config units base)
