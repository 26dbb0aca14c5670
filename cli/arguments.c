#include "arguments.h"

#include <math.h>
#include <string.h>

#define QUANTITY_SIZE   48
#define QUANTITY_DIGITS 6

/* what a word may say, in SI units; 0 is allowed besides unless it makes no sense. Wide enough for
 * any machine, narrow enough that no result leaves what can be printed. */
typedef struct fab_argument_limits {
    double least, most;
    bool is_zero_allowed;
} fab_argument_limits;

static const fab_argument_limits *limits_of(fab_dimension dimension)
{
    static const fab_argument_limits RATE = {1.0, 1e18, false};
    static const fab_argument_limits TIME = {1e-18, 1e9, true};
    static const fab_argument_limits LENGTH = {1e-9, 1e9, true};
    static const fab_argument_limits SIZE = {1.0, 1e21, true};
    static const fab_argument_limits POWER = {1e-3, 1e12, true};
    static const fab_argument_limits ENERGY = {1e-24, 1e-3, true};
    switch (dimension) {
    case FAB_DIM_RATE:
        return &RATE;
    case FAB_DIM_TIME:
        return &TIME;
    case FAB_DIM_LENGTH:
        return &LENGTH;
    case FAB_DIM_SIZE:
        return &SIZE;
    case FAB_DIM_POWER:
        return &POWER;
    case FAB_DIM_ENERGY_PER_BIT:
        return &ENERGY;
    default:
        return NULL;
    }
}

/* NULL when the value is allowed, else what is */
static const char *wrong_value(fab_session *session, double value, fab_dimension dimension)
{
    const fab_argument_limits *limits = limits_of(dimension);
    if (limits == NULL || (value == 0.0 && limits->is_zero_allowed) ||
        (value >= limits->least && value <= limits->most)) {
        return NULL;
    }
    char least[QUANTITY_SIZE];
    char most[QUANTITY_SIZE];
    fab_quantity_format(least, sizeof(least), limits->least, dimension, QUANTITY_DIGITS);
    fab_quantity_format(most, sizeof(most), limits->most, dimension, QUANTITY_DIGITS);
    const char *text =
        fab_arena_printf(session->arena, "must be %sfrom %s to %s",
                         limits->is_zero_allowed ? "0 or " : "above zero, ", least, most);
    return text != NULL ? text : "is outside its range";
}

void fab_argument_quantity(fab_session *session, const char *option, const char *text,
                           fab_dimension dimension, double *value_out)
{
    double value;
    const char *message = NULL;
    if (fab_quantity_parse(text, dimension, session->arena, &value, &message) != FAB_OK) {
        message = message != NULL ? message : "out of memory";
        const char *expected = fab_dimension_expected(dimension);
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     strstr(message, expected) == NULL ? expected : NULL, "%s `%s`: %s", option,
                     text, message);
        return;
    }
    if (!isfinite(value) || value < 0.0) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     fab_dimension_expected(dimension), "%s `%s`: must not be negative", option,
                     text);
        return;
    }
    const char *wrong = wrong_value(session, value, dimension);
    if (wrong != NULL) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL, "%s `%s`: %s",
                     option, text, wrong);
        return;
    }
    *value_out = value;
}

void fab_argument_count(fab_session *session, const char *option, const char *text, int64_t least,
                        int64_t most, int64_t *count_out)
{
    const size_t before = session->diagnostics.errors;
    double value = (double)least;
    fab_argument_quantity(session, option, text, FAB_DIM_COUNT, &value);
    if (session->diagnostics.errors > before) {
        return;
    }
    if (value < (double)least || value > (double)most || value != (double)(int64_t)value) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL,
                     "%s `%s`: must be a whole number from %lld to %lld", option, text,
                     (long long)least, (long long)most);
        return;
    }
    *count_out = (int64_t)value;
}

/* the nearest name as a hint, or where the names are listed */
static const char *hint_for(fab_session *session, const char *word)
{
    const size_t count = fab_catalog_count(session->catalog, FAB_CATALOG_TECHNOLOGY);
    const char **names = FAB_NEW(session->arena, const char *, count);
    if (names == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = fab_catalog_row_name(session->catalog, FAB_CATALOG_TECHNOLOGY, i);
    }
    const char *nearest = fab_nearest_name(word, names, count);
    return nearest != NULL ? fab_arena_printf(session->arena, "did you mean `%s`?", nearest)
                           : "`fabricast catalog technology` lists the names";
}

/* the description in a file; its mistakes are diagnostics */
static const fab_technology *read_technology(fab_session *session, const char *path)
{
    const fab_catalog *catalog = NULL;
    const size_t before = session->diagnostics.errors;
    const fab_status status =
        fab_catalog_load_file(session->catalog, FAB_CATALOG_TECHNOLOGY, path, session->arena,
                              &session->diagnostics, &catalog);
    if (status == FAB_OK) {
        return fab_catalog_technology(catalog,
                                      fab_catalog_row_name(catalog, FAB_CATALOG_TECHNOLOGY, 0));
    }
    if (session->diagnostics.errors == before) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE, NULL, "%s: %s", path,
                     fab_status_text(status));
    }
    return NULL;
}

const fab_technology *fab_argument_technology(fab_session *session, const char *name)
{
    const fab_technology *technology = fab_catalog_technology(session->catalog, name);
    if (technology == NULL && fab_catalog_is_file(name)) {
        return read_technology(session, name);
    }
    if (technology == NULL) {
        fab_diagnose(&session->diagnostics, FAB_SEVERITY_ERROR, FAB_NOWHERE,
                     hint_for(session, name), "unknown technology `%s`", name);
    }
    return technology;
}

fab_status fab_argument_fabric(fab_session *session, const char *word, fab_fabric *fabric_out)
{
    FAB_TRY(
        fab_fabric_load(session->catalog, word, session->arena, &session->diagnostics, fabric_out));
    return fab_link_settle(FAB_NOWHERE, session->arena, &session->diagnostics, fabric_out);
}

/* the file that holds the mistakes when the words themselves are right */
static const char *place_of(const fab_diagnostics *diagnostics)
{
    const fab_source *source =
        diagnostics->count > 0 ? diagnostics->items[0].position.source : NULL;
    return source != NULL ? source->name : "the command line";
}

int fab_argument_explain(fab_session *session)
{
    return session->diagnostics.errors > 0
               ? fab_session_explain(session, FAB_E_INPUT, place_of(&session->diagnostics))
               : FAB_EXIT_DONE;
}

error_t fab_argument_scenario(int key, char *argument, struct argp_state *state,
                              const char **path_out)
{
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one scenario at a time; `%s` is too many", argument);
        }
        *path_out = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a scenario file is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
