#include "arguments.h"

#include <argp.h>
#include <string.h>

#include <fabricast/link.h>

/* fabricast transfer --over A[,B...] [--size S] [--distance D] [--hops N] [--buffer S] [--json] */

/* options whose value replaces that of a row or of its class */
enum {
    KEY_SERDES = 256,
    KEY_FEC,
    KEY_DSP,
    KEY_SWITCH,
    KEY_TURNAROUND,
    KEY_ENERGY,
    KEY_HOST_ENERGY,
    KEY_SWITCH_ENERGY,
    KEY_INTERLEAVE,
    KEY_FROM,
    KEY_TO,
    KEY_FROM_LATENCY,
    KEY_TO_LATENCY,
    KEY_FROM_ENERGY,
    KEY_TO_ENERGY,
    KEY_PACKET,
    KEY_HEADER,
};

typedef struct fab_override {
    int key;
    const char *option;
    fab_dimension dimension;
    size_t offset; /* of the fab_value in fab_transfer_options */
} fab_override;

#define MEMBER(name) offsetof(fab_transfer_options, name)

static const fab_override OVERRIDES[] = {
    {'d', "--distance", FAB_DIM_LENGTH, MEMBER(distance_m)},
    {'r', "--rate", FAB_DIM_RATE, MEMBER(rate_bps)},
    {'b', "--buffer", FAB_DIM_SIZE, MEMBER(buffer_byte)},
    {KEY_SERDES, "--serdes", FAB_DIM_TIME, MEMBER(serdes_s)},
    {KEY_FEC, "--fec", FAB_DIM_TIME, MEMBER(fec_s)},
    {KEY_DSP, "--dsp", FAB_DIM_TIME, MEMBER(dsp_s)},
    {KEY_SWITCH, "--switch", FAB_DIM_TIME, MEMBER(switch_s)},
    {KEY_TURNAROUND, "--turnaround", FAB_DIM_TIME, MEMBER(turnaround_s)},
    {KEY_ENERGY, "--energy", FAB_DIM_ENERGY_PER_BIT, MEMBER(energy_j_per_bit)},
    {KEY_HOST_ENERGY, "--host-energy", FAB_DIM_ENERGY_PER_BIT, MEMBER(host_energy_j_per_bit)},
    {KEY_SWITCH_ENERGY, "--switch-energy", FAB_DIM_ENERGY_PER_BIT, MEMBER(switch_energy_j_per_bit)},
    {KEY_FROM_LATENCY, "--from-latency", FAB_DIM_TIME, MEMBER(from_s)},
    {KEY_TO_LATENCY, "--to-latency", FAB_DIM_TIME, MEMBER(to_s)},
    {KEY_FROM_ENERGY, "--from-energy", FAB_DIM_ENERGY_PER_BIT, MEMBER(from_energy_j_per_bit)},
    {KEY_TO_ENERGY, "--to-energy", FAB_DIM_ENERGY_PER_BIT, MEMBER(to_energy_j_per_bit)},
    {KEY_PACKET, "--packet", FAB_DIM_SIZE, MEMBER(packet_byte)},
    {KEY_HEADER, "--header", FAB_DIM_SIZE, MEMBER(header_byte)},
};

#define OVERRIDE_COUNT (sizeof(OVERRIDES) / sizeof(OVERRIDES)[0])

