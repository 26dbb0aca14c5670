#ifndef FAB_VPRINTF_H
#define FAB_VPRINTF_H

#include <stdarg.h>

#include <fabricast/arena.h>

/* fab_arena_printf with its arguments as a list; NULL when memory is out. */
char *fab_arena_vprintf(fab_arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
