#include <check.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run_all.h"
#include "seeded.h"
#include "store/store.h"

/* Rows come back to the bit; what is no database of ours is refused and stays as it is. */

typedef struct thing {
    const char *name;
    int64_t number;
    double real, positive;
    size_t size;
    int small;
    bool flag;
    const char *text;
} thing;

static const fab_store_column COLUMNS[] = {
    {"name", FAB_CELL_TEXT, offsetof(thing, name)},
    {"number", FAB_CELL_INTEGER, offsetof(thing, number)},
    {"real_s", FAB_CELL_REAL, offsetof(thing, real)},
    {"positive_s", FAB_CELL_POSITIVE, offsetof(thing, positive)},
    {"size", FAB_CELL_SIZE, offsetof(thing, size)},
    {"small", FAB_CELL_INT, offsetof(thing, small)},
    {"flag", FAB_CELL_FLAG, offsetof(thing, flag)},
    {"text", FAB_CELL_TEXT, offsetof(thing, text)},
};

static const fab_store_table TABLES[] = {
    {"thing", COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]), 2, NULL},
    {"odd \" name", COLUMNS, 2, 2, "FOREIGN KEY (name, number) REFERENCES thing (name, number)"},
};

static const fab_store_fact FACTS[] = {
    {"subject", "trees", "is about something else"},
    {"mood", "good", NULL},
};

static const fab_store_plan PLAN = {.application = 0x12345678,
                                    .format_version = 3,
                                    .tables = TABLES,
                                    .table_count = 2,
                                    .facts = FACTS,
                                    .fact_count = 2};

static fab_arena *arena;
static char folder[64];
static char path[128];

static void setup(void)
{
    arena = fab_arena_create((size_t)16 << 20);
    (void)snprintf(folder, sizeof(folder), "/tmp/test_store.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
}

static void teardown(void)
{
    static const char *const ENDING[] = {"", "-wal", "-shm", "-journal", ".new"};
    for (size_t i = 0; i < sizeof(ENDING) / sizeof(ENDING[0]); i++) {
        (void)remove(fab_arena_printf(arena, "%s%s", path, ENDING[i]));
    }
    ck_assert_int_eq(rmdir(folder), 0);
    fab_arena_destroy(arena);
}

static fab_store *good_store(void)
{
    fab_store *store = NULL;
    const char *message = NULL;
    const fab_status status = fab_store_open(&PLAN, path, false, arena, &store, &message);
    ck_assert_msg(status == FAB_OK, "%s", message != NULL ? message : "");
    return store;
}

static void refused(const fab_store_plan *plan, fab_status want, const char *text)
{
    fab_store *store = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_store_open(plan, path, false, arena, &store, &message), want);
    ck_assert_ptr_null(store);
    ck_assert_msg(message != NULL && strstr(message, text), "\"%s\" does not say \"%s\"",
                  message != NULL ? message : "", text);
}

static void write_text(const char *text, size_t length_byte)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length_byte, file), length_byte);
    ck_assert_int_eq(fclose(file), 0);
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static thing random_thing(uint64_t *seed, int64_t number)
{
    static const char *const NAME[] = {"", "a", "'; DROP TABLE thing; --", "\xc3\xa9 \" ` \n"};
    return (thing){.name = NAME[seeded_integer(seed, 0, 3)],
                   .number = number,
                   .real = seeded_between(seed, -1.0, 1.0) *
                           pow(10.0, (double)seeded_integer(seed, -300, 300)),
                   .positive = seeded_integer(seed, 0, 1) ? seeded_between(seed, 1e-9, 1.0) : 0.0,
                   .size = (size_t)seeded_integer(seed, 0, INT64_MAX / 2),
                   .small = (int)seeded_integer(seed, -100, 100),
                   .flag = seeded_integer(seed, 0, 1) == 1,
                   .text = seeded_integer(seed, 0, 1) ? NAME[seeded_integer(seed, 0, 3)] : NULL};
}

static void assert_same(const thing *want, const thing *have)
{
    ck_assert(memcmp(&want->real, &have->real, sizeof(double)) == 0);
    ck_assert(memcmp(&want->positive, &have->positive, sizeof(double)) == 0);
    ck_assert_int_eq(want->small, have->small);
    ck_assert_uint_eq(want->size, have->size);
    ck_assert(want->flag == have->flag);
    ck_assert((want->text == NULL) == (have->text == NULL));
    ck_assert(want->text == NULL || strcmp(want->text, have->text) == 0);
}

#define ROWS 300

