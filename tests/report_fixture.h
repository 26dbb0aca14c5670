#ifndef FAB_TESTS_REPORT_FIXTURE_H
#define FAB_TESTS_REPORT_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>

#include <fabricast/report.h>

#define FIXTURE_ARENA_BYTE ((size_t)64 << 20)

/* A made-up study of 3 systems by 4 cases: round numbers that a reader can follow, no model behind
 * them. With `is_hostile` every name and text attacks the outputs. Ends the test program when
 * memory is out. */
const fab_study_result *fixture_study(fab_arena *arena, bool is_hostile);

/* What measures the machine, fixed. */
fab_run_meter fixture_meter(void);

/* The whole contents of a stream or file, in the arena; NULL when it cannot be read. */
const char *fixture_contents(fab_arena *arena, FILE *stream);
const char *fixture_file(fab_arena *arena, const char *path);

/* A fresh folder below the system's folder for temporary files, in the arena. */
const char *fixture_folder(fab_arena *arena);

/* Removes a folder and all that it holds. */
void fixture_remove(const char *folder);

/* True when a program of this name is on the PATH. */
bool fixture_has_program(const char *name);

/* How many entries a folder has, hidden ones too. */
size_t fixture_entries(const char *folder);

#endif
