#include <fabricast/wiring.h>

#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include <fabricast/diagnostic.h>
#include <fabricast/units.h>

/* A wiring as one line: its kind, its axes or its numbers by name. */

#define NUMBER_LIMIT INT64_C(1000000000)

enum { LENGTH_LIMIT = 400 };

static const char *const NAME[FAB_WIRING_KIND_COUNT] = {
    [FAB_WIRING_SWITCH] = "switch",
    [FAB_WIRING_CLOS] = "clos",
    [FAB_WIRING_RAIL] = "rail",
    [FAB_WIRING_MESH] = "mesh",
    [FAB_WIRING_RING] = "ring",
    [FAB_WIRING_TORUS] = "torus",
    [FAB_WIRING_HYPERX] = "hyperx",
    [FAB_WIRING_DRAGONFLY] = "dragonfly",
    [FAB_WIRING_DRAGONFLY_PLUS] = "dragonfly+",
    [FAB_WIRING_OCS] = "ocs",
};

const char *fab_wiring_name(int kind)
{
    assert(kind >= 0 && kind < FAB_WIRING_KIND_COUNT);
    return NAME[kind];
}

/* The words `key=value` of each kind. */
typedef struct entry {
    int kind;
    const char *key;
    size_t offset;
    bool is_required;
    bool is_quantity; /* a double of `dimension` from `least` on; else a whole number from 1 on */
    fab_dimension dimension;
    double least;
} entry;

#define WHOLE(id, key, member, is_required)                                                        \
    {                                                                                              \
        FAB_WIRING_##id, key, offsetof(fab_wiring, member), is_required, false, FAB_DIM_COUNT, 1.0 \
    }
#define QUANTITY(id, key, member, dimension, least)                                                \
    {                                                                                              \
        FAB_WIRING_##id, key, offsetof(fab_wiring, member), false, true, dimension, least          \
    }

static const entry ENTRIES[] = {
    WHOLE(SWITCH, "planes", planes, false),
    WHOLE(CLOS, "leaf", leaf, true),
    WHOLE(CLOS, "spines", spines, false),
    WHOLE(CLOS, "planes", planes, false),
    WHOLE(CLOS, "pod", pod, false),
    WHOLE(CLOS, "tops", tops, false),
    QUANTITY(CLOS, "oversubscription", oversubscription_ratio, FAB_DIM_COUNT, 1.0),
    WHOLE(DRAGONFLY, "groups", groups, true),
    WHOLE(DRAGONFLY, "routers", routers, true),
    WHOLE(DRAGONFLY, "packages", hosts, true),
    WHOLE(DRAGONFLY, "global", global_links, false),
    WHOLE(DRAGONFLY_PLUS, "groups", groups, true),
    WHOLE(DRAGONFLY_PLUS, "leaves", routers, true),
    WHOLE(DRAGONFLY_PLUS, "spines", spines, true),
    WHOLE(DRAGONFLY_PLUS, "packages", hosts, true),
    WHOLE(DRAGONFLY_PLUS, "global", global_links, false),
    QUANTITY(OCS, "reconfigure", reconfigure_s, FAB_DIM_TIME, 0.0),
};

enum { ENTRY_COUNT = sizeof(ENTRIES) / sizeof(ENTRIES[0]) };

/* A whole number from 1 on; returns what stands behind it, or NULL. */
static const char *read_number(const char *text, int64_t *number_out)
{
    int64_t number = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at); at++) {
        number = 10 * number + (*at - '0');
        if (number > NUMBER_LIMIT) {
            return NULL;
        }
    }
    *number_out = number;
    return at > text && number > 0 ? at : NULL;
}

/* "8x8x8" */
static bool read_axes(const char *text, fab_wiring *wiring)
{
    const char *at = text;
    for (wiring->axis_count = 0; wiring->axis_count < FAB_WIRING_AXIS_LIMIT;) {
        at = read_number(at, &wiring->size[wiring->axis_count]);
        if (!at) {
            return false;
        }
        wiring->axis_count++;
        if (*at == '\0') {
            return true;
        }
        if (*at != 'x') {
            return false;
        }
        at++;
    }
    return false;
}

typedef struct reader {
    fab_arena *arena;
    fab_wiring *wiring;
    bool is_given[ENTRY_COUNT];
    const char *message;
} reader;

static fab_status complain(reader *r, const char *message)
{
    r->message = message;
    return message ? FAB_E_INPUT : FAB_E_NOMEM;
}

static fab_status read_quantity(reader *r, const entry *e, const char *word, const char *text)
{
    const char *why = NULL;
    double *value = (double *)(void *)((char *)r->wiring + e->offset);
    const fab_status status = fab_quantity_parse(text, e->dimension, r->arena, value, &why);
    if (status == FAB_E_INPUT || (status == FAB_OK && !(*value >= e->least))) {
        return complain(
            r, fab_arena_printf(r->arena, "`%s`: %s", word, why ? why : "the number is too small"));
    }
    return status;
}

