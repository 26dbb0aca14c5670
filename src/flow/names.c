#include "flow/names.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define FIRST_SLOTS UINT32_C(1024)

fab_status fab_names_make(fab_arena *arena, fab_names *names_out)
{
    *names_out = (fab_names){
        .arena = arena,
        .key = FAB_NEW(arena, uint64_t, FIRST_SLOTS),
        .number = FAB_NEW(arena, uint32_t, FIRST_SLOTS),
        .slots = FIRST_SLOTS,
    };
    return names_out->key && names_out->number ? FAB_OK : FAB_E_NOMEM;
}

void fab_names_clear(fab_names *names)
{
    memset(names->number, 0, names->slots * sizeof(*names->number));
    names->count = 0;
}

/* The slot of a key, or the empty one where it belongs. */
static uint32_t find_slot(const fab_names *names, uint64_t key)
{
    uint32_t slot = (uint32_t)fab_mix(key) & (names->slots - 1);
    while (names->number[slot] != 0 && names->key[slot] != key) {
        slot = (slot + 1) & (names->slots - 1);
    }
    return slot;
}

static fab_status grow(fab_names *names)
{
    const fab_names old = *names;
    if (old.slots > UINT32_MAX / 2) {
        return FAB_E_NOMEM;
    }
    names->slots = 2 * old.slots;
    names->key = FAB_NEW(names->arena, uint64_t, names->slots);
    names->number = FAB_NEW(names->arena, uint32_t, names->slots);
    if (!names->key || !names->number) {
        *names = old;
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < old.slots; i++) {
        if (old.number[i] != 0) {
            const uint32_t slot = find_slot(names, old.key[i]);
            names->key[slot] = old.key[i];
            names->number[slot] = old.number[i];
        }
    }
    return FAB_OK;
}

fab_status fab_names_find(fab_names *names, uint64_t key, uint32_t *number_out)
{
    uint32_t slot = find_slot(names, key);
    if (names->number[slot] == 0) {
        if (names->count >= names->slots / 2) {
            FAB_TRY(grow(names));
            slot = find_slot(names, key);
        }
        names->key[slot] = key;
        names->number[slot] = ++names->count;
    }
    *number_out = names->number[slot] - 1;
    return FAB_OK;
}
