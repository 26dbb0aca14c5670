#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "config/tree.h"
#include "run_all.h"

static fab_arena *arena;
static fab_diagnostics diagnostics;
static char folder[64];
static char path[128];

static void setup(void)
{
    arena = fab_arena_create((size_t)256 << 20);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
    strcpy(folder, "/tmp/fab_load_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/file.yaml", folder);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
    fab_arena_destroy(arena);
}

static void write_file(const char *text, size_t length)
{
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, length, out), length);
    ck_assert_int_eq(fclose(out), 0);
}

/* The file is refused with exactly this message about the whole of it. */
static void check_refused(const char *name, const char *message)
{
    const fab_node *root = NULL;
    ck_assert_int_eq(fab_tree_load(name, arena, &diagnostics, &root), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_str_eq(diagnostics.items[0].message, message);
    ck_assert_str_eq(diagnostics.items[0].position.source->name, name);
    ck_assert_int_eq(diagnostics.items[0].position.line, 0);
}

START_TEST(a_file_is_read)
{
    const fab_node *root = NULL;
    write_file("name: x\n", 8);
    ck_assert_int_eq(fab_tree_load(path, arena, &diagnostics, &root), FAB_OK);
    ck_assert_str_eq(fab_node_get(root, "name")->text, "x");
    ck_assert_str_eq(root->position.source->name, path);
}
END_TEST

START_TEST(a_missing_file)
{
    check_refused(path, "no such file");
}
END_TEST

START_TEST(a_file_below_a_file)
{
    char below[160];
    write_file("x", 1);
    snprintf(below, sizeof(below), "%s/more", path);
    check_refused(below, "cannot read the file: Not a directory");
}
END_TEST

START_TEST(a_folder)
{
    check_refused(folder, "this is a folder, not a file");
}
END_TEST

START_TEST(a_device)
{
    check_refused("/dev/zero", "this is neither a file nor a pipe");
}
END_TEST

START_TEST(an_empty_file)
{
    write_file("", 0);
    check_refused(path, "the file is empty");
}
END_TEST

START_TEST(a_binary_file)
{
    const fab_node *root = NULL;
    write_file("\x7f"
               "ELF\x02\x01\x01\0\0\0",
               10);
    ck_assert_int_eq(fab_tree_load(path, arena, &diagnostics, &root), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_str_eq(diagnostics.items[0].message, "control character U+007F is not allowed");
}
END_TEST

START_TEST(a_file_that_is_too_large_is_not_read)
{
    write_file("a: 1\n", 5);
    ck_assert_int_eq(truncate(path, (off_t)100 << 20), 0);
    const size_t before = fab_arena_peak_byte(arena);
    check_refused(path, "the file is larger than 16 MiB");
    ck_assert_uint_lt(fab_arena_peak_byte(arena) - before, 100000);
}
END_TEST

START_TEST(a_file_at_the_limit_is_read)
{
    /* one comment of 16 MiB less the last line */
    char *text = malloc(FAB_TREE_SIZE_LIMIT_BYTE);
    const fab_node *root = NULL;
    ck_assert_ptr_nonnull(text);
    memset(text, '#', FAB_TREE_SIZE_LIMIT_BYTE);
    memcpy(text + FAB_TREE_SIZE_LIMIT_BYTE - 6, "\na: 1\n", 6);
    write_file(text, FAB_TREE_SIZE_LIMIT_BYTE);
    free(text);
    ck_assert_int_eq(fab_tree_load(path, arena, &diagnostics, &root), FAB_OK);
    ck_assert_int_eq(root->position.line, 2);
}
END_TEST

/* Writes `lines` lines into the pipe from a process of its own. */
static pid_t feed(size_t lines)
{
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        FILE *out = fopen(path, "wb");
        for (size_t i = 0; out && i < lines; i++) {
            fputs("- 0123456789abcdef0123456789abcdef\n", out);
        }
        _exit(out && fclose(out) == 0 ? 0 : 1);
    }
    return child;
}

START_TEST(a_pipe_is_read)
{
    const fab_node *root = NULL;
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    feed(20000);
    ck_assert_int_eq(fab_tree_load(path, arena, &diagnostics, &root), FAB_OK);
    ck_assert_uint_eq(root->count, 20000);
}
END_TEST

START_TEST(a_pipe_without_end_is_left)
{
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    feed(10000000);
    check_refused(path, "the file is larger than 16 MiB");
}
END_TEST

START_TEST(out_of_memory_is_said)
{
    char text[3000];
    memset(text, '#', sizeof(text));
    write_file(text, sizeof(text));
    fab_arena *small = fab_arena_create(2000);
    fab_diagnostics list = fab_diagnostics_make(small);
    const fab_node *root = NULL;
    ck_assert_int_eq(fab_tree_load(path, small, &list, &root), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("load");
    TCase *t = tcase_create("load");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_file_is_read);
    tcase_add_test(t, a_missing_file);
    tcase_add_test(t, a_file_below_a_file);
    tcase_add_test(t, a_folder);
    tcase_add_test(t, a_device);
    tcase_add_test(t, an_empty_file);
    tcase_add_test(t, a_binary_file);
    tcase_add_test(t, a_file_that_is_too_large_is_not_read);
    tcase_add_test(t, a_file_at_the_limit_is_read);
    tcase_add_test(t, a_pipe_is_read);
    tcase_add_test(t, a_pipe_without_end_is_left);
    tcase_add_test(t, out_of_memory_is_said);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