START_TEST(rows_come_back)
{
    fab_store *store = good_store();
    for (int64_t pass = 0; pass < 2; pass++) {
        uint64_t seed = 7;
        for (int64_t i = 0; i < ROWS; i++) {
            const thing want = random_thing(&seed, i);
            thing have = {.name = want.name, .number = want.number};
            bool is_found = true;
            ck_assert_int_eq(fab_store_get(store, &TABLES[0], &have, &is_found), FAB_OK);
            ck_assert(is_found == (pass == 1));
            if (pass == 1) {
                assert_same(&want, &have);
            } else {
                ck_assert_int_eq(fab_store_put(store, &TABLES[0], &want), FAB_OK);
            }
        }
        /* the second pass reads what another connection left */
        ck_assert_int_eq(fab_store_close(store), FAB_OK);
        store = good_store();
    }
    ck_assert_ptr_null(fab_store_note(store));
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
}
END_TEST

START_TEST(a_row_replaces_the_one_of_its_key)
{
    fab_store *store = good_store();
    thing row = {.name = "x", .number = 1, .real = 1.0};
    ck_assert_int_eq(fab_store_put(store, &TABLES[0], &row), FAB_OK);
    row.real = 2.0;
    ck_assert_int_eq(fab_store_put(store, &TABLES[0], &row), FAB_OK);
    ck_assert_int_eq(fab_store_put(store, &TABLES[1], &row), FAB_OK);
    thing have = {.name = "x", .number = 1};
    bool is_found;
    ck_assert_int_eq(fab_store_get(store, &TABLES[0], &have, &is_found), FAB_OK);
    ck_assert(is_found && have.real == 2.0);
    ck_assert_int_eq(fab_store_clear(store, &TABLES[1]), FAB_OK);
    ck_assert_int_eq(fab_store_get(store, &TABLES[1], &have, &is_found), FAB_OK);
    ck_assert(!is_found);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
}
END_TEST

/* a row without its parent and a NaN are our own mistakes that the schema finds */
START_TEST(the_schema_refuses)
{
    fab_store *store = good_store();
    const thing orphan = {.name = "nobody", .number = 1};
    ck_assert_int_eq(fab_store_put(store, &TABLES[1], &orphan), FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(fab_store_message(store), "FOREIGN KEY"));
    const thing undefined = {.name = "x", .number = 1, .real = (double)NAN};
    ck_assert_int_eq(fab_store_put(store, &TABLES[0], &undefined), FAB_E_IO);
    ck_assert_ptr_nonnull(strstr(fab_store_message(store), "NOT NULL"));
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
}
END_TEST

/* what was committed is there when the rest never was: a process that ends without closing */
START_TEST(a_commit_lasts)
{
    fab_store *store = good_store();
    const thing first = {.name = "kept", .number = 1}, second = {.name = "lost", .number = 2};
    ck_assert_int_eq(fab_store_put(store, &TABLES[0], &first), FAB_OK);
    ck_assert_int_eq(fab_store_commit(store), FAB_OK);
    ck_assert_int_eq(fab_store_put(store, &TABLES[0], &second), FAB_OK);

    /* a copy of the files is what a killed process leaves */
    char command[1024];
    char copy[128];
    (void)snprintf(copy, sizeof(copy), "%s/b.db", folder);
    (void)snprintf(command, sizeof(command), "cp %s %s && cp %s-wal %s-wal", path, copy, path,
                   copy);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
    ck_assert_int_eq(rename(copy, path), 0);
    char from[160], to[160];
    (void)snprintf(from, sizeof(from), "%s-wal", copy);
    (void)snprintf(to, sizeof(to), "%s-wal", path);
    ck_assert_int_eq(rename(from, to), 0);

    store = good_store();
    bool is_found;
    thing have = {.name = "kept", .number = 1};
    ck_assert_int_eq(fab_store_get(store, &TABLES[0], &have, &is_found), FAB_OK);
    ck_assert(is_found);
    have = (thing){.name = "lost", .number = 2};
    ck_assert_int_eq(fab_store_get(store, &TABLES[0], &have, &is_found), FAB_OK);
    ck_assert(!is_found);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
}
END_TEST

START_TEST(facts_and_versions)
{
    ck_assert_int_eq(fab_store_close(good_store()), FAB_OK);
    fab_store_fact facts[] = {FACTS[0], {"mood", "bad", NULL}};
    fab_store_plan plan = PLAN;
    plan.facts = facts;
    fab_store *store = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_store_open(&plan, path, false, arena, &store, &message), FAB_OK);
    ck_assert_int_eq(fab_store_tell(store, "mood", "better"), FAB_OK);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
    facts[0].text = "rivers";
    refused(&plan, FAB_E_INPUT, "is about something else");
    plan = PLAN;
    plan.format_version = 4;
    refused(&plan, FAB_E_INPUT, "has format 3, this version of fabricast writes format 4");
    plan.format_version = 2;
    refused(&plan, FAB_E_INPUT, "has format 3");
    plan.format_version = 3;
    plan.application = 1;
    refused(&plan, FAB_E_INPUT, "is no database of fabricast");
}
END_TEST

