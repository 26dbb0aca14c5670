#include "arguments.h"

#include <argp.h>

#include <fabricast/link.h>

/* fabricast link [TECH ...] [--rate R] [--size S] [--json] */

#define DEFAULT_SIZE_BYTE 1024.0

typedef struct fab_link_options {
    char **words;
    int word_count;
    const char *rate;
    const char *size;
    bool wants_json;
} fab_link_options;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_link_options *options = state->input;
    switch (key) {
    case 'r':
        options->rate = argument;
        return 0;
    case 's':
        options->size = argument;
        return 0;
    case 'j':
        options->wants_json = true;
        return 0;
    case ARGP_KEY_ARGS:
        options->words = state->argv + state->next;
        options->word_count = state->argc - state->next;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"rate", 'r', "R", 0,
     "Also lanes, power and serialisation at this rate, one direction (8 Tbps)", 0},
    {"size", 's', "SIZE", 0, "Message whose serialisation is shown (default 1 KiB)", 0},
    {"json", 'j', NULL, 0, "Print JSON: s, m, byte, W, J/bit, bit/s", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "[TECH ...]",
    "Show link technologies side by side: what is published of each (rate, energy per bit, reach, "
    "density) and what follows from it (lanes, power in W, flight time per metre, serialisation "
    "time). Without names all of the catalog, one row each.",
    NULL,
    NULL,
    NULL};

/* the technologies named, or all; fills `count_out` summaries */
static fab_status summarise(fab_session *session, const fab_link_options *options, double size_byte,
                            double rate_bps, fab_link_summary **summaries_out, size_t *count_out)
{
    const size_t all = fab_catalog_count(session->catalog, FAB_CATALOG_TECHNOLOGY);
    const size_t count = options->word_count > 0 ? (size_t)options->word_count : all;
    fab_link_summary *summaries = FAB_NEW(session->arena, fab_link_summary, count);
    if (summaries == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = options->word_count > 0
                               ? options->words[i]
                               : fab_catalog_row_name(session->catalog, FAB_CATALOG_TECHNOLOGY, i);
        const fab_technology *technology = fab_argument_technology(session, name);
        if (technology != NULL) {
            FAB_TRY(fab_link_summarise(technology, size_byte, rate_bps, &summaries[i]));
        }
    }
    *summaries_out = summaries;
    *count_out = count;
    return FAB_OK;
}

static int show(fab_session *session, void *arguments)
{
    const fab_link_options *options = arguments;
    double size_byte = DEFAULT_SIZE_BYTE;
    double rate_bps = 0.0;
    if (options->size != NULL) {
        fab_argument_quantity(session, "--size", options->size, FAB_DIM_SIZE, &size_byte);
    }
    if (options->rate != NULL) {
        fab_argument_quantity(session, "--rate", options->rate, FAB_DIM_RATE, &rate_bps);
    }
    fab_link_summary *summaries = NULL;
    size_t count = 0;
    fab_status status = summarise(session, options, size_byte, rate_bps, &summaries, &count);
    if (status == FAB_OK) {
        const int code = fab_argument_explain(session);
        if (code != FAB_EXIT_DONE) {
            return code;
        }
        status = options->wants_json ? fab_report_link_json(summaries, count, size_byte, rate_bps,
                                                            session->arena, stdout)
                                     : fab_report_link_text(summaries, count, size_byte, rate_bps,
                                                            session->arena, stdout);
    }
    return fab_session_explain(session, status, "link");
}

int fab_command_link(int argc, char **argv)
{
    fab_link_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, show);
}
