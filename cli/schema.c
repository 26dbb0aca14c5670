#include "command.h"

#include <argp.h>
#include <string.h>

#include <fabricast/schema.h>

#include "file_kind.h"

/* fabricast schema [KIND] [--markdown] */

typedef struct fab_schema_options {
    const char *word;
    bool wants_markdown;
} fab_schema_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_schema_options *options = state->input;
    switch (key) {
    case 'm':
        options->wants_markdown = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->word != NULL) {
            argp_error(state, "one KIND is enough; `%s` is too many", argument);
        }
        options->word = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->word == NULL && !options->wants_markdown) {
            argp_error(state, "a KIND is needed: %s", fab_file_kind_words(false));
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"markdown", 'm', NULL, 0, "Print the reference for people instead, of all kinds without KIND",
     0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "KIND",
    "Print the JSON Schema (draft-07) of a kind of file, for editors: scenario, study, claims, "
    "fabric, technology, messaging, kernels, gpu, model, or catalog, which holds the rows of a "
    "data file.\v"
    "With `fabricast schema scenario >scenario.json`, an editor with the YAML language server "
    "completes and checks a file whose first line is\n\n"
    "  # yaml-language-server: $schema=scenario.json\n\n"
    "What takes several fields together, and the limits of numbers with a unit, only the commands "
    "that read the file can check.\n\n"
    "Exit codes: 0 done, 2 an unknown KIND, 3 the machine.",
    NULL,
    NULL,
    NULL};

static fab_status write_reference(fab_session *session, fab_file_kind only)
{
    if (only == FAB_FILE_KIND_COUNT) {
        printf("# Reference of the input files\n\n"
               "Made by `fabricast schema --markdown` from the tables that read the files.\n");
    }
    for (int kind = 0; kind < FAB_FILE_KIND_COUNT; kind++) {
        if (only == FAB_FILE_KIND_COUNT || only == (fab_file_kind)kind) {
            FAB_TRY(fab_reference_write((fab_file_kind)kind, session->arena, stdout));
        }
    }
    return FAB_OK;
}

static int show(fab_session *session, void *arguments)
{
    const fab_schema_options *options = arguments;
    fab_file_kind kind = FAB_FILE_KIND_COUNT;
    if (options->word != NULL && !fab_file_kind_find(options->word, false, &kind)) {
        return FAB_EXIT_USER;
    }
    const fab_status status =
        options->wants_markdown ? write_reference(session, kind)
                                : fab_schema_write(session->catalog, kind, session->arena, stdout);
    return fab_session_explain(session, status, "schema");
}

int fab_command_schema(int argc, char **argv)
{
    fab_schema_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, show);
}
