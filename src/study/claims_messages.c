#include <fabricast/link.h>

#include "link/derive.h"
#include "study/claims_draft.h"

/* Claims about one message, and about programs that pretend to send one. */

#define BITS_PER_BYTE 8.0

/* share of the claimed ratio from which the claim holds */
#define HOLDS_SHARE 0.9

/* Sends the message over every link of a list. A link that cannot carry it is asked about in
 * `needed` and has is_known false. */
static fab_status send_all(const fab_claim_inputs *inputs, const fab_claim_links *links,
                           fab_claim_draft *draft, fab_transfer *out)
{
    for (size_t i = 0; i < links->count; i++) {
        const char *message = NULL;
        fab_transfer_options options = fab_transfer_options_default();
        options.size_byte = inputs->size_byte;
        options.distance_m = fab_known(inputs->distance_m);
        const fab_status status =
            fab_transfer_send(&links->items[i], &options, draft->arena, &out[i], &message);
        if (status != FAB_OK && status != FAB_E_INFEASIBLE) {
            return status;
        }
        if (status == FAB_E_INFEASIBLE || !out[i].time_s.is_known) {
            out[i].time_s.is_known = false;
            fab_draft_need(draft, message != NULL ? message : "rate",
                           fab_claim_link_name(&links->items[i]));
        }
    }
    return FAB_OK;
}

/* Whether any of the messages spends time in this part. */
static bool is_spent(const fab_transfer *sent, size_t count, int part)
{
    for (size_t i = 0; i < count; i++) {
        if (sent[i].time_s.is_known && sent[i].terms[part].time_s.value.value > 0.0) {
            return true;
        }
    }
    return false;
}

