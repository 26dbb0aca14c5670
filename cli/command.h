#ifndef FAB_COMMAND_H
#define FAB_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include <fabricast/arena.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/report.h>
#include <fabricast/status.h>

/* Exit codes of every command. */
enum {
    FAB_EXIT_DONE = 0,
    FAB_EXIT_NO = 1,      /* infeasible, or a check failed */
    FAB_EXIT_USER = 2,    /* the user's mistake: usage or file */
    FAB_EXIT_MACHINE = 3, /* memory, disk, a missing program */
};

/* The position of a mistake on the command line. */
#define FAB_NOWHERE ((fab_position){.source = NULL})

/* What every command starts from. */
typedef struct fab_session {
    fab_arena *arena;
    fab_diagnostics diagnostics;
    const fab_catalog *catalog;
    double start_s; /* of the monotonic clock */
    bool is_told;   /* why the command failed has been printed */
} fab_session;

/* Opens an arena and loads the catalog. Returns FAB_EXIT_DONE, or prints why not. */
int fab_session_open(fab_session *session);

/* Prints what the diagnostics and the status say and turns them into an exit code. */
int fab_session_explain(fab_session *session, fab_status status, const char *what);

struct fab_forecast;

/* Adds why a forecast cannot be to the diagnostics: the first check that is broken, or memory;
 * nothing when it can. */
void fab_session_tell_obstacle(fab_session *session, const char *path,
                               const struct fab_forecast *forecast);

/* Frees everything and passes `code` on. */
int fab_session_close(fab_session *session, int code);

struct argp;

/* What a command does in an open session; `options` is the struct that its parser filled. Returns
 * an exit code. */
typedef int (*fab_session_work)(fab_session *session, void *options);

/* What every command is: parses the arguments, opens a session, does the work, closes it. */
int fab_session_main(const struct argp *argp, int argc, char **argv, void *options,
                     fab_session_work work);

/* The monotonic clock: a command that measures part of its work sets start_s to it. */
double fab_session_clock_s(void);

/* Measures the machine since the session began; `scenarios` were forecast. */
fab_run_meter fab_session_meter(fab_session *session, double scenarios);

/* Each command parses its own arguments (argv[0] is "fabricast NAME") and returns an exit code. */
int fab_command_train(int argc, char **argv);
int fab_command_search(int argc, char **argv);
int fab_command_run(int argc, char **argv);
int fab_command_diff(int argc, char **argv);
int fab_command_catalog(int argc, char **argv);
int fab_command_link(int argc, char **argv);
int fab_command_transfer(int argc, char **argv);
int fab_command_flows(int argc, char **argv);
int fab_command_simulate(int argc, char **argv);
int fab_command_collective(int argc, char **argv);
int fab_command_fabric(int argc, char **argv);
int fab_command_validate(int argc, char **argv);
int fab_command_calibrate(int argc, char **argv);
int fab_command_schema(int argc, char **argv);
int fab_command_new(int argc, char **argv);

#endif
