#ifndef FAB_REPORT_ENERGY_VIEWS_H
#define FAB_REPORT_ENERGY_VIEWS_H

#include <stdio.h>

#include <fabricast/ownership.h>
#include <fabricast/train.h>

#include "report/json_document.h"
#include "report/scratch.h"

/* Energy of a step and power, as tables, sentences and members. */

/* "480 GWh" and what it means per token, or "not published". */
const char *fab_energy_value_text(fab_scratch *scratch, const fab_ownership *ownership);
const char *fab_energy_note_text(fab_scratch *scratch, const fab_forecast *forecast,
                                 const fab_ownership *ownership);

/* Sentences: what a package, a rack and the facility draw; which numbers are assumed. */
const char *fab_energy_power_text(fab_scratch *scratch, const fab_scenario *scenario,
                                  const fab_forecast *forecast);
const char *fab_energy_basis_text(fab_scratch *scratch, const fab_forecast *forecast);

/* Prints the table of parts and the sentences. */
void fab_text_energy(fab_scratch *scratch, const fab_scenario *scenario,
                     const fab_forecast *forecast, FILE *stream);

/* Adds the object "energy". */
void fab_json_energy(fab_json *json, json_t *object, const fab_energy_forecast *energy);

#endif