START_TEST(other_files)
{
    write_text("my notes", 8);
    refused(&PLAN, FAB_E_INPUT, "is no database of fabricast");
    (void)remove(path);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    refused(&PLAN, FAB_E_INPUT, "is no database of fabricast");
    (void)rmdir(path);
    run_sql("CREATE TABLE mine (a)");
    refused(&PLAN, FAB_E_INPUT, "is no database of fabricast");
    fab_store *store = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_store_open(&PLAN, path, true, arena, &store, &message), FAB_E_INPUT);
    run_sql("INSERT INTO mine VALUES (1)");
    (void)remove(path);

    /* an empty file is as good as none */
    write_text("", 0);
    ck_assert_int_eq(fab_store_close(good_store()), FAB_OK);
    (void)snprintf(path, sizeof(path), "%s/none/a.db", folder);
    refused(&PLAN, FAB_E_IO, "No such file or directory");
    (void)snprintf(path, sizeof(path), "%s/a.db", folder);
}
END_TEST

/* every length that a file cut off can have: refused or, when nothing is missing, opened */
START_TEST(cut_off)
{
    fab_store *store = good_store();
    uint64_t seed = 3;
    for (int64_t i = 0; i < ROWS; i++) {
        const thing row = random_thing(&seed, i);
        ck_assert_int_eq(fab_store_put(store, &TABLES[0], &row), FAB_OK);
    }
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    char *bytes = FAB_NEW(arena, char, (size_t)info.st_size);
    FILE *file = fopen(path, "rb");
    ck_assert_uint_eq(fread(bytes, 1, (size_t)info.st_size, file), (size_t)info.st_size);
    (void)fclose(file);
    for (size_t length = 1; length < (size_t)info.st_size; length += 997) {
        write_text(bytes, length);
        const char *message = NULL;
        store = NULL;
        const fab_status status = fab_store_open(&PLAN, path, false, arena, &store, &message);
        ck_assert_int_eq(status, length < 100 ? FAB_E_INPUT : FAB_E_IO);
        ck_assert_ptr_nonnull(message);
    }
    /* a byte that is wrong is a refusal or goes unseen, never a crash */
    for (int i = 0; i < 200; i++) {
        const size_t place = (size_t)seeded_integer(&seed, 0, info.st_size - 1);
        const char old = bytes[place];
        bytes[place] = (char)seeded_integer(&seed, -128, 127);
        write_text(bytes, (size_t)info.st_size);
        const char *message = NULL;
        store = NULL;
        const fab_status status = fab_store_open(&PLAN, path, false, arena, &store, &message);
        ck_assert(status == FAB_OK || message != NULL);
        if (status == FAB_OK) {
            thing row = random_thing(&seed, i);
            bool is_found;
            const fab_status got = fab_store_get(store, &TABLES[0], &row, &is_found);
            ck_assert(got == FAB_OK || fab_store_message(store) != NULL);
            const fab_status closed = fab_store_close(store);
            ck_assert(closed == FAB_OK || closed == FAB_E_IO);
        }
        bytes[place] = old;
    }
}
END_TEST

START_TEST(one_writer)
{
    fab_store *store = good_store();
    refused(&PLAN, FAB_E_IO, "another program is writing to it");
    fab_store *second = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_store_open(&PLAN, path, true, arena, &second, &message), FAB_E_IO);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
    ck_assert_int_eq(fab_store_close(good_store()), FAB_OK);
}
END_TEST

/* a fresh start keeps nothing; a journal left behind is not played back into it */
START_TEST(fresh)
{
    fab_store *store = good_store();
    const thing row = {.name = "old", .number = 1};
    ck_assert_int_eq(fab_store_put(store, &TABLES[0], &row), FAB_OK);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
    const char *message = NULL;
    ck_assert_int_eq(fab_store_open(&PLAN, path, true, arena, &store, &message), FAB_OK);
    bool is_found;
    thing have = row;
    ck_assert_int_eq(fab_store_get(store, &TABLES[0], &have, &is_found), FAB_OK);
    ck_assert(!is_found);
    ck_assert_int_eq(fab_store_close(store), FAB_OK);
    char journal[160];
    (void)snprintf(journal, sizeof(journal), "%s-wal", path);
    ck_assert_int_ne(access(journal, F_OK), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_come_back);
    tcase_add_test(tests, a_row_replaces_the_one_of_its_key);
    tcase_add_test(tests, the_schema_refuses);
    tcase_add_test(tests, a_commit_lasts);
    tcase_add_test(tests, facts_and_versions);
    tcase_add_test(tests, other_files);
    tcase_add_test(tests, cut_off);
    tcase_add_test(tests, one_writer);
    tcase_add_test(tests, fresh);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
