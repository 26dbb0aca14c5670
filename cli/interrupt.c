#include "interrupt.h"

#include <stddef.h>

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};

#define SIGNAL_COUNT (sizeof(SIGNALS) / sizeof(SIGNALS[0]))

void fab_interrupt_begin(fab_interrupt *interrupt)
{
    (void)sigemptyset(&interrupt->watched);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        struct sigaction action;
        if (sigaction(SIGNALS[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
            (void)sigaddset(&interrupt->watched, SIGNALS[i]);
        }
    }
    (void)sigprocmask(SIG_BLOCK, &interrupt->watched, &interrupt->before);
}

bool fab_interrupt_is_asked(void *context)
{
    const fab_interrupt *interrupt = context;
    sigset_t pending;
    (void)sigemptyset(&pending);
    (void)sigpending(&pending);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        if (sigismember(&interrupt->watched, SIGNALS[i]) == 1 &&
            sigismember(&pending, SIGNALS[i]) == 1) {
            return true;
        }
    }
    return false;
}

void fab_interrupt_end(const fab_interrupt *interrupt)
{
    (void)sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
}
