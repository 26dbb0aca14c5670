#ifndef FAB_TESTS_KNOWN_H
#define FAB_TESTS_KNOWN_H

#include <fabricast/value.h>

/* A number without range or source. */
static inline fab_value known(double value)
{
    return (fab_value){.value = value, .low = value, .high = value, .is_known = true};
}

#endif
