#include "arguments.h"

#include <argp.h>
#include <string.h>

#include <fabricast/link.h>
#include <fabricast/pod.h>

#include "replace.h"

/* fabricast link [TECH ...] [--rate R] [--size S] [--explain | --derived] [--distance D] [--json]
 */

#define DEFAULT_SIZE_BYTE 1024.0

enum fab_link_key { KEY_EDGE = 256, KEY_RACK, KEY_PACKAGE, KEY_LINKS, KEY_SWITCH };

typedef struct fab_link_options {
    char **words;
    int word_count;
    const char *rate;
    const char *size;
    const char *distance;
    const char *svg;
    bool wants_parts;
    bool wants_marks;
    bool wants_pods;
    const char *edge;
    const char *rack_power;
    const char *package_power;
    const char *link_power;
    const char *chip;
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
    case 'd':
        options->distance = argument;
        return 0;
    case 'g':
        options->svg = argument;
        return 0;
    case 'e':
        options->wants_parts = true;
        return 0;
    case 'm':
        options->wants_marks = true;
        return 0;
    case 'p':
        options->wants_pods = true;
        return 0;
    case KEY_EDGE:
        options->edge = argument;
        return 0;
    case KEY_RACK:
        options->rack_power = argument;
        return 0;
    case KEY_PACKAGE:
        options->package_power = argument;
        return 0;
    case KEY_LINKS:
        options->link_power = argument;
        return 0;
    case KEY_SWITCH:
        options->chip = argument;
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
    {"explain", 'e', NULL, 0,
     "Take each apart: losses in dB, light in dBm, errors, energy in J/bit, line by line with "
     "sources",
     0},
    {"derived", 'm', NULL, 0, "What is derived beside what is published: energy, reach, shoreline",
     0},
    {"distance", 'd', "D|A..B", 0,
     "Length of the link (2 m) with --explain, default its reach; from A to B (0.5m..500m): energy "
     "in "
     "J/bit and lane rate over distance, and where one overtakes another",
     0},
    {"svg", 'g', "FILE", 0, "Draw what --distance A..B prints into this file too", 0},
    {"pod", 'p', NULL, 0, "The largest pod of each link, what leaves a package, and what binds", 0},
    {"edge", KEY_EDGE, "L", 0, "With --pod: edge of a package for links (default 111 mm)", 0},
    {"rack-power", KEY_RACK, "P", 0, "With --pod: of a rack (default 120 kW)", 0},
    {"package-power", KEY_PACKAGE, "P", 0, "With --pod: of a package (default 1.66 kW)", 0},
    {"link-power", KEY_LINKS, "P", 0, "With --pod: of a package, for its links (default 150 W)", 0},
    {"switch", KEY_SWITCH, "TECH", 0,
     "With --pod: switch whose ports, one lane each, join the packages (sw_th6)", 0},
    {"json", 'j', NULL, 0, "Print JSON: s, m, byte, W, J/bit, bit/s", 0},
    {0},
};

static const struct argp ARGP = {
    OPTIONS,
    parse,
    "[TECH ...]",
    "Show link technologies side by side: what is published of each (rate, energy per bit, reach, "
    "density) and what follows from it (lanes, power in W, flight time per metre, serialisation "
    "time). TECH is a name in the catalog or a YAML file; without any all of the catalog, one row "
    "each."
    "\vExits with 1 when a link cannot be built over the distance asked for.",
    NULL,
    NULL,
    NULL};

/* the technologies named, or all; NULL where a name is unknown */
static fab_status find(fab_session *session, const fab_link_options *options,
                       const fab_technology ***found_out, size_t *count_out)
{
    const size_t all = fab_catalog_count(session->catalog, FAB_CATALOG_TECHNOLOGY);
    const size_t count = options->word_count > 0 ? (size_t)options->word_count : all;
    const fab_technology **found = FAB_NEW(session->arena, const fab_technology *, count);
    if (found == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = options->word_count > 0
                               ? options->words[i]
                               : fab_catalog_row_name(session->catalog, FAB_CATALOG_TECHNOLOGY, i);
        found[i] = fab_argument_technology(session, name);
    }
    *found_out = found;
    *count_out = count;
    return FAB_OK;
}

