#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/units.h>

#include "config/csv.h"
#include "graph/draft.h"

/* Graphs from a file of cables, and what is broken in a graph. */

#define PACKAGE_LIMIT INT64_C(100000000)

enum { COLUMN_FROM, COLUMN_TO, COLUMN_RATE, COLUMN_LATENCY, COLUMNS };

static const char *const COLUMN_NAME[COLUMNS] = {"from", "to", "rate", "latency"};

typedef struct reader {
    fab_arena *arena;
    fab_diagnostics *diagnostics;
    const fab_csv_table *table;
    size_t column[COLUMNS]; /* SIZE_MAX: not there */
    uint32_t packages;
    const char **names; /* by node; of packages NULL */
    uint32_t nodes;
} reader;

static const fab_csv_cell *cell_of(const reader *r, size_t row, int column)
{
    return fab_csv_at(r->table, row, r->column[column]);
}

static void complain(const reader *r, const fab_csv_cell *cell, const char *problem,
                     const char *hint)
{
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(r->table, cell), hint,
                 "`%.40s` %s", cell->text, problem);
}

static bool is_number(const char *text)
{
    const char *at = text;
    while (isdigit((unsigned char)*at)) {
        at++;
    }
    return at > text && *at == '\0';
}

/* The node of a cell, a new switch where the word is new; false and a diagnostic when there is no
 * such package. Few switches are looked through one by one. */
static bool find_node(reader *r, const fab_csv_cell *cell, uint32_t *node_out)
{
    if (is_number(cell->text)) {
        char *end = NULL;
        const unsigned long long number = strtoull(cell->text, &end, 10);
        if (number >= r->packages) {
            complain(r, cell, "is no package here",
                     fab_arena_printf(r->arena,
                                      "packages are numbered 0 to %u; other words name "
                                      "switches",
                                      r->packages - 1));
            return false;
        }
        *node_out = (uint32_t)number;
        return true;
    }
    if (cell->text[0] == '\0') {
        complain(r, cell, "names no node", "a package's number or a word for a switch");
        return false;
    }
    for (uint32_t node = r->packages; node < r->nodes; node++) {
        if (strcmp(r->names[node], cell->text) == 0) {
            *node_out = node;
            return true;
        }
    }
    r->names[r->nodes] = cell->text;
    *node_out = r->nodes++;
    return true;
}

static fab_status read_quantity(const reader *r, const fab_csv_cell *cell, fab_dimension dimension,
                                bool is_positive, double *value)
{
    const char *message = NULL;
    const fab_status status = fab_quantity_parse(cell->text, dimension, r->arena, value, &message);
    if (status == FAB_E_INPUT) {
        complain(r, cell, "is not understood", message);
    } else if (status == FAB_OK && (*value < 0.0 || (is_positive && !(*value > 0.0)))) {
        complain(r, cell, is_positive ? "is not above 0" : "is below 0",
                 fab_dimension_expected(dimension));
    }
    return status == FAB_E_INPUT ? FAB_OK : status;
}

static fab_status read_row(reader *r, size_t row, fab_draft *draft)
{
    fab_draft_link link = {0};
    const fab_csv_cell *to = cell_of(r, row, COLUMN_TO);
    const size_t before = r->diagnostics->errors;
    const bool has_from = find_node(r, cell_of(r, row, COLUMN_FROM), &link.from);
    const bool has_to = find_node(r, to, &link.to);
    if (has_from && has_to && link.from == link.to) {
        complain(r, to, "is joined to itself", "a cable joins two nodes");
    }
    FAB_TRY(read_quantity(r, cell_of(r, row, COLUMN_RATE), FAB_DIM_RATE, true, &link.rate_bps));
    if (r->column[COLUMN_LATENCY] != SIZE_MAX) {
        FAB_TRY(read_quantity(r, cell_of(r, row, COLUMN_LATENCY), FAB_DIM_TIME, false,
                              &link.latency_s));
    }
    draft->node_count = r->nodes;
    if (r->diagnostics->errors == before) {
        fab_draft_join(draft, link);
    }
    return FAB_OK;
}

static fab_status read_header(reader *r)
{
    for (int i = 0; i < COLUMNS; i++) {
        r->column[i] = fab_csv_find(r->table, COLUMN_NAME[i]);
        if (r->column[i] == SIZE_MAX && i != COLUMN_LATENCY) {
            fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR,
                         fab_csv_position(r->table, &r->table->header[0]),
                         "the first line is `from,to,rate` or `from,to,rate,latency`",
                         "there is no column `%s`", COLUMN_NAME[i]);
        }
    }
    return r->diagnostics->errors > 0 ? FAB_E_INPUT : FAB_OK;
}

