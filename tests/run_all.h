#ifndef FAB_TEST_RUN_ALL_H
#define FAB_TEST_RUN_ALL_H

#include <check.h>
#include <stdlib.h>

/* Runs a suite and frees it; the exit status of a test program. */
static inline int run_all(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