static fab_status summarise(fab_session *session, const fab_link_options *options,
                            const fab_technology *const *found, size_t count, double size_byte,
                            double rate_bps)
{
    fab_link_summary *summaries = FAB_NEW(session->arena, fab_link_summary, count);
    if (summaries == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(fab_link_summarise(found[i], size_byte, rate_bps, &summaries[i]));
    }
    return options->wants_json
               ? fab_report_link_json(summaries, count, size_byte, rate_bps, session->arena, stdout)
               : fab_report_link_text(summaries, count, size_byte, rate_bps, session->arena,
                                      stdout);
}

/* ---- taken apart ---- */

static fab_status print_parts(fab_session *session, const fab_link_options *options,
                              const fab_technology *const *found, const fab_budget *budgets,
                              size_t count)
{
    if (options->wants_json) {
        return fab_report_anatomy_json(found, budgets, count, session->arena, stdout);
    }
    if (options->wants_marks) {
        return fab_report_marks_text(found, budgets, count, session->arena, stdout);
    }
    for (size_t i = 0; i < count; i++) {
        printf("%s", i > 0 ? "\n\n" : "");
        FAB_TRY(fab_report_anatomy_text(found[i], &budgets[i], session->arena, stdout));
    }
    return FAB_OK;
}

/* what cannot be built over the distance asked for, or with the laser given, is an answer */
static void judge(fab_session *session, const fab_link_options *options, const fab_technology *t,
                  const fab_budget *budget)
{
    const char *obstacle = fab_budget_obstacle(t, budget, session->arena);
    const bool is_asked = options->distance != NULL || t->laser_w.is_known;
    if (obstacle != NULL && (is_asked || !budget->is_built)) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_INFEASIBLE, FAB_NOWHERE, NULL, "%s",
                     obstacle);
    }
}

static fab_status take_apart(fab_session *session, const fab_link_options *options,
                             const fab_technology *const *found, size_t count, fab_value distance_m)
{
    fab_budget *budgets = FAB_NEW(session->arena, fab_budget, count);
    if (budgets == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(fab_link_budget(found[i], distance_m, &budgets[i]));
    }
    FAB_TRY(print_parts(session, options, found, budgets, count));
    for (size_t i = 0; i < count; i++) {
        judge(session, options, found[i], &budgets[i]);
    }
    return session->diagnostics.count > 0 ? FAB_E_INPUT : FAB_OK;
}

/* ---- pods ---- */

static void read_place(fab_session *session, const char *option, const char *text,
                       fab_dimension dimension, fab_value *value)
{
    if (text == NULL) {
        return;
    }
    fab_argument_quantity(session, option, text, dimension, &value->value);
    value->low = value->high = value->value;
    value->has_range = false;
    value->source = "given on the command line";
    if (!(value->value > 0.0) && session->diagnostics.errors == 0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL,
                     "%s `%s`: must be above zero", option, text);
    }
}

static fab_pod_place read_places(fab_session *session, const fab_link_options *options)
{
    fab_pod_place place = fab_pod_place_default();
    read_place(session, "--edge", options->edge, FAB_DIM_LENGTH, &place.edge_m);
    read_place(session, "--rack-power", options->rack_power, FAB_DIM_POWER, &place.rack_power_w);
    read_place(session, "--package-power", options->package_power, FAB_DIM_POWER,
               &place.package_power_w);
    read_place(session, "--link-power", options->link_power, FAB_DIM_POWER, &place.link_power_w);
    if (options->chip != NULL) {
        place.chip = fab_argument_technology(session, options->chip);
    }
    if (place.chip != NULL && place.chip->role != FAB_ROLE_SWITCH &&
        place.chip->role != FAB_ROLE_OCS) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     "sw_th6 is one; `fabricast catalog technology` lists them",
                     "--switch `%s`: is no switch", options->chip);
    }
    return place;
}

static fab_status show_pods(fab_session *session, const fab_link_options *options,
                            const fab_technology *const *found, size_t count,
                            const fab_pod_place *place)
{
    fab_pod *pods = FAB_NEW(session->arena, fab_pod, count);
    if (pods == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(fab_pod_find(found[i], place, &pods[i]));
    }
    FAB_TRY(options->wants_json
                ? fab_report_pod_json(found, pods, count, place, session->arena, stdout)
                : fab_report_pod_text(found, pods, count, place, session->arena, stdout));

    /* of links asked for by name, what cannot be built is the answer */
    for (size_t i = 0; i < count && options->word_count > 0; i++) {
        const char *obstacle = fab_pod_obstacle(found[i], place, &pods[i], session->arena);
        if (obstacle != NULL) {
            fab_diagnose(&session->diagnostics, FAB_SEVERITY_INFEASIBLE, FAB_NOWHERE, NULL, "%s",
                         obstacle);
        }
    }
    return session->diagnostics.count > 0 ? FAB_E_INPUT : FAB_OK;
}