typedef struct fab_transfer_words {
    const char *size;
    const char *over;
    const char *hops;
    const char *interleave;
    const char *from;
    const char *to;
    const char *overrides[OVERRIDE_COUNT];
    bool wants_json;
} fab_transfer_words;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    fab_transfer_words *words = state->input;
    for (size_t i = 0; i < OVERRIDE_COUNT; i++) {
        if (OVERRIDES[i].key == key) {
            words->overrides[i] = argument;
            return 0;
        }
    }
    switch (key) {
    case 's':
        words->size = argument;
        return 0;
    case 'o':
        words->over = argument;
        return 0;
    case 'n':
        words->hops = argument;
        return 0;
    case KEY_INTERLEAVE:
        words->interleave = argument;
        return 0;
    case KEY_FROM:
        words->from = argument;
        return 0;
    case KEY_TO:
        words->to = argument;
        return 0;
    case 'j':
        words->wants_json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "`%s` is too many; technologies follow --over", argument);
        return 0;
    case ARGP_KEY_END:
        if (words->over == NULL) {
            argp_error(state, "--over is needed: the technologies to compare");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option OPTIONS[] = {
    {"over", 'o', "TECH[@RATE][,...]", 0, "Link technologies, each with a rate of its own if given",
     1},
    {"size", 's', "SIZE", 0, "Size of the message (default 1 KiB)", 1},
    {"distance", 'd', "LENGTH", 0,
     "Length of each hop (default 0.3 m, or the reach where that is shorter)", 1},
    {"hops", 'n', "N", 0, "Links one after the other, with a switch between two (default 1)", 1},
    {"rate", 'r', "RATE", 0, "Rate in one direction instead of the technology's", 1},
    {"buffer", 'b', "SIZE", 0, "Buffer of the receiver: says the rate that it sustains", 1},
    {"from", KEY_FROM, "END", 0,
     "What the message comes from: gpu, cpu, memory or switch (default: the link's own end)", 1},
    {"to", KEY_TO, "END", 0, "What it goes to", 1},
    {"json", 'j', NULL, 0, "Print JSON: s, J, m, byte, bit/s", 1},
    {NULL, 0, NULL, 0, "Instead of class defaults:", 2},
    {"serdes", KEY_SERDES, "TIME", 0, "SerDes of one end", 2},
    {"fec", KEY_FEC, "TIME", 0, "Error correction of one hop", 2},
    {"interleave", KEY_INTERLEAVE, "N", 0, "Code words interleaved on a lane", 2},
    {"dsp", KEY_DSP, "TIME", 0, "Signal processor of one end, where there is one", 2},
    {"switch", KEY_SWITCH, "TIME", 0, "One switch", 2},
    {"turnaround", KEY_TURNAROUND, "TIME", 0, "Receiver, before it returns a credit", 2},
    {"energy", KEY_ENERGY, "ENERGY", 0, "Link, per bit (8 pJ/bit)", 2},
    {"host-energy", KEY_HOST_ENERGY, "ENERGY", 0, "SerDes of both hosts, per bit", 2},
    {"switch-energy", KEY_SWITCH_ENERGY, "ENERGY", 0, "One switch, per bit", 2},
    {"from-latency", KEY_FROM_LATENCY, "TIME", 0, "What the message comes from", 2},
    {"to-latency", KEY_TO_LATENCY, "TIME", 0, "What it goes to", 2},
    {"from-energy", KEY_FROM_ENERGY, "ENERGY", 0, "What the message comes from, per bit", 2},
    {"to-energy", KEY_TO_ENERGY, "ENERGY", 0, "What it goes to, per bit", 2},
    {"packet", KEY_PACKET, "SIZE", 0, "Payload of a packet", 2},
    {"header", KEY_HEADER, "SIZE", 0, "What the link carries around that payload", 2},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    NULL,
    "Send one message over each of several links: where its nanoseconds and picojoules go, and the "
    "credits in flight that lossless flow control needs."
    "\vExits with 1 when a technology carries no link or does not reach that far.",
    NULL,
    NULL,
    NULL};

static fab_value given(double value)
{
    return (fab_value){.value = value,
                       .low = value,
                       .high = value,
                       .is_known = true,
                       .confidence = FAB_CONFIDENCE_ASSUMPTION,
                       .has_confidence = true,
                       .source = "given on the command line"};
}

/* the end of that name; a mistake names them all */
static const fab_transfer_end *read_end(fab_session *session, const char *option, const char *word)
{
    const char *names = "";
    for (size_t i = 0; i < fab_transfer_end_count(); i++) {
        const fab_transfer_end end = fab_transfer_end_at(i);
        if (strcmp(end.name, word) == 0) {
            fab_transfer_end *found = FAB_NEW(session->arena, fab_transfer_end, 1);
            if (found != NULL) {
                *found = end;
            }
            return found;
        }
        const char *longer = fab_arena_printf(session->arena, "%s %s", names, end.name);
        names = longer != NULL ? longer : names;
    }
    fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                 fab_arena_printf(session->arena, "There are:%s", names), "%s: unknown end `%s`",
                 option, word);
    return NULL;
}

/* sizes may be 0, but packets of nothing never carry a message; behind another mistake it is 0 too
 */