/* A package that cannot be reached, where the file first names it; each row made two links. */
static void complain_of_package(const reader *r, const fab_graph *graph, uint32_t package)
{
    const bool has_cable = graph->out_begin[package] < graph->out_begin[package + 1];
    fab_position position = {.source = r->table->source};
    if (has_cable) {
        const uint32_t link = graph->out_link[graph->out_begin[package]];
        position = fab_csv_position(r->table,
                                    cell_of(r, link / 2, link % 2 == 0 ? COLUMN_FROM : COLUMN_TO));
    }
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position,
                 "every package needs a path to every other",
                 has_cable ? "package %u has no path to package 0"
                           : "package %u is in no row: it has no path to package 0",
                 package);
}

/* Every package must be reached from the first: cables lead both ways. */
static fab_status check_paths(const reader *r, const fab_graph *graph)
{
    uint32_t *queue = FAB_NEW(r->arena, uint32_t, graph->node_count);
    uint8_t *is_seen = FAB_NEW(r->arena, uint8_t, graph->node_count);
    uint32_t head = 0, tail = 0;
    if (!queue || !is_seen) {
        return FAB_E_NOMEM;
    }
    is_seen[0] = 1;
    queue[tail++] = 0;
    while (head < tail) {
        const uint32_t node = queue[head++];
        for (uint32_t i = graph->out_begin[node]; i < graph->out_begin[node + 1]; i++) {
            const uint32_t next = graph->to[graph->out_link[i]];
            if (!is_seen[next]) {
                is_seen[next] = 1;
                queue[tail++] = next;
            }
        }
    }
    for (uint32_t package = 0; package < graph->package_count; package++) {
        if (!is_seen[package]) {
            complain_of_package(r, graph, package);
            return FAB_E_INPUT;
        }
    }
    return FAB_OK;
}

/* Each row made two links. */
static const fab_position *list_places(const reader *r)
{
    fab_position *where = FAB_NEW(r->arena, fab_position, 2 * r->table->row_count + 1);
    for (size_t i = 0; where && i < 2 * r->table->row_count; i++) {
        where[i] = fab_csv_position(r->table, cell_of(r, i / 2, COLUMN_FROM));
    }
    return where;
}

static fab_status read_table(reader *r, const fab_graph **graph_out)
{
    FAB_TRY(read_header(r));
    r->names = FAB_NEW(r->arena, const char *, r->packages + 2 * r->table->row_count);
    if (!r->names) {
        return FAB_E_NOMEM;
    }
    r->nodes = r->packages;
    fab_draft draft = fab_draft_make(r->arena, r->packages);
    for (size_t row = 0; row < r->table->row_count; row++) {
        FAB_TRY(read_row(r, row, &draft));
    }
    if (r->diagnostics->errors > 0) {
        return FAB_E_INPUT;
    }
    draft.names = r->names;
    draft.where = list_places(r);
    FAB_TRY(draft.where ? fab_draft_finish(&draft, graph_out) : FAB_E_NOMEM);
    return check_paths(r, *graph_out);
}

fab_status fab_graph_load(const char *path, int64_t packages, fab_arena *arena,
                          fab_diagnostics *diagnostics, const fab_graph **graph_out)
{
    assert(path && arena && diagnostics && graph_out);
    assert(packages >= 1 && packages <= PACKAGE_LIMIT);
    reader r = {.arena = arena, .diagnostics = diagnostics, .packages = (uint32_t)packages};
    FAB_TRY(fab_csv_load(path, arena, diagnostics, &r.table));
    return read_table(&r, graph_out);
}

fab_status fab_graph_parse(const char *name, const char *text, size_t length_byte, int64_t packages,
                           fab_arena *arena, fab_diagnostics *diagnostics,
                           const fab_graph **graph_out)
{
    assert(name && text && arena && diagnostics && graph_out);
    assert(packages >= 1 && packages <= PACKAGE_LIMIT);
    reader r = {.arena = arena, .diagnostics = diagnostics, .packages = (uint32_t)packages};
    FAB_TRY(fab_csv_parse(name, text, length_byte, arena, diagnostics, &r.table));
    return read_table(&r, graph_out);
}
