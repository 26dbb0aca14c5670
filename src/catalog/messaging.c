#include "catalog/kinds.h"
#include "catalog/resolve.h"
#include "catalog/table_macros.h"

/* Messaging: the channels through which a communication library sends. */

#define FAB_STRUCT fab_channel

static const char *const ALGORITHMS[] = {"auto",     "ring",    "direct",     "halving",
                                         "doubling", "tree",    "in-network", "flat-ring",
                                         "bruck",    "forward", NULL};

static const char *const KINDS[] = {"collectives", "all-gather", "reduce-scatter",
                                    "all-reduce",  "all-to-all", "send",
                                    "broadcast",   "reduce",     NULL};

/* zero is allowed, unlike in FAB_ENTRY_SOURCED */
#define ENTRY_TIME(key, member, required, text)                                                    \
    {                                                                                              \
        .name = (key), .kind = FAB_FIELD_SOURCED, .is_required = (required),                       \
        .offset = offsetof(FAB_STRUCT, member), .dimension = FAB_DIM_TIME, .minimum = 0,           \
        .maximum = 1, .help = (text)                                                               \
    }

static const fab_field CHANNEL_FIELDS[] = {
    {.name = "algorithm",
     .kind = FAB_FIELD_CHOICE,
     .is_required = true,
     .offset = offsetof(fab_channel, algorithm),
     .choices = ALGORITHMS,
     .help = "the algorithm that runs through it"},
    FAB_ENTRY_CHOICE("kind", kind, KINDS,
                     "the collective that it serves; `collectives`: all but all-to-all and send"),
    FAB_ENTRY_TEXT("protocol", protocol, "name of the protocol, for people"),
    ENTRY_TIME("base", base_s, true, "launch and synchronisation"),
    ENTRY_TIME("hop", hop_s, true, "one step of the algorithm"),
    FAB_ENTRY_SOURCED("efficiency", efficiency_ratio, true, FAB_DIM_FRACTION, 0, 1,
                      "share of the tier's rate that payload reaches"),
    ENTRY_TIME("fill", fill_s, true, "length of the pipeline of chunks; 0 s: no ramp"),
    FAB_ENTRY_SOURCED("own_rate", own_byte_per_s, false, FAB_DIM_MEMORY_RATE, 0, 1e18,
                      "rate at which a rank moves its own share; not published: at no cost"),
};

static const fab_channel CHANNEL_DEFAULTS = {.protocol = "Simple"};

const fab_table FAB_CHANNEL_TABLE = {
    .kind = "channel",
    .fields = CHANNEL_FIELDS,
    .count = FAB_TABLE_SIZE(CHANNEL_FIELDS),
    .size = sizeof(fab_channel),
    .defaults = &CHANNEL_DEFAULTS,
};

#undef FAB_STRUCT
#define FAB_STRUCT fab_messaging

static const fab_field FIELDS[] = {
    FAB_ENTRIES_NAME,
    {.name = "channels",
     .kind = FAB_FIELD_RECORDS,
     .is_required = true,
     .offset = offsetof(fab_messaging_file, channels),
     .minimum = 1,
     .maximum = FAB_CHANNEL_LIMIT,
     .table = &FAB_CHANNEL_TABLE,
     .help = "what each algorithm and protocol costs; the cheapest is taken"},
    FAB_ENTRIES_PROVENANCE,
};

static const fab_messaging_file DEFAULTS = {
    .messaging = {.name = "custom", .confidence = FAB_CONFIDENCE_ASSUMPTION},
};

const fab_table FAB_MESSAGING_TABLE = {
    .kind = "messaging",
    .fields = FIELDS,
    .count = FAB_TABLE_SIZE(FIELDS),
    .size = sizeof(fab_messaging_file),
    .defaults = &DEFAULTS,
};

/* what a channel must know */
static fab_status check_channel(const fab_reading *reading, const fab_node *node,
                                const fab_channel *channel)
{
    if (channel->algorithm == FAB_ALGORITHM_AUTO) {
        fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, fab_position_of(node, "algorithm"),
                     "name the algorithm", "a channel cannot be `auto`");
        return FAB_E_INPUT;
    }
    if (!channel->base_s.is_known || !channel->hop_s.is_known || !channel->fill_s.is_known ||
        !channel->efficiency_ratio.is_known) {
        fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, node->position, NULL,
                     "base, hop, efficiency and fill of a channel must be known");
        return FAB_E_INPUT;
    }
    return FAB_OK;
}

fab_status fab_messaging_read(const fab_reading *reading, const fab_node *node, const void *base,
                              void *out)
{
    fab_messaging_file file = {0};
    if (base) {
        file.messaging = *(const fab_messaging *)base;
    }
    FAB_TRY(fab_row_read(reading, &FAB_MESSAGING_TABLE, node, base != NULL, &file));
    const fab_node *nodes = fab_node_get(node, "channels");
    const fab_channel *channels = file.channels.items;
    fab_status status = FAB_OK;
    for (size_t i = 0; nodes && i < file.channels.count; i++) {
        const fab_status checked = check_channel(reading, nodes->items[i], &channels[i]);
        status = checked == FAB_OK ? status : checked;
        file.messaging.channels[i] = channels[i];
        file.messaging.channel_count = (int64_t)file.channels.count;
    }
    *(fab_messaging *)out = file.messaging;
    return status;
}
