#include "link/transfer_parts.h"

#include "link/defaults.h"
#include "link/derive.h"

#define BITS_PER_BYTE 8.0

static void set(fab_parts *parts, fab_transfer_part part, fab_value value, const char *formula)
{
    parts->out->terms[part].energy_j = (fab_derived){.value = value, .formula = formula};
}

/* an energy per bit spent `times` times on every bit */
static void spend(fab_parts *parts, fab_transfer_part part, fab_value energy_j_per_bit,
                  int64_t times, const char *word)
{
    const double size_bit = parts->options->size_byte * BITS_PER_BYTE;
    const char *formula =
        fab_parts_printf(parts, "%.0f bit x %s x %s", size_bit,
                         fab_parts_quantity(parts, energy_j_per_bit, FAB_DIM_ENERGY_PER_BIT), word);
    set(parts, part, fab_scale(energy_j_per_bit, size_bit * (double)times), formula);
}

void fab_parts_energy(fab_parts *parts)
{
    const fab_technology *technology = parts->technology;
    const fab_transfer_options *options = parts->options;
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        set(parts, (fab_transfer_part)part, fab_known(0.0), "inside the energy of the link");
        parts->out->terms[part].is_energy_in_link =
            part != FAB_TERM_LINK && part != FAB_TERM_SWITCH;
    }
    const fab_value row = fab_of_row(technology, technology->energy_j_per_bit);
    spend(parts, FAB_TERM_LINK, fab_choose(options->energy_j_per_bit, row), options->hops, "hops");

    /* an energy given by the user is that of the whole link unless the host's is given too */
    const bool adds_host =
        options->host_energy_j_per_bit.is_known ||
        (parts->out->link_class.lacks_host && !options->energy_j_per_bit.is_known);
    if (adds_host) {
        const fab_value host =
            fab_choose(options->host_energy_j_per_bit, fab_default_host_energy_j_per_bit());
        spend(parts, FAB_TERM_SERDES, host, options->hops, "hops");
        parts->out->terms[FAB_TERM_SERDES].is_energy_in_link = false;
    }
    if (options->hops > 1) {
        const fab_value one =
            fab_choose(options->switch_energy_j_per_bit, fab_default_switch_energy_j_per_bit());
        spend(parts, FAB_TERM_SWITCH, one, options->hops - 1, "(hops - 1)");
    } else {
        set(parts, FAB_TERM_SWITCH, fab_known(0.0), "no switch");
    }
}