/* ---- over distance ---- */

static fab_status draw(const void *content, fab_arena *arena, FILE *stream)
{
    return fab_report_link_map_svg(content, arena, stream);
}

static fab_status show_map(fab_session *session, const fab_link_options *options,
                           const fab_technology *const *found, size_t count, const double *ends_m)
{
    fab_link_map map;
    FAB_TRY(fab_link_map_make(found, count, ends_m[0], ends_m[1], session->arena, &map));
    FAB_TRY(options->wants_json ? fab_report_link_map_json(&map, session->arena, stdout)
                                : fab_report_link_map_text(&map, session->arena, stdout));
    return options->svg == NULL ? FAB_OK : fab_file_replace(session, options->svg, draw, &map);
}

/* "0.5m..500m": true when there are two ends, which are then read */
static bool read_ends(fab_session *session, const char *text, double *ends_m)
{
    const char *dots = text != NULL ? strstr(text, "..") : NULL;
    if (dots == NULL) {
        return false;
    }
    const char *from = fab_arena_copy(session->arena, text, (size_t)(dots - text));
    fab_argument_quantity(session, "--distance", from != NULL ? from : "", FAB_DIM_LENGTH,
                          &ends_m[0]);
    fab_argument_quantity(session, "--distance", dots + 2, FAB_DIM_LENGTH, &ends_m[1]);
    const bool is_right = ends_m[0] > 0.0 && ends_m[1] > ends_m[0];
    if (!is_right && session->diagnostics.errors == 0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     "from the nearer to the farther, above zero: 0.5m..500m", "--distance `%s`",
                     text);
    }
    return true;
}

static void complain(fab_session *session, const char *message)
{
    fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL, "%s", message);
}

/* an option that what is printed does not depend on is a mistake */
static void check_options(fab_session *session, const fab_link_options *options, bool is_map)
{
    const bool is_apart = options->wants_parts || options->wants_marks;
    const bool has_place = options->edge != NULL || options->rack_power != NULL ||
                           options->package_power != NULL || options->link_power != NULL ||
                           options->chip != NULL;
    const int answers = options->wants_parts + options->wants_marks + options->wants_pods + is_map;
    if (answers > 1) {
        complain(session, "--explain, --derived, --pod and --distance A..B exclude each other");
    } else if (has_place && !options->wants_pods) {
        complain(session,
                 "--edge, --link-power, --package-power, --rack-power and --switch need --pod");
    } else if (options->distance != NULL && !is_map && !is_apart) {
        complain(session, "--distance D needs --explain or --derived; A..B stands alone");
    } else if ((options->rate != NULL || options->size != NULL) && answers > 0) {
        complain(
            session,
            "--rate and --size are for the table without --explain, --derived, --pod and A..B");
    } else if (options->svg != NULL && !is_map) {
        complain(session, "--svg draws what --distance A..B prints; give both ends (0.5m..500m)");
    }
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
    fab_value distance_m = {.is_known = false};
    double ends_m[2] = {0.0, 0.0};
    const bool is_map = read_ends(session, options->distance, ends_m);
    check_options(session, options, is_map);
    if (options->distance != NULL && !is_map) {
        fab_argument_quantity(session, "--distance", options->distance, FAB_DIM_LENGTH,
                              &distance_m.value);
        distance_m.low = distance_m.high = distance_m.value;
        distance_m.is_known = true;
    }
    const fab_pod_place place = read_places(session, options);
    const fab_technology **found = NULL;
    size_t count = 0;
    fab_status status = find(session, options, &found, &count);
    if (status == FAB_OK) {
        const int code = fab_argument_explain(session);
        if (code != FAB_EXIT_DONE) {
            return code;
        }
        status = options->wants_pods ? show_pods(session, options, found, count, &place)
                 : is_map            ? show_map(session, options, found, count, ends_m)
                 : options->wants_parts || options->wants_marks
                     ? take_apart(session, options, found, count, distance_m)
                     : summarise(session, options, found, count, size_byte, rate_bps);
    }
    return fab_session_explain(session, status, "link");
}

int fab_command_link(int argc, char **argv)
{
    fab_link_options options = {0};
    return fab_session_main(&ARGP, argc, argv, &options, show);
}
