#include "arguments.h"
#include "replace.h"

#include <argp.h>
#include <stdbool.h>

#include <fabricast/fabric.h>
#include <fabricast/graph.h>
#include <fabricast/hardware.h>
#include <fabricast/racks.h>

/* fabricast fabric FABRIC [--gpus N] [--layout] [--svg FILE] [--json] */

#define PACKAGE_LIMIT 1000000000

typedef struct fab_fabric_words {
    const char *fabric;
    const char *gpus;
    const char *svg;
    bool wants_json;
    bool wants_layout;
} fab_fabric_words;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_fabric_words *words = state->input;
    switch (key) {
    case 'g':
        words->gpus = argument;
        return 0;
    case 's':
        words->svg = argument;
        return 0;
    case 'l':
        words->wants_layout = true;
        return 0;
    case 'j':
        words->wants_json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (words->fabric != NULL) {
            argp_error(state, "`%s` is too many; one fabric at a time", argument);
        }
        words->fabric = argument;
        return 0;
    case ARGP_KEY_END:
        if (words->fabric == NULL) {
            argp_error(state, "a fabric is needed: a name or a YAML file");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"gpus", 'g', "N", 0, "Packages of the job (default: as many as the fabric holds)", 0},
    {"layout", 'l', NULL, 0,
     "List the racks of a domain too: places in m, packages, cables and their lengths in m", 0},
    {"svg", 's', "FILE", 0, "Draw it into this file too", 0},
    {"json", 'j', NULL, 0, "Print JSON: bit/s, s, m, W", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "FABRIC",
    "Show a fabric as hardware, tier by tier: domains, links, racks, longest link in m, bandwidths "
    "in one direction, power of the links in W, parts with the mean time between failures in h and "
    "prices in USD where they are public, and whether rate, radix, reach and size hold. "
    "FABRIC is a name in the catalog or a YAML file (fabric: {...} or its fields)."
    "\vExits with 1 when it cannot be built.",
    NULL,
    NULL,
    NULL};

static fab_status draw(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_fabric_svg(content, arena, stream);
}

/* a list of racks has an end */
static void check_layout(fab_session *session, const fab_fabric *fabric)
{
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        if (fab_rack_count(&fabric->tiers[i]) > FAB_LAYOUT_LIMIT) {
            fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL,
                         "--layout lists at most %d racks; a domain of tier %s has more",
                         FAB_LAYOUT_LIMIT, fabric->tiers[i].name);
        }
    }
}

static fab_status print(fab_session *session, const fab_fabric_words *words,
                        const fab_fabric_bill *bill, const fab_wired *wired)
{
    fab_hardware hardware;
    fab_counted_links counted[FAB_TIER_LIMIT];
    for (int64_t i = 0; i < bill->fabric->tier_count; i++) {
        counted[i] = (fab_counted_links){.is_counted = wired[i].is_counted,
                                         .rate_bps = wired[i].rate_bps / 2.0,
                                         .switches_count = (double)wired[i].switches};
    }
    fab_hardware_count(bill->fabric, bill->installed, counted, &hardware);
    return words->wants_json ? fab_report_fabric_json(bill, &hardware, wired, words->wants_layout,
                                                      session->arena, stdout)
                             : fab_report_fabric_text(bill, &hardware, wired, words->wants_layout,
                                                      session->arena, stdout);
}

/* counts the tiers that say how they are wired; what does not fit is told like what cannot be built
 */
static fab_status count_wired(fab_session *session, const fab_fabric_bill *bill, const char *name,
                              fab_wired *wired)
{
    for (int64_t i = 0; i < bill->fabric->tier_count; i++) {
        const char *message = NULL;
        const fab_status status =
            fab_wired_count(bill->fabric, i, bill->installed, session->arena, &wired[i], &message);
        if (status == FAB_E_INFEASIBLE) {
            fab_diagnose(&session->diagnostics, FAB_SEVERITY_INFEASIBLE, FAB_NOWHERE, NULL,
                         "%s: %s", name, message);
            return FAB_E_INPUT;
        }
        FAB_TRY(status);
    }
    return FAB_OK;
}

static int show(fab_session *session, void *arguments)
{
    const fab_fabric_words *words = arguments;
    int64_t packages = 0;
    if (words->gpus != NULL) {
        fab_argument_count(session, "--gpus", words->gpus, 1, PACKAGE_LIMIT, &packages);
    }
    fab_fabric fabric;
    fab_status status = fab_argument_fabric(session, words->fabric, &fabric);
    if (status == FAB_E_NOMEM) {
        return fab_session_explain(session, status, "fabric");
    }
    if (status == FAB_OK && words->wants_layout) {
        check_layout(session, &fabric);
    }
    const int code = fab_argument_explain(session);
    if (code != FAB_EXIT_DONE) {
        return code;
    }
    fab_fabric_bill bill;
    status = fab_fabric_count(&fabric, packages, session->arena, &bill);
    fab_wired wired[FAB_TIER_LIMIT];
    if (status == FAB_OK) {
        status = count_wired(session, &bill, words->fabric, wired);
    }
    if (status == FAB_OK) {
        status = print(session, words, &bill, wired);
    }
    if (status == FAB_OK && words->svg != NULL) {
        status = fab_file_replace(session, words->svg, draw, &bill);
    }
    if (status == FAB_OK && !bill.is_possible) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_INFEASIBLE, FAB_NOWHERE, NULL, "%s: %s",
                     words->fabric, fab_fabric_obstacle(bill.checks, bill.check_count));
        return fab_session_explain(session, FAB_E_INPUT, words->fabric);
    }
    return fab_session_explain(session, status, "fabric");
}

int fab_command_fabric(int argc, char **argv)
{
    fab_fabric_words words = {0};
    return fab_session_main(&ARGP, argc, argv, &words, show);
}