static void refuse_empty_packet(fab_session *session, const fab_override *override, double value)
{
    if (override->key == KEY_PACKET && value == 0.0 && session->diagnostics.errors == 0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL,
                     "--packet: must be above zero: a packet of 0 byte carries nothing");
    }
}

static fab_transfer_options read_options(fab_session *session, const fab_transfer_words *words)
{
    fab_transfer_options options = fab_transfer_options_default();
    if (words->size != NULL) {
        fab_argument_quantity(session, "--size", words->size, FAB_DIM_SIZE, &options.size_byte);
    }
    if (words->hops != NULL) {
        fab_argument_count(session, "--hops", words->hops, 1, FAB_HOP_LIMIT, &options.hops);
    }
    if (words->from != NULL) {
        options.from = read_end(session, "--from", words->from);
    }
    if (words->to != NULL) {
        options.to = read_end(session, "--to", words->to);
    }
    if (words->interleave != NULL) {
        fab_argument_count(session, "--interleave", words->interleave, 1, FAB_INTERLEAVE_LIMIT,
                           &options.interleave);
    }
    for (size_t i = 0; i < OVERRIDE_COUNT; i++) {
        const fab_override *override = &OVERRIDES[i];
        fab_value *target = (fab_value *)((char *)&options + override->offset);
        if (words->overrides[i] != NULL) {
            double value = 0.0;
            fab_argument_quantity(session, override->option, words->overrides[i],
                                  override->dimension, &value);
            *target = given(value);
            refuse_empty_packet(session, override, value);
        }
    }
    return options;
}

/* one word of --over: NAME or NAME@RATE */
static const fab_technology *read_over(fab_session *session, char *word,
                                       fab_transfer_options *options)
{
    char *at = strchr(word, '@');
    if (at != NULL) {
        *at = '\0';
        double rate_bps = 0.0;
        fab_argument_quantity(session, "rate behind @", at + 1, FAB_DIM_RATE, &rate_bps);
        options->rate_bps = given(rate_bps);
    }
    return fab_argument_technology(session, word);
}

/* everything to be shown, and how many links cannot carry it */
typedef struct fab_transfer_list {
    fab_transfer *items;
    size_t count;
    size_t refused;
} fab_transfer_list;

static fab_status send_over(fab_session *session, char *word, fab_transfer_options options,
                            fab_transfer_list *list)
{
    const fab_technology *technology = read_over(session, word, &options);
    if (session->diagnostics.errors > 0 || technology == NULL) {
        return FAB_OK;
    }
    const char *reason = NULL;
    const fab_status status =
        fab_transfer_send(technology, &options, session->arena, &list->items[list->count], &reason);
    if (status == FAB_E_INFEASIBLE) {
        fprintf(stderr, "fabricast: %s\n", reason);
        list->refused++;
        return FAB_OK;
    }
    list->count++;
    return status;
}

static fab_status send_all(fab_session *session, const fab_transfer_words *words,
                           fab_transfer_list *list)
{
    const fab_transfer_options options = read_options(session, words);
    char *text = fab_arena_copy(session->arena, words->over, strlen(words->over));
    size_t limit = 1;
    for (const char *c = words->over; *c != '\0'; c++) {
        limit += *c == ',';
    }
    list->items = FAB_NEW(session->arena, fab_transfer, limit);
    if (text == NULL || list->items == NULL) {
        return FAB_E_NOMEM;
    }
    for (char *word = text; word != NULL;) {
        char *comma = strchr(word, ',');
        if (comma != NULL) {
            *comma = '\0';
        }
        FAB_TRY(send_over(session, word, options, list));
        word = comma != NULL ? comma + 1 : NULL;
    }
    return FAB_OK;
}

static int show(fab_session *session, void *arguments)
{
    const fab_transfer_words *words = arguments;
    fab_transfer_list list = {0};
    fab_status status = send_all(session, words, &list);
    if (status == FAB_OK) {
        const int code = fab_argument_explain(session);
        if (code != FAB_EXIT_DONE) {
            return code;
        }
        if (list.refused > 0) {
            return FAB_EXIT_NO;
        }
        status = words->wants_json
                     ? fab_report_transfer_json(list.items, list.count, session->arena, stdout)
                     : fab_report_transfer_text(list.items, list.count, session->arena, stdout);
    }
    return fab_session_explain(session, status, "transfer");
}

int fab_command_transfer(int argc, char **argv)
{
    fab_transfer_words options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, show);
}
