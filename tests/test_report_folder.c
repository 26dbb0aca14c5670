#define _GNU_SOURCE

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report_fixture.h"
#include "run_all.h"

static fab_arena *arena;
static const char *home; /* an empty folder of this test */
static const char *message;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    home = fixture_folder(arena);
    message = NULL;
}

static void teardown(void)
{
    fixture_remove(home);
    fab_arena_destroy(arena);
}

static const char *in(const char *folder, const char *name)
{
    return fab_arena_printf(arena, "%s/%s", folder, name);
}

static fab_status make(bool is_hostile, bool with_figures, const char *folder)
{
    const fab_run_meter meter = fixture_meter();
    return fab_report_study_folder(fixture_study(arena, is_hostile), &meter, with_figures, folder,
                                   arena, &message);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* programs first on the PATH, made of a shell script */
static void use_gnuplot(const char *script)
{
    const char *programs = in(home, "programs");
    mkdir(programs, 0777);
    if (script != NULL) {
        put(in(programs, "gnuplot"), script);
        chmod(in(programs, "gnuplot"), 0777);
    }
    setenv("PATH", script ? fab_arena_printf(arena, "%s:/usr/bin:/bin", programs) : programs, 1);
}

static const char *const FIGURES[] = {
    "time_to_train", "step_parts", "gain", "best_mapping", "waterfall", "sensitivity", "link_power",
};
static const char *const FILES[] = {
    "report.html",  "results.json",  "points.csv",      "targets.csv",
    "mappings.csv", "waterfall.csv", "sensitivity.csv",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* longer than a file system takes for one name */
#define TEN       "0123456789"
#define HUNDRED   TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG_NAME HUNDRED HUNDRED HUNDRED

START_TEST(makes_every_file)
{
    const char *out = in(home, "out");
    ck_assert_msg(make(_i == 1, true, out) == FAB_OK, "%s", message);
    ck_assert_ptr_null(message);
    ck_assert_uint_eq(fixture_entries(home), 1);
    ck_assert_uint_eq(fixture_entries(out), COUNT(FILES) + 1);
    ck_assert_uint_eq(fixture_entries(in(out, "figures")), 4 * COUNT(FIGURES));
    for (size_t i = 0; i < COUNT(FILES); i++) {
        ck_assert_ptr_nonnull(fixture_file(arena, in(out, FILES[i])));
    }
    for (size_t i = 0; i < COUNT(FIGURES); i++) {
        const char *svg = fab_arena_printf(arena, "%s/figures/%s.svg", out, FIGURES[i]);
        ck_assert_ptr_nonnull(strstr(fixture_file(arena, svg), "</svg>"));
    }
}
END_TEST

/* the bytes of a file, which may hold any */
static size_t bytes_of(const char *path, char **bytes_out)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    const char *text = fixture_contents(arena, file);
    const long size = ftell(file);
    fclose(file);
    *bytes_out = (char *)(uintptr_t)text;
    return (size_t)size;
}

START_TEST(two_runs_give_the_same_bytes)
{
    static const char *const ENDINGS[] = {"svg", "png", "gp", "csv"};
    const char *one = in(home, "one");
    const char *two = in(home, "two");
    ck_assert_int_eq(make(false, true, one), FAB_OK);
    ck_assert_int_eq(make(false, true, two), FAB_OK);
    for (size_t i = 0; i < COUNT(FILES) + COUNT(FIGURES) * COUNT(ENDINGS); i++) {
        const size_t k = i - COUNT(FILES);
        const char *name = i < COUNT(FILES) ? FILES[i]
                                            : fab_arena_printf(arena, "figures/%s.%s",
                                                               FIGURES[k / 4], ENDINGS[k % 4]);
        char *first, *second;
        const size_t size = bytes_of(in(one, name), &first);
        ck_assert_uint_eq(bytes_of(in(two, name), &second), size);
        ck_assert_msg(memcmp(first, second, size) == 0, "%s differs", name);
    }
}
END_TEST

START_TEST(nothing_runs_from_a_name)
{
    /* the names hold a command in backticks that would make this file where gnuplot runs */
    const char *out = in(home, "out");
    ck_assert_int_eq(chdir(home), 0);
    ck_assert_int_eq(make(true, true, out), FAB_OK);
    ck_assert_int_ne(access(in(home, "pwned"), F_OK), 0);
    ck_assert_int_ne(access(in(out, "figures/pwned"), F_OK), 0);
    ck_assert_int_ne(access(in(out, "pwned"), F_OK), 0);
}
END_TEST

START_TEST(needs_no_gnuplot_without_figures)
{
    use_gnuplot(NULL);
    const char *out = in(home, "out");
    ck_assert_int_eq(make(false, false, out), FAB_OK);
    ck_assert_uint_eq(fixture_entries(out), COUNT(FILES));
    ck_assert_ptr_null(strstr(fixture_file(arena, in(out, "report.html")), "<figure"));
}
END_TEST

static const struct {
    const char *what, *script;
    fab_status status;
    const char *says;
} TOOL[] = {
    {"missing", NULL, FAB_E_TOOL, "not found"},
    {"fails", "#!/bin/sh\necho boom >&2\nexit 3\n", FAB_E_TOOL, "boom"},
    {"is killed", "#!/bin/sh\nkill -9 $$\n", FAB_E_TOOL, "failed"},
    {"draws nothing", "#!/bin/sh\nexit 0\n", FAB_E_IO, "unfinished"},
    {"draws half",
     "#!/bin/sh\nfor f in *.gp; do echo '<svg' >${f%.gp}.svg; echo >${f%.gp}.png; done\n", FAB_E_IO,
     "unfinished"},
    {"says much", "#!/bin/sh\nhead -c 300000 /dev/zero | tr '\\0' y >&2\nexit 1\n", FAB_E_TOOL,
     "yyy"},
};

START_TEST(failing_gnuplot_leaves_nothing)
{
    use_gnuplot(TOOL[_i].script);
    ck_assert_int_eq(make(false, true, in(home, "out")), TOOL[_i].status);
    ck_assert_ptr_nonnull(strstr(message, "gnuplot"));
    ck_assert_msg(strstr(message, TOOL[_i].says) != NULL, "%s", message);
    ck_assert_uint_eq(fixture_entries(home), 1); /* the programs */
}
END_TEST

START_TEST(a_file_in_the_place_stays)
{
    const char *out = in(home, "out");
    put(out, "mine");
    ck_assert_int_eq(make(false, false, out), FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(message, out));
    ck_assert_ptr_nonnull(strstr(message, "Not a directory"));
    ck_assert_str_eq(fixture_file(arena, out), "mine");
    ck_assert_uint_eq(fixture_entries(home), 1);
}
END_TEST

START_TEST(missing_parents_are_made)
{
    ck_assert_int_eq(make(false, false, in(home, "a/b//c/")), FAB_OK);
    ck_assert_uint_gt(fixture_entries(in(home, "a/b/c")), 0);
    ck_assert_uint_eq(fixture_entries(in(home, "a/b")), 1);
}
END_TEST

START_TEST(made_parents_go_again_on_failure)
{
    mkdir(in(home, "kept"), 0777);
    put(in(home, "kept/file"), "mine");
    ck_assert_int_eq(make(false, false, in(home, "kept/file/a/b")), FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(message, "Not a directory"));
    ck_assert_int_eq(make(false, false, in(home, "kept/new/a/" LONG_NAME "/b")), FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(message, "too long"));
    ck_assert_uint_eq(fixture_entries(in(home, "kept")), 1);
    ck_assert_int_eq(make(false, false, ""), FAB_E_IO);
    ck_assert_ptr_nonnull(message);
}
END_TEST

START_TEST(a_full_disk_leaves_the_old_contents)
{
    const char *out = in(home, "out");
    const bool is_old = _i == 1;
    if (is_old) {
        mkdir(out, 0777);
        put(in(out, "points.csv"), "old");
    }
    /* from here on no file may grow beyond a few bytes */
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit limit = {2000, before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const fab_status status = make(false, false, out);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(status, FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(message, out));
    ck_assert_ptr_nonnull(strstr(message, "File too large"));
    ck_assert_uint_eq(fixture_entries(home), is_old ? 1 : 0);
    if (is_old) {
        ck_assert_uint_eq(fixture_entries(out), 1);
        ck_assert_str_eq(fixture_file(arena, in(out, "points.csv")), "old");
    }
}
END_TEST

START_TEST(replaces_its_own_files_only)
{
    const char *out = in(home, "out");
    mkdir(out, 0777);
    mkdir(in(out, "figures"), 0777);
    put(in(out, "keep.txt"), "mine");
    put(in(out, "figures/keep.svg"), "mine");
    put(in(out, "figures/gain.svg"), "of an earlier run");
    put(in(out, "points.csv"), "old");
    ck_assert_int_eq(make(false, false, fab_arena_printf(arena, "%s//", out)), FAB_OK);
    ck_assert_str_eq(fixture_file(arena, in(out, "keep.txt")), "mine");
    ck_assert_str_eq(fixture_file(arena, in(out, "figures/keep.svg")), "mine");
    ck_assert_str_ne(fixture_file(arena, in(out, "points.csv")), "old");
    /* a figure that does not belong to these numbers is gone */
    ck_assert_ptr_null(fixture_file(arena, in(out, "figures/gain.svg")));
    ck_assert_uint_eq(fixture_entries(out), COUNT(FILES) + 2);
}
END_TEST

START_TEST(a_folder_in_a_files_place_puts_all_back)
{
    /* waterfall.csv cannot be replaced, after others have been moved in */
    const char *out = in(home, "out");
    mkdir(out, 0777);
    put(in(out, "points.csv"), "old");
    put(in(out, "figures"), "a file where the figures go");
    use_gnuplot(
        "#!/bin/sh\nfor f in *.gp; do n=${f%.gp}\n"
        "printf '<svg viewBox=\"0 0 1 1\"><g id=\"gnuplot_canvas\"></g></svg>\\n\\n' >$n.svg\n"
        "printf 'IEND\\256B\\140\\202' >$n.png; done\n");
    ck_assert_int_eq(make(false, true, out), FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(message, "figures"));
    ck_assert_str_eq(fixture_file(arena, in(out, "points.csv")), "old");
    ck_assert_str_eq(fixture_file(arena, in(out, "figures")), "a file where the figures go");
    ck_assert_uint_eq(fixture_entries(out), 2);
}
END_TEST

START_TEST(works_in_the_current_folder)
{
    ck_assert_int_eq(chdir(home), 0);
    ck_assert_int_eq(make(false, false, "."), FAB_OK);
    ck_assert_uint_eq(fixture_entries(home), COUNT(FILES));
    ck_assert_int_eq(make(false, false, "new"), FAB_OK);
    ck_assert_uint_eq(fixture_entries(in(home, "new")), COUNT(FILES));
}
END_TEST

START_TEST(little_memory_leaves_nothing)
{
    const fab_study_result *study = fixture_study(arena, false);
    fab_arena *small = fab_arena_create((size_t)1 << (10 + _i));
    const fab_status status =
        fab_report_study_folder(study, NULL, false, in(home, "out"), small, &message);
    if (status == FAB_OK) {
        ck_assert_uint_eq(fixture_entries(in(home, "out")), COUNT(FILES));
    } else {
        ck_assert_int_eq(status, FAB_E_NOMEM);
        ck_assert_uint_eq(fixture_entries(home), 0);
    }
    ck_assert(_i > 0 || status == FAB_E_NOMEM);
    ck_assert(_i < 15 || status == FAB_OK);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_folder");
    TCase *folder = tcase_create("folder");
    tcase_add_checked_fixture(folder, setup, teardown);
    tcase_set_timeout(folder, 60);
    if (fixture_has_program("gnuplot")) {
        tcase_add_loop_test(folder, makes_every_file, 0, 2);
        tcase_add_test(folder, two_runs_give_the_same_bytes);
        tcase_add_test(folder, nothing_runs_from_a_name);
    }
    tcase_add_test(folder, needs_no_gnuplot_without_figures);
    tcase_add_loop_test(folder, failing_gnuplot_leaves_nothing, 0, COUNT(TOOL));
    tcase_add_test(folder, a_file_in_the_place_stays);
    tcase_add_test(folder, missing_parents_are_made);
    tcase_add_test(folder, made_parents_go_again_on_failure);
    tcase_add_loop_test(folder, a_full_disk_leaves_the_old_contents, 0, 2);
    tcase_add_test(folder, replaces_its_own_files_only);
    tcase_add_test(folder, a_folder_in_a_files_place_puts_all_back);
    tcase_add_test(folder, works_in_the_current_folder);
    tcase_add_loop_test(folder, little_memory_leaves_nothing, 0, 16);
    suite_add_tcase(suite, folder);
    return run_all(suite);
}
