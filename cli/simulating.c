#include "simulating.h"

#include <math.h>
#include <string.h>

#include "arguments.h"

enum {
    KEY_SIMULATE = 1000,
    KEY_WIRING,
    KEY_CABLES,
    KEY_FAULT,
    KEY_ROUTING,
    KEY_SKEW,
    KEY_GENERAL,
    KEY_CALIBRATED,
    KEY_MEMORY,
    KEY_TRAFFIC,
    KEY_TIME
};

static void keep(const char **list, size_t *count, const char *option, const char *argument,
                 struct argp_state *state)
{
    if (*count == FAB_SIMULATING_LIMIT) {
        argp_error(state, "%s: at most %d of them", option, FAB_SIMULATING_LIMIT);
        return;
    }
    list[(*count)++] = argument;
}

bool fab_simulating_has_others(const fab_simulating_words *words)
{
    return words->wiring_count > 0 || words->fault_count > 0 || words->cables || words->routing ||
           words->skew || words->traffic || words->memory || words->time || words->is_general ||
           words->is_calibrated;
}

/* none of the others means anything without --simulate */
static void check(const fab_simulating_words *words, struct argp_state *state)
{
    if (fab_simulating_has_others(words) && !words->is_asked) {
        argp_error(state, "--wiring, --cables, --fault, --routing, --skew, --traffic, --general, "
                          "--calibrated, --max-memory and --max-time need --simulate");
    }
}