static fab_status read_whole(reader *r, const entry *e, const char *word, const char *text)
{
    const char *end = read_number(text, (int64_t *)(void *)((char *)r->wiring + e->offset));
    return end && *end == '\0'
               ? FAB_OK
               : complain(r,
                          fab_arena_printf(r->arena, "`%s`: a whole number above 0 is due", word));
}

/* "key=value" */
static fab_status read_pair(reader *r, const char *word, const char *value)
{
    const size_t length = (size_t)(value - word) - 1;
    const int kind = r->wiring->kind;
    for (int i = 0; i < ENTRY_COUNT; i++) {
        const entry *e = &ENTRIES[i];
        if (e->kind != kind || strlen(e->key) != length || strncmp(word, e->key, length) != 0) {
            continue;
        }
        if (r->is_given[i]) {
            return complain(r, fab_arena_printf(r->arena, "`%s` is given twice", e->key));
        }
        r->is_given[i] = true;
        return e->is_quantity ? read_quantity(r, e, word, value) : read_whole(r, e, word, value);
    }
    return complain(r, fab_arena_printf(r->arena, "`%s` is no part of a %s", word, NAME[kind]));
}

static fab_status read_word(reader *r, const char *word)
{
    const char *equals = strchr(word, '=');
    const int kind = r->wiring->kind;
    if (equals) {
        return read_pair(r, word, equals + 1);
    }
    const bool has_axes = kind == FAB_WIRING_TORUS || kind == FAB_WIRING_HYPERX;
    if (has_axes && r->wiring->axis_count == 0 && read_axes(word, r->wiring)) {
        return FAB_OK;
    }
    return complain(r,
                    fab_arena_printf(r->arena,
                                     has_axes ? "`%s`: up to four sizes are due, such as 8x8x8"
                                              : "`%s`: a number by name is due, such as planes=4",
                                     word));
}

static fab_status read_kind(reader *r, const char *word)
{
    for (int i = 0; i < FAB_WIRING_KIND_COUNT; i++) {
        if (strcmp(word, NAME[i]) == 0) {
            r->wiring->kind = i;
            return FAB_OK;
        }
    }
    const char *near = fab_nearest_name(word, NAME, FAB_WIRING_KIND_COUNT);
    return complain(
        r, near ? fab_arena_printf(r->arena, "unknown wiring `%s`; did you mean `%s`?", word, near)
                : fab_arena_printf(r->arena,
                                   "unknown wiring `%s`; there are switch, clos, rail, mesh, ring, "
                                   "torus, hyperx, dragonfly, dragonfly+ and ocs",
                                   word));
}

/* What a kind needs, and what follows from what was given. */
static fab_status complete(reader *r)
{
    fab_wiring *w = r->wiring;
    for (int i = 0; i < ENTRY_COUNT; i++) {
        if (ENTRIES[i].kind == w->kind && ENTRIES[i].is_required && !r->is_given[i]) {
            return complain(
                r, fab_arena_printf(r->arena, "a %s needs %s=N", NAME[w->kind], ENTRIES[i].key));
        }
    }
    if ((w->kind == FAB_WIRING_TORUS || w->kind == FAB_WIRING_HYPERX) && w->axis_count == 0) {
        return complain(
            r, fab_arena_printf(r->arena, "a %s needs its sizes, such as 8x8x8", NAME[w->kind]));
    }
    if ((w->pod == 0) != (w->tops == 0)) {
        return complain(r, "three levels need both pod=LEAVES and tops=LINKS");
    }
    w->planes = w->planes == 0 ? 1 : w->planes;
    w->spines = w->spines == 0 ? 1 : w->spines;
    const bool is_plus = w->kind == FAB_WIRING_DRAGONFLY_PLUS;
    if ((w->kind == FAB_WIRING_DRAGONFLY || is_plus) && w->global_links == 0) {
        const int64_t switches = is_plus ? w->spines : w->routers;
        w->global_links = (w->groups - 1 + switches - 1) / switches;
    }
    return FAB_OK;
}

static fab_status read_words(reader *r, char *text)
{
    char *rest = NULL;
    const char *word = strtok_r(text, " \t", &rest);
    if (!word) {
        return complain(r, "a wiring is due, such as `torus 8x8x8`");
    }
    FAB_TRY(read_kind(r, word));
    while ((word = strtok_r(NULL, " \t", &rest)) != NULL) {
        FAB_TRY(read_word(r, word));
    }
    return complete(r);
}

fab_status fab_wiring_parse(const char *text, fab_arena *arena, fab_wiring *wiring_out,
                            const char **message_out)
{
    assert(text && arena && wiring_out && message_out);
    fab_wiring wiring = {.oversubscription_ratio = 1.0};
    reader r = {.arena = arena, .wiring = &wiring};
    const size_t length = strlen(text);
    *message_out = NULL;
    if (length > LENGTH_LIMIT) {
        *message_out = "the text is too long";
        return FAB_E_INPUT;
    }
    char *copy = fab_arena_copy(arena, text, length);
    if (!copy) {
        return FAB_E_NOMEM;
    }
    const fab_status status = read_words(&r, copy);
    *message_out = r.message;
    if (status == FAB_OK) {
        *wiring_out = wiring;
    }
    return status;
}
