#include "command.h"

#include <argp.h>
#include <stdint.h>
#include <string.h>

/* fabricast catalog [KIND [NAME|FILE]] [--json] */

typedef struct fab_catalog_options {
    const char *words[2];
    int word_count;
    bool wants_json;
} fab_catalog_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_catalog_options *options = state->input;
    switch (key) {
    case 'j':
        options->wants_json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->word_count == 2) {
            argp_error(state, "KIND and NAME are enough; `%s` is too many", argument);
        }
        options->words[options->word_count++] = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"json", 'j', NULL, 0, "Print JSON with values in SI units", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "[KIND [NAME|FILE]]",
    "Show what is built in, each number with its source and confidence. KIND is technology, "
    "kernels, gpu, model, messaging or fabric; without a NAME one line per row. A word with a / or "
    "that ends in .yaml or .yml is a file that holds a description of that kind.",
    NULL,
    NULL,
    NULL};

/* Prints the names that there are when `word` is none of them. */
static int not_found(const char *what, const char *word, const char *const *names, size_t count)
{
    const char *nearest = fab_nearest_name(word, names, count);
    fprintf(stderr, "fabricast: unknown %s `%s`", what, word);
    if (nearest != NULL) {
        fprintf(stderr, "; did you mean `%s`?", nearest);
    }
    fprintf(stderr, "\nThere %s:", count == 1 ? "is" : "are");
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, " %s", names[i]);
    }
    fprintf(stderr, "\n");
    return FAB_EXIT_USER;
}

static int unknown_kind(const char *word)
{
    const char *names[FAB_CATALOG_KIND_COUNT];
    for (int kind = 0; kind < FAB_CATALOG_KIND_COUNT; kind++) {
        names[kind] = fab_catalog_kind_name((fab_catalog_kind)kind);
    }
    return not_found("kind", word, names, FAB_CATALOG_KIND_COUNT);
}

static int unknown_row(fab_session *session, fab_catalog_kind kind, const char *word)
{
    const size_t count = fab_catalog_count(session->catalog, kind);
    const char **names = FAB_NEW(session->arena, const char *, count);
    if (names == NULL) {
        return fab_session_explain(session, FAB_E_NOMEM, word);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = fab_catalog_row_name(session->catalog, kind, i);
    }
    return not_found(fab_catalog_kind_name(kind), word, names, count);
}

/* Accepts the plural too: `fabricast catalog models`. */
static fab_catalog_kind find_kind(const char *word)
{
    for (int kind = 0; kind < FAB_CATALOG_KIND_COUNT; kind++) {
        const char *name = fab_catalog_kind_name((fab_catalog_kind)kind);
        const size_t length = strlen(name);
        const bool is_plural = strncmp(word, name, length) == 0 && strcmp(word + length, "s") == 0;
        if (strcmp(word, name) == 0 || is_plural ||
            (kind == FAB_CATALOG_TECHNOLOGY && strcmp(word, "technologies") == 0)) {
            return (fab_catalog_kind)kind;
        }
    }
    return FAB_CATALOG_KIND_COUNT;
}

static size_t find_row(const fab_catalog *catalog, fab_catalog_kind kind, const char *name)
{
    const size_t count = fab_catalog_count(catalog, kind);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fab_catalog_row_name(catalog, kind, i), name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static fab_status list_all(fab_session *session)
{
    for (int kind = 0; kind < FAB_CATALOG_KIND_COUNT; kind++) {
        printf("%s%s\n", kind == 0 ? "" : "\n", fab_catalog_kind_name((fab_catalog_kind)kind));
        FAB_TRY(fab_report_catalog_list(session->catalog, (fab_catalog_kind)kind, session->arena,
                                        stdout));
    }
    return FAB_OK;
}

static int report(fab_session *session, const fab_catalog_options *options,
                  const fab_catalog *catalog, fab_catalog_kind kind, size_t row)
{
    fab_status status;
    if (options->wants_json) {
        status = fab_report_catalog_json(catalog, kind, row, session->arena, stdout);
    } else if (row != SIZE_MAX) {
        status = fab_report_catalog_row(catalog, kind, row, session->arena, stdout);
    } else if (kind != FAB_CATALOG_KIND_COUNT) {
        status = fab_report_catalog_list(catalog, kind, session->arena, stdout);
    } else {
        status = list_all(session);
    }
    return fab_session_explain(session, status, "catalog");
}

/* A description in a file, shown like a row. */
static int show_file(fab_session *session, const fab_catalog_options *options,
                     fab_catalog_kind kind)
{
    const fab_catalog *catalog = NULL;
    const fab_status status = fab_catalog_load_file(
        session->catalog, kind, options->words[1], session->arena, &session->diagnostics, &catalog);
    return status == FAB_OK ? report(session, options, catalog, kind, 0)
                            : fab_session_explain(session, status, options->words[1]);
}

static int show(fab_session *session, void *arguments)
{
    const fab_catalog_options *options = arguments;
    fab_catalog_kind kind = FAB_CATALOG_KIND_COUNT;
    size_t row = SIZE_MAX;
    if (options->word_count >= 1) {
        kind = find_kind(options->words[0]);
        if (kind == FAB_CATALOG_KIND_COUNT) {
            return unknown_kind(options->words[0]);
        }
    }
    if (options->word_count == 2) {
        row = find_row(session->catalog, kind, options->words[1]);
        if (row == SIZE_MAX && fab_catalog_is_file(options->words[1])) {
            return show_file(session, options, kind);
        }
        if (row == SIZE_MAX) {
            return unknown_row(session, kind, options->words[1]);
        }
    }
    return report(session, options, session->catalog, kind, row);
}

int fab_command_catalog(int argc, char **argv)
{
    fab_catalog_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, show);
}
