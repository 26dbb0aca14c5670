#ifndef FAB_LINK_RECIPE_H
#define FAB_LINK_RECIPE_H

#include <fabricast/anatomy.h>

/* Words of a row that several files read. Lower case; `words` ends with NULL. */
bool fab_has_word(const char *text, const char *word);
bool fab_has_any_word(const char *text, const char *const *words);

/* What the parts of a link are taken to lose and to take, with range and source. */
typedef struct fab_assumed {
    double value, low, high;
    fab_confidence confidence;
    const char *source;
} fab_assumed;

fab_value fab_assume(const fab_assumed *assumed);

/* Fill the electrical losses, the light's, the energies. The recipe, distance and frequencies are
 * set. */
void fab_budget_channel(const fab_technology *technology, fab_budget *out);
void fab_budget_light(const fab_technology *technology, fab_budget *out);
void fab_budget_energy(const fab_technology *technology, fab_budget *out);

/* Fill the energy of wires between dies; nothing where its length is not published. */
void fab_budget_dies(const fab_technology *technology, fab_budget *out);

/* Notes that a fit is used outside its range; the first one stays. */
void fab_budget_warn(fab_budget *out, const char *text);

/* whether the build carries bits by light */
bool fab_build_is_optical(fab_build build);

/* whether it is a cable, one piece with both its ends; all else has a piece at each end */
bool fab_build_is_cable(fab_build build);

#endif
