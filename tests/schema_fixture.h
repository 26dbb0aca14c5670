#ifndef FAB_SCHEMA_FIXTURE_H
#define FAB_SCHEMA_FIXTURE_H

#include <check.h>
#include <string.h>

#include "config/field.h"
#include "run_all.h"

/* A record with a field of every kind, for the tests of what is written from the tables. */

typedef struct part {
    double size_byte;
    int64_t copies;
} part;

typedef struct device {
    const char *name;
    fab_value rate_bps;
    double latency_s;
    double share_frac;
    int64_t lanes;
    int64_t groups;
    bool is_optical;
    const char *grade;
    int algorithm;
    int colours;
    part memory;
    fab_records parts;
    const fab_node *link;
    const char *socket;
} device;

static const char *const ALGORITHM[] = {"auto", "ring", NULL};
static const char *const COLOURS[] = {"none", "red", "green", NULL};
static const char *const GRADE[] = {"A", "B", NULL};

static const part PART_DEFAULT = {.copies = 2};

static const fab_field PART_FIELDS[] = {
    {.name = "size",
     .kind = FAB_FIELD_QUANTITY,
     .is_required = true,
     .offset = offsetof(part, size_byte),
     .dimension = FAB_DIM_SIZE,
     .minimum = 0,
     .maximum = 1e15,
     .is_above_minimum = true,
     .help = "bytes of one copy"},
    {.name = "copies",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(part, copies),
     .minimum = 1,
     .maximum = 1e18,
     .help = "how many"},
};

static const fab_table PART_TABLE = {.kind = "part",
                                     .fields = PART_FIELDS,
                                     .count = FAB_TABLE_SIZE(PART_FIELDS),
                                     .size = sizeof(part),
                                     .defaults = &PART_DEFAULT};

static const device DEVICE_DEFAULT = {.latency_s = 1e-6, .share_frac = 0.5, .lanes = 4};

static const fab_field DEVICE_FIELDS[] = {
    {.name = "name",
     .kind = FAB_FIELD_TEXT,
     .is_required = true,
     .offset = offsetof(device, name),
     .help = "what to call it"},
    {.name = "rate",
     .kind = FAB_FIELD_SOURCED,
     .is_required = true,
     .offset = offsetof(device, rate_bps),
     .dimension = FAB_DIM_RATE,
     .minimum = 0,
     .maximum = 1e18,
     .is_above_minimum = true,
     .help = "one direction"},
    {.name = "latency",
     .kind = FAB_FIELD_QUANTITY,
     .offset = offsetof(device, latency_s),
     .dimension = FAB_DIM_TIME,
     .minimum = 0,
     .maximum = 1,
     .help = "one way",
     .source = "a guess"},
    {.name = "share",
     .kind = FAB_FIELD_QUANTITY,
     .offset = offsetof(device, share_frac),
     .dimension = FAB_DIM_FRACTION,
     .help = "a | in the help"},
    {.name = "lanes",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(device, lanes),
     .minimum = 1,
     .maximum = 64,
     .help = "lanes"},
    {.name = "groups",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(device, groups),
     .minimum = 1,
     .maximum = 1e18,
     .word = "auto",
     .word_value = 0,
     .help = "groups"},
    {.name = "optical",
     .kind = FAB_FIELD_FLAG,
     .offset = offsetof(device, is_optical),
     .help = "light"},
    {.name = "grade",
     .kind = FAB_FIELD_TEXT,
     .offset = offsetof(device, grade),
     .choices = GRADE,
     .help = "class"},
    {.name = "algorithm",
     .kind = FAB_FIELD_CHOICE,
     .offset = offsetof(device, algorithm),
     .choices = ALGORITHM,
     .help = "how"},
    {.name = "colours",
     .kind = FAB_FIELD_SET,
     .offset = offsetof(device, colours),
     .choices = COLOURS,
     .help = "what it looks like"},
    {.name = "memory",
     .kind = FAB_FIELD_RECORD,
     .offset = offsetof(device, memory),
     .table = &PART_TABLE,
     .help = "its memory"},
    {.name = "parts",
     .kind = FAB_FIELD_RECORDS,
     .offset = offsetof(device, parts),
     .minimum = 1,
     .maximum = 3,
     .table = &PART_TABLE,
     .help = "its parts"},
    {.name = "link",
     .kind = FAB_FIELD_NODE,
     .offset = offsetof(device, link),
     .definition = "cable",
     .help = "what it hangs on"},
    {.name = "socket",
     .kind = FAB_FIELD_TEXT,
     .offset = offsetof(device, socket),
     .definition = "plug_name",
     .word = "none",
     .help = "where it sits"},
};

static const fab_table DEVICE_TABLE = {.kind = "device",
                                       .fields = DEVICE_FIELDS,
                                       .count = FAB_TABLE_SIZE(DEVICE_FIELDS),
                                       .size = sizeof(device),
                                       .defaults = &DEVICE_DEFAULT};

static fab_arena *arena;

static void open_arena(void)
{
    arena = fab_arena_create((size_t)64 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    fab_arena_destroy(arena);
}

static inline const fab_field *field_of(const char *name)
{
    const fab_field *field = fab_table_find(&DEVICE_TABLE, name);
    ck_assert_ptr_nonnull(field);
    return field;
}

static inline int run_tests(TCase *tcase)
{
    Suite *suite = suite_create("schema");
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

#endif
