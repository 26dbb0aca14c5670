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

/* the headers cross every link of the way; unknown like the energy of the link */
static void spend_headers(fab_parts *parts, fab_value energy_j_per_bit)
{
    const char *formula;
    const fab_value bits = fab_parts_header_bits(parts, &formula);
    if (bits.value > 0.0) {
        formula =
            fab_parts_printf(parts, "%s x %s x hops", formula,
                             fab_parts_quantity(parts, energy_j_per_bit, FAB_DIM_ENERGY_PER_BIT));
        set(parts, FAB_TERM_HEADERS,
            fab_scale(fab_multiply(bits, energy_j_per_bit), (double)parts->options->hops), formula);
    } else {
        set(parts, FAB_TERM_HEADERS, fab_known(0.0), formula);
    }
}

static void spend_end(fab_parts *parts, fab_transfer_part part, const fab_transfer_end *end,
                      fab_value asked_j_per_bit)
{
    if (!end && !asked_j_per_bit.is_known) {
        set(parts, part, fab_known(0.0), "the link's own end");
        return;
    }
    const fab_value energy =
        end ? fab_choose(asked_j_per_bit, end->energy_j_per_bit) : asked_j_per_bit;
    spend(parts, part, energy, 1, "once");
}

void fab_parts_energy(fab_parts *parts)
{
    const fab_technology *technology = parts->technology;
    const fab_transfer_options *options = parts->options;
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        set(parts, (fab_transfer_part)part, fab_known(0.0), "inside the energy of the link");
        parts->out->terms[part].is_energy_in_link =
            part != FAB_TERM_LINK && part != FAB_TERM_SWITCH && part < FAB_TERM_HEADERS;
    }
    const fab_value row = fab_of_row(technology, technology->energy_j_per_bit);
    const fab_value link = fab_choose(options->energy_j_per_bit, row);
    spend(parts, FAB_TERM_LINK, link, options->hops, "hops");
    spend_headers(parts, link);
    spend_end(parts, FAB_TERM_FROM, options->from, options->from_energy_j_per_bit);
    spend_end(parts, FAB_TERM_TO, options->to, options->to_energy_j_per_bit);

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
