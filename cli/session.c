#include "command.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <fabricast/train.h>

#define ARENA_LIMIT_BYTE ((size_t)1 << 30)

static double clock_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int fab_session_open(fab_session *session)
{
    *session = (fab_session){.start_s = clock_s(), .arena = fab_arena_create(ARENA_LIMIT_BYTE)};
    if (session->arena == NULL) {
        fprintf(stderr, "fabricast: %s\n", fab_status_text(FAB_E_NOMEM));
        return FAB_EXIT_MACHINE;
    }
    session->diagnostics = fab_diagnostics_make(session->arena);
    const fab_status status =
        fab_catalog_load(session->arena, &session->diagnostics, &session->catalog);
    if (status != FAB_OK) {
        (void)fab_session_explain(session, status, "built-in catalog");
        return fab_session_close(session, FAB_EXIT_MACHINE);
    }
    return FAB_EXIT_DONE;
}

int fab_session_explain(fab_session *session, fab_status status, const char *what)
{
    (void)fab_diagnostics_write(&session->diagnostics, stderr);
    switch (status) {
    case FAB_OK:
        return FAB_EXIT_DONE;
    case FAB_E_INPUT:
        /* nothing is written wrongly: each line above is an answer */
        if (session->diagnostics.errors > 0 &&
            session->diagnostics.errors == session->diagnostics.infeasible) {
            return FAB_EXIT_NO;
        }
        if (session->diagnostics.errors > 0) {
            fprintf(stderr, "fabricast: %zu mistake%s in %s\n", session->diagnostics.errors,
                    session->diagnostics.errors == 1 ? "" : "s", what);
        }
        return FAB_EXIT_USER;
    case FAB_E_NOTFOUND:
    case FAB_E_RANGE:
        fprintf(stderr, "fabricast: %s: %s\n", what, fab_status_text(status));
        return FAB_EXIT_USER;
    case FAB_E_INFEASIBLE:
        fprintf(stderr, "fabricast: %s: %s\n", what, fab_status_text(status));
        return FAB_EXIT_NO;
    default:
        /* what is wrong with standard output is said when the program ends */
        if (!session->is_told && !ferror(stdout)) {
            fprintf(stderr, "fabricast: %s: %s\n", what, fab_status_text(status));
        }
        return FAB_EXIT_MACHINE;
    }
}

void fab_session_tell_obstacle(fab_session *session, const char *path,
                               const struct fab_forecast *forecast)
{
    if (!forecast->is_feasible) {
        const char *reason = forecast->is_buildable
                                 ? "the model does not fit in the memory of a package"
                                 : fab_fabric_obstacle(forecast->checks, forecast->check_count);
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_INFEASIBLE, FAB_NOWHERE, NULL, "%s: %s",
                     path, reason);
    }
}

int fab_session_close(fab_session *session, int code)
{
    fab_arena_destroy(session->arena);
    session->arena = NULL;
    return code;
}

double fab_session_clock_s(void)
{
    return clock_s();
}

fab_run_meter fab_session_meter(fab_session *session, double scenarios)
{
    const double elapsed_s = clock_s() - session->start_s;
    const time_t now = time(NULL);
    struct tm utc;
    char text[32] = "";
    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    const char *date = fab_arena_copy(session->arena, text, strlen(text));
    return (fab_run_meter){
        .elapsed_s = elapsed_s,
        .rate_per_s = elapsed_s > 0.0 ? scenarios / elapsed_s : 0.0,
        .peak_rss_byte = (int64_t)usage.ru_maxrss * 1024,
        .date = date != NULL ? date : "",
    };
}

int fab_session_main(const struct argp *argp, int argc, char **argv, void *options,
                     fab_session_work work)
{
    argp_err_exit_status = FAB_EXIT_USER;
    if (argp_parse(argp, argc, argv, 0, NULL, options) != 0) {
        return FAB_EXIT_USER;
    }
    fab_session session;
    const int code = fab_session_open(&session);
    return code != FAB_EXIT_DONE ? code : fab_session_close(&session, work(&session, options));
}