static error_t parse_links(int key, char *argument, struct argp_state *state)
{
    fab_simulating_words *words = state->input;
    switch (key) {
    case KEY_WIRING:
        keep(words->wirings, &words->wiring_count, "--wiring", argument, state);
        return 0;
    case KEY_CABLES:
        words->cables = argument;
        return 0;
    case KEY_FAULT:
        keep(words->faults, &words->fault_count, "--fault", argument, state);
        return 0;
    case KEY_ROUTING:
        words->routing = argument;
        return 0;
    case KEY_TIME:
        words->time = argument;
        return 0;
    case KEY_GENERAL:
        words->is_general = true;
        return 0;
    case KEY_MEMORY:
        words->memory = argument;
        return 0;
    case ARGP_KEY_END:
        if (words->cables && words->wiring_count > 0) {
            argp_error(state, "--cables and --wiring exclude each other");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_simulating_words *words = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = words;
        return 0;
    case KEY_SIMULATE:
        words->is_asked = true;
        return 0;
    case KEY_SKEW:
        words->skew = argument;
        return 0;
    case KEY_TRAFFIC:
        words->traffic = argument;
        return 0;
    case KEY_CALIBRATED:
        words->is_calibrated = true;
        return 0;
    case ARGP_KEY_END:
        check(words, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option LINKS_OPTIONS[] = {
    {"wiring", KEY_WIRING, "[TIER:]WIRING", 0,
     "How a tier (1: the innermost, the default) is wired: `switch planes=4`, `clos leaf=16 "
     "spines=8`, `rail`, `mesh`, `ring`, `torus 8x8x8`, `hyperx 4x4`, `dragonfly groups=9 "
     "routers=8 packages=4`, `dragonfly+ groups=5 leaves=4 spines=4 packages=4`, `ocs "
     "reconfigure=10ms` (default: a switch, a mesh where the tier is "
     "one)",
     0},
    {"cables", KEY_CABLES, "FILE.csv", 0,
     "Take the links from a file instead: from,to,rate[,latency], a link each way per row; "
     "packages "
     "are whole numbers from 0, other words switches",
     0},
    {"fault", KEY_FAULT, "A-B=RATIO", 0,
     "Links between nodes A and B, or with A=RATIO all links of A, at this ratio of their rate; 0: "
     "gone. Switches are s0, s1, ... (may be repeated)",
     0},
    {"routing", KEY_ROUTING, "NAME", 0,
     "spray, minimal, ecmp, valiant or up-down (default spray: over all shortest ways)", 0},
    {"general", KEY_GENERAL, NULL, 0, "Solve every message by itself, whatever is symmetric", 0},
    {"max-memory", KEY_MEMORY, "SIZE", 0,
     "Stop rather than take more memory than SIZE (default: 8 GiB)", 0},
    {"memory", 0, NULL, OPTION_ALIAS, NULL, 0},
    {"max-time", KEY_TIME, "TIME", 0,
     "Stop after TIME and print how far the messages have come (exit code 1)", 0},
    {0},
};

const struct argp FAB_LINKS_ARGP = {LINKS_OPTIONS, parse_links, NULL, NULL, NULL, NULL, NULL};

static const struct argp_option OPTIONS[] = {
    {"simulate", KEY_SIMULATE, NULL, 0,
     "Send the algorithm's messages over the fabric's links, shared max-min fairly, and print that "
     "time beside the closed form",
     0},
    {"skew", KEY_SKEW, "EXPONENT", 0,
     "All-to-all with popular ranks: the k-th gets k^-EXPONENT of a buffer (Zipf)", 0},
    {"traffic", KEY_TRAFFIC, "FILE.csv", 0,
     "All-to-all of these bytes instead of --size: a line for each source, in it a number for each "
     "destination",
     0},
    {"calibrated", KEY_CALIBRATED, NULL, 0,
     "Rates and latencies that the fabric's messaging layer reaches, not the full ones", 0},
    {0},
};

static const struct argp_child CHILDREN[] = {{&FAB_LINKS_ARGP, 0, NULL, 0}, {0}};

const struct argp FAB_SIMULATING_ARGP = {OPTIONS, parse, NULL, NULL, CHILDREN, NULL, NULL};

static void complain(fab_session *session, const char *option, const char *message)
{
    fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL, "%s: %s", option,
                 message);
}

/* "2: torus 4x4": the tier in front. FAB_E_NOMEM; mistakes are in the diagnostics. */
static fab_status read_wiring(fab_session *session, const char *text, size_t tiers,
                              fab_simulation_options *out)
{
    const char *colon = strchr(text, ':');
    const char *message = NULL;
    int64_t tier = 1;
    fab_wiring *wiring = FAB_NEW(session->arena, fab_wiring, 1);
    const char *word = fab_arena_copy(session->arena, text, colon ? (size_t)(colon - text) : 0);
    if (wiring == NULL || word == NULL) {
        return FAB_E_NOMEM;
    }
    if (colon) {
        const size_t before = session->diagnostics.errors;
        fab_argument_count(session, "--wiring, tier", word, 1, FAB_TIER_LIMIT, &tier);
        if (session->diagnostics.errors > before) {
            return FAB_OK;
        }
        if ((size_t)tier > tiers) {
            complain(session, "--wiring",
                     fab_arena_printf(session->arena, "`%s`: the fabric has %zu tier%s", text,
                                      tiers, tiers == 1 ? "" : "s"));
            return FAB_OK;
        }
        text = colon + 1;
    }
    const fab_status status = fab_wiring_parse(text, session->arena, wiring, &message);
    if (status != FAB_OK) {
        if (status != FAB_E_NOMEM) {
            complain(session, "--wiring", message);
        }
        return status == FAB_E_NOMEM ? status : FAB_OK;
    }
    if (out->wirings[tier - 1]) {
        complain(session, "--wiring", "a tier is wired once");
    }
    out->wirings[tier - 1] = wiring;
    return FAB_OK;
}

static void read_routing(fab_session *session, const char *word, fab_simulation_options *out)
{
    const char *names[FAB_ROUTING_COUNT];
    for (int i = 0; i < FAB_ROUTING_COUNT; i++) {
        names[i] = fab_routing_name(i);
        if (strcmp(word, names[i]) == 0) {
            out->routing = i;
            return;
        }
    }
    const char *near = fab_nearest_name(word, names, FAB_ROUTING_COUNT);
    const char *hint = near ? fab_arena_printf(session->arena, "did you mean `%s`?", near)
                            : "there are spray, minimal, ecmp, valiant and up-down";
    fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, hint,
                 "unknown routing `%s`", word);
}

static bool has_time(void *context)
{
    return fab_session_clock_s() < ((const fab_simulating_limit *)context)->end_s;
}

/* FAB_E_NOMEM; mistakes are in the diagnostics. */
static fab_status read_cables(fab_session *session, const char *path, int64_t packages,
                              fab_simulation_options *out)
{
    fab_status status =
        fab_graph_load(path, packages, session->arena, &session->diagnostics, &out->graph);
    if (status == FAB_OK && out->routing == FAB_ROUTING_UP_DOWN) {
        status = fab_graph_check_up_down(out->graph, session->arena, &session->diagnostics);
    }
    return status == FAB_E_NOMEM ? status : FAB_OK;
}

fab_status fab_simulating_read(fab_session *session, const fab_simulating_words *words,
                               int64_t packages, size_t tiers, fab_simulation_options *out,
                               fab_simulating_limit *limit_out)
{
    *out = (fab_simulation_options){.faults = words->faults,
                                    .fault_count = words->fault_count,
                                    .is_general = words->is_general,
                                    .is_calibrated = words->is_calibrated,
                                    .goes_on = has_time,
                                    .context = limit_out};
    *limit_out =
        (fab_simulating_limit){.end_s = HUGE_VAL, .memory_byte = FAB_SIMULATING_MEMORY_BYTE};
    for (size_t i = 0; i < words->wiring_count; i++) {
        FAB_TRY(read_wiring(session, words->wirings[i], tiers, out));
    }
    if (words->routing) {
        read_routing(session, words->routing, out);
    }
    if (words->skew) {
        fab_argument_quantity(session, "--skew", words->skew, FAB_DIM_COUNT, &out->zipf_frac);
        if (out->zipf_frac > 16.0) {
            complain(session, "--skew", "at most 16");
        }
    }
    if (words->memory) {
        double memory_byte = 0.0;
        fab_argument_quantity(session, "--max-memory", words->memory, FAB_DIM_SIZE, &memory_byte);
        limit_out->memory_byte = memory_byte < 1e18 ? (size_t)memory_byte : SIZE_MAX;
    }
    if (words->time) {
        double time_s = 0.0;
        fab_argument_quantity(session, "--max-time", words->time, FAB_DIM_TIME, &time_s);
        limit_out->end_s = fab_session_clock_s() + time_s;
    }
    return words->cables && session->diagnostics.errors == 0
               ? read_cables(session, words->cables, packages, out)
               : FAB_OK;
}

fab_status fab_simulating_read_traffic(fab_session *session, const fab_simulating_words *words,
                                       int64_t ranks, const double **traffic_byte_out,
                                       double *buffer_byte_out)
{
    if (ranks > FAB_TRAFFIC_RANKS) {
        complain(session, "--traffic",
                 fab_arena_printf(session->arena, "at most %d ranks", FAB_TRAFFIC_RANKS));
        return FAB_OK;
    }
    const fab_status status = fab_traffic_load(words->traffic, ranks, session->arena,
                                               &session->diagnostics, traffic_byte_out);
    if (status == FAB_OK) {
        *buffer_byte_out = fab_traffic_buffer_byte(*traffic_byte_out, ranks);
    }
    return status == FAB_E_NOMEM ? status : FAB_OK;
}