static void put_sent(fab_claim_draft *draft, const fab_transfer *sent, size_t count)
{
    for (int part = 0; part < FAB_TERM_COUNT; part++) {
        for (size_t i = 0; is_spent(sent, count, part) && i < count; i++) {
            if (sent[i].time_s.is_known) {
                fab_draft_put_si(draft, fab_transfer_part_text((fab_transfer_part)part),
                                 fab_claim_link_name(sent[i].technology),
                                 sent[i].terms[part].time_s.value, FAB_DIM_TIME,
                                 sent[i].terms[part].time_s.formula);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (sent[i].time_s.is_known) {
            const char *of = fab_claim_link_name(sent[i].technology);
            fab_draft_put_si(draft, "all of it", of, sent[i].time_s, FAB_DIM_TIME, "sum");
            fab_draft_put_si(draft, "energy", of, sent[i].energy_j, FAB_DIM_ENERGY,
                             "bits x energy per bit");
            fab_draft_put_si(draft, "credits that keep the link busy", of,
                             sent[i].credits.in_flight_byte.value, FAB_DIM_SIZE,
                             sent[i].credits.in_flight_byte.formula);
        }
    }
}

static size_t quickest(const fab_transfer *sent, size_t count)
{
    fab_value times[FAB_CLAIM_LINK_LIMIT];
    for (size_t i = 0; i < count; i++) {
        times[i] = sent[i].time_s;
    }
    return fab_claim_least(times, count);
}

static const char *sent_text(fab_claim_draft *draft, const fab_transfer *sent)
{
    return fab_draft_text(
        draft, "%s over %s (%s of it serialisation)",
        fab_draft_si(draft, sent->time_s.value, FAB_DIM_TIME),
        fab_claim_link_name(sent->technology),
        fab_draft_si(draft, sent->terms[FAB_TERM_SERIALISATION].time_s.value.value, FAB_DIM_TIME));
}

fab_status fab_claim_transfer(fab_claims_work *work, const fab_claim_inputs *inputs,
                              fab_claim_draft *draft)
{
    (void)work;
    fab_transfer sent[2 * FAB_CLAIM_LINK_LIMIT];
    const size_t nc = inputs->copper.count, no = inputs->optics.count;
    FAB_TRY(send_all(inputs, &inputs->copper, draft, sent));
    FAB_TRY(send_all(inputs, &inputs->optics, draft, sent + nc));
    put_sent(draft, sent, nc + no);
    const size_t c = quickest(sent, nc), o = quickest(sent + nc, no);
    if (c == nc || o == no) {
        draft->sentence = "No link of one side can carry the message as asked.";
        return draft->status;
    }
    const fab_transfer *copper = &sent[c], *optics = &sent[nc + o];
    const double gain = copper->time_s.value / optics->time_s.value;
    const double claimed = inputs->after_bps / inputs->before_bps;
    fab_draft_put(draft, "times as fast, quickest of each side", "", fab_claim_made(gain), "X",
                  "computed");
    fab_draft_put(draft, "ratio of the rates as claimed", "", fab_claim_made(claimed), "X",
                  "the claim");
    fab_draft_decide(draft, gain >= HOLDS_SHARE * claimed, gain > 1.0);
    draft->sentence = fab_draft_text(
        draft,
        "%s takes %s and %s: %s times as fast, where the ratio of the quoted rates promises %s. "
        "What does not scale with the rate is SerDes, error correction and flight. To keep the "
        "link busy at %s the receiver grants %s and %s of credits.",
        fab_draft_size(draft, inputs->size_byte), sent_text(draft, copper),
        sent_text(draft, optics), fab_draft_plain(draft, gain), fab_draft_plain(draft, claimed),
        fab_draft_si(draft, inputs->distance_m, FAB_DIM_LENGTH),
        fab_draft_si(draft, copper->credits.in_flight_byte.value.value, FAB_DIM_SIZE),
        fab_draft_si(draft, optics->credits.in_flight_byte.value.value, FAB_DIM_SIZE));
    return draft->status;
}

/* ---- programs that sleep ---- */

/* What a loop that sleeps 1 / rate for every byte asks for and takes. */
typedef struct loop {
    double asked_s; /* bytes / rate: a rate in bits taken for bytes */
    double true_s;  /* bits / rate */
    double taken_s; /* every sleep is late by the granularity */
} loop;

static loop run_loop(const fab_claim_inputs *inputs)
{
    const double asked_s = inputs->size_byte / inputs->rate_bps;
    return (loop){
        .asked_s = asked_s,
        .true_s = BITS_PER_BYTE * asked_s,
        .taken_s = asked_s + inputs->size_byte * inputs->granularity_s.value,
    };
}

static void put_sleeps(fab_claim_draft *draft, const fab_claim_inputs *inputs, const loop *l,
                       double ratio)
{
    const double late_s = inputs->granularity_s.value;
    fab_draft_put_si(draft, "a sleep is late by", "", inputs->granularity_s, FAB_DIM_TIME, "");
    fab_draft_put_si(draft, "sleep for copper takes", "", fab_claim_made(inputs->before_s + late_s),
                     FAB_DIM_TIME, "sleep + granularity");
    fab_draft_put_si(draft, "sleep for optics takes", "", fab_claim_made(inputs->after_s + late_s),
                     FAB_DIM_TIME, "sleep + granularity");
    fab_draft_put(draft, "ratio that the program prints", "", fab_claim_made(ratio), "X",
                  "of the two");
    fab_draft_put_si(draft, "all sleeps of the loop ask for", "", fab_claim_made(l->asked_s),
                     FAB_DIM_TIME, "size in bytes / rate in bit/s");
    fab_draft_put_si(draft, "serialisation of the message", "", fab_claim_made(l->true_s),
                     FAB_DIM_TIME, "size in bits / rate");
    fab_draft_put_si(draft, "the loop takes", "", fab_claim_made(l->taken_s), FAB_DIM_TIME,
                     "asked + bytes x granularity");
}

fab_status fab_claim_sleep_toy(fab_claims_work *work, const fab_claim_inputs *inputs,
                               fab_claim_draft *draft)
{
    (void)work;
    const loop l = run_loop(inputs);
    const double late_s = inputs->granularity_s.value;
    const double ratio = (inputs->before_s + late_s) / (inputs->after_s + late_s);
    fab_transfer sent;
    const char *message = NULL;
    fab_transfer_options options = fab_transfer_options_default();
    options.size_byte = inputs->size_byte;
    options.rate_bps = fab_known(inputs->rate_bps);
    const fab_technology *link = &inputs->optics.items[0];
    const fab_status status = fab_transfer_send(link, &options, draft->arena, &sent, &message);
    if (status != FAB_OK && status != FAB_E_INFEASIBLE) {
        return status;
    }
    if (status == FAB_E_INFEASIBLE) {
        fab_draft_need(draft, message != NULL ? message : "a link", fab_claim_link_name(link));
        draft->sentence = "The link cannot carry the message.";
        return draft->status;
    }
    put_sleeps(draft, inputs, &l, ratio);
    fab_draft_put_si(draft, "the message by `fabricast transfer`", fab_claim_link_name(link),
                     sent.time_s, FAB_DIM_TIME, "serialisation, SerDes, error correction, flight");
    const double longer_s = inputs->before_s > inputs->after_s ? inputs->before_s : inputs->after_s;
    const double shorter_s =
        inputs->before_s > inputs->after_s ? inputs->after_s : inputs->before_s;
    fab_draft_decide(draft, late_s < shorter_s, late_s < longer_s);
    draft->sentence = fab_draft_text(
        draft,
        "A sleep of %s or %s is late by %s, so the program measures the timer and prints a ratio "
        "of %s. The loop asks for %s in all because it takes bit/s for byte/s; serialisation of "
        "%s takes %s, and the loop itself %s. The model has %s for this message over %s.",
        fab_draft_si(draft, inputs->before_s, FAB_DIM_TIME),
        fab_draft_si(draft, inputs->after_s, FAB_DIM_TIME),
        fab_draft_si(draft, late_s, FAB_DIM_TIME), fab_draft_plain(draft, ratio),
        fab_draft_si(draft, l.asked_s, FAB_DIM_TIME), fab_draft_size(draft, inputs->size_byte),
        fab_draft_si(draft, l.true_s, FAB_DIM_TIME), fab_draft_si(draft, l.taken_s, FAB_DIM_TIME),
        fab_draft_si(draft, sent.time_s.value, FAB_DIM_TIME), fab_claim_link_name(link));
    return draft->status;
}
