#include <stdint.h>
#include <string.h>

#include "validate/measured_runs.h"

/* Tables of collectives as others keep them, in the columns that the module of collectives reads:
 * which hardware is which fabric of the catalog, and what cannot be compared. */

/* Columns of a foreign table; NULL: the table has none. */
typedef struct fab_foreign_columns {
    const char *hardware, *links, *collective, *ranks, *size, *time, *bus, *kind, *source;
    bool is_xla; /* times of XLA's tables have channels of their own */
} fab_foreign_columns;

static const fab_foreign_columns FOREIGN[] = {
    {"hardware", "fabric", "collective", "n_gpus", "size_B", "time_us", "busbw_GBps", "kind",
     "address", false},
    {"system", NULL, "collective", "group_size", "tensor_bytes", "time_us",
     "bus_gb_s_per_gpu_per_dir", NULL, "source_address", true},
};

/* The first word that a name of hardware holds decides; "" is comparable to nothing. */
typedef struct fab_hardware_word {
    const char *word, *fabric, *xla_fabric;
} fab_hardware_word;

static const fab_hardware_word HARDWARE[] = {
    {"pair", "", ""},
    {"H800", "", ""},
    {"p5en", "p5en_h200", ""},
    {"p4de", "p4de_a100", ""},
    {"GB200", "gb200_nvl72", "gb200_nvl72_full"},
    {"B200", "hgx_b200", "hgx_b200_xla"},
    {"H200", "hgx_h100", ""},
    {"H100", "hgx_h100", "hgx_h100_xla"},
    {"A100", "hgx_a100", ""},
    {"MI300X", "mi300x_roce", "mi300x_roce_xla"},
};

static const struct {
    const char *foreign, *own;
} KINDS[] = {
    {"all_reduce", "all-reduce"},
    {"all-reduce", "all-reduce"},
    {"all_gather", "all-gather"},
    {"all-gather", "all-gather"},
    {"reduce_scatter", "reduce-scatter"},
    {"reduce-scatter", "reduce-scatter"},
    {"alltoall", "all-to-all"},
    {"all-to-all", "all-to-all"},
    {"sendrecv", "send"},
    {"collective-permute", "send"},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *cell_of(const fab_csv_table *csv, size_t row, const char *column)
{
    const size_t place = column != NULL ? fab_csv_find(csv, column) : SIZE_MAX;
    return place != SIZE_MAX ? fab_csv_at(csv, row, place)->text : "";
}

static const char *own_kind(const char *foreign)
{
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        if (strcmp(KINDS[i].foreign, foreign) == 0) {
            return KINDS[i].own;
        }
    }
    return NULL;
}

/* NVIDIA's library says how it ran only where its switches were told not to reduce. */
static const char *algorithm_of(const char *links)
{
    return strstr(links, "NVLSTree") != NULL ? "in-network"
           : strstr(links, ", ring") != NULL ? "flat-ring"
           : strstr(links, "ring)") != NULL  ? "ring"
                                             : "";
}

/* racks of which 64 packages work, or all 72 */
static bool is_full_rack(const char *ranks)
{
    const fab_csv_cell cell = {.text = ranks};
    double number = 0.0;
    return fab_csv_cell_number(&cell, &number) && number >= 72.0 && number < 1e6 &&
           (int64_t)number % 72 == 0;
}

static const char *fabric_of(const fab_csv_table *csv, size_t row,
                             const fab_foreign_columns *columns)
{
    const char *hardware = cell_of(csv, row, columns->hardware);
    const char *kind = cell_of(csv, row, columns->kind);
    if ((columns->kind != NULL && strcmp(kind, "measured") != 0) ||
        own_kind(cell_of(csv, row, columns->collective)) == NULL ||
        cell_of(csv, row, columns->size)[0] == '\0') {
        return "";
    }
    for (size_t i = 0; i < COUNT_OF(HARDWARE); i++) {
        if (strstr(hardware, HARDWARE[i].word) != NULL) {
            const bool is_full = strcmp(HARDWARE[i].word, "GB200") == 0 &&
                                 is_full_rack(cell_of(csv, row, columns->ranks));
            return columns->is_xla || is_full ? HARDWARE[i].xla_fabric : HARDWARE[i].fabric;
        }
    }
    return "";
}

/* A text that grows in a buffer that is long enough. */
static char *add_quoted(char *at, const char *text, char end)
{
    *at++ = '"';
    for (; *text != '\0'; text++) {
        *at++ = *text;
        if (*text == '"') {
            *at++ = '"';
        }
    }
    *at++ = '"';
    *at++ = end;
    return at;
}

static char *add_row(char *at, const fab_csv_table *csv, size_t row,
                     const fab_foreign_columns *columns)
{
    const char *foreign = cell_of(csv, row, columns->collective);
    const char *kind = own_kind(foreign);
    const char *ranks = cell_of(csv, row, columns->ranks);
    const bool is_send = kind != NULL && strcmp(kind, "send") == 0;
    at = add_quoted(at, cell_of(csv, row, columns->hardware), ',');
    at = add_quoted(at, fabric_of(csv, row, columns), ',');
    at = add_quoted(at, kind != NULL ? kind : foreign, ',');
    at = add_quoted(at, algorithm_of(cell_of(csv, row, columns->links)), ',');
    at = add_quoted(at, is_send ? "2" : ranks, ',');
    at = add_quoted(at, cell_of(csv, row, columns->size), ',');
    at = add_quoted(at, cell_of(csv, row, columns->time), ',');
    at = add_quoted(at, cell_of(csv, row, columns->bus), ',');
    return add_quoted(at, cell_of(csv, row, columns->source), '\n');
}

/* What a row can take at most: every cell in quotes, every quote doubled, and our own words. */
static size_t most_byte(const fab_csv_table *csv)
{
    size_t byte = 256;
    for (size_t row = 0; row < csv->row_count; row++) {
        byte += 128;
        for (size_t column = 0; column < csv->column_count; column++) {
            byte += 2 * strlen(fab_csv_at(csv, row, column)->text);
        }
    }
    return byte;
}

bool fab_sister_is_foreign(const fab_csv_table *csv)
{
    return fab_csv_find(csv, FOREIGN[0].size) != SIZE_MAX ||
           fab_csv_find(csv, FOREIGN[1].size) != SIZE_MAX;
}

fab_status fab_sister_collectives(const fab_csv_table *csv, fab_arena *arena,
                                  fab_diagnostics *diagnostics, const char **text_out)
{
    static const char HEAD[] =
        "hardware,on,collective,algorithm,ranks,size_byte,time_us,bus_GBps,source\n";
    const bool is_xla = fab_csv_find(csv, FOREIGN[1].size) != SIZE_MAX;
    const fab_foreign_columns *columns = &FOREIGN[is_xla ? 1 : 0];
    const char *const needed[] = {columns->hardware, columns->collective, columns->ranks,
                                  columns->time, columns->bus};
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        if (fab_csv_find(csv, needed[i]) == SIZE_MAX) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(csv, &csv->header[0]),
                         NULL, "the column `%s` is missing", needed[i]);
            return FAB_E_INPUT;
        }
    }
    char *text = FAB_NEW(arena, char, most_byte(csv));
    if (text == NULL) {
        return FAB_E_NOMEM;
    }
    memcpy(text, HEAD, sizeof(HEAD) - 1);
    char *at = text + sizeof(HEAD) - 1;
    for (size_t row = 0; row < csv->row_count; row++) {
        at = add_row(at, csv, row, columns);
    }
    *at = '\0';
    *text_out = text;
    return FAB_OK;
}
