#ifndef FAB_INTERRUPT_H
#define FAB_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* Ctrl-C at a moment of our choosing: while work is kept in batches the signals that ask a program
 * to end wait, and the work looks for them between its batches. Those that were ignored stay so. */
typedef struct fab_interrupt {
    sigset_t watched;
    sigset_t before;
} fab_interrupt;

void fab_interrupt_begin(fab_interrupt *interrupt);

/* Whether a signal waits; `context` is the fab_interrupt. */
bool fab_interrupt_is_asked(void *context);

/* Lets the signals through again: one that waits ends the program here, as it would have. */
void fab_interrupt_end(const fab_interrupt *interrupt);

#endif
