#ifndef FAB_REPORT_TEXT_SCENARIO_H
#define FAB_REPORT_TEXT_SCENARIO_H

#include <stdio.h>

#include <fabricast/scenario.h>

#include "report/scratch.h"

/* Prints what was asked: the scenario's name, and model, packages, fabric and mapping below it. */
void fab_text_scenario(fab_scratch *scratch, const fab_scenario *scenario, FILE *stream);

#endif
