#ifndef FAB_REPORT_KEYS_H
#define FAB_REPORT_KEYS_H

#include <fabricast/study.h>
#include <fabricast/train.h>

/* One word per class, as names of columns and members use it; static text. */
const char *fab_step_key(fab_step_class step_class);
const char *fab_energy_key(fab_energy_class energy_class);

/* Name of a group in JSON and CSV. */
const char *fab_group_key(fab_study_group group);

/* Word of the reader for what a target came to: "agrees", "only our range agrees", "differs". */
const char *fab_verdict_text(bool value_meets, bool ok);

#endif
