#ifndef FAB_COMPILER_H
#define FAB_COMPILER_H

/* What differs between compilers, kept out of the rest of the sources. */

#if defined(__SANITIZE_ADDRESS__)
#define FAB_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAB_HAS_ASAN 1
#endif
#endif

/* Tells AddressSanitizer that nobody may touch memory, or that it may be used again. */
#ifdef FAB_HAS_ASAN
#include <sanitizer/asan_interface.h>
#define FAB_POISON(address, size)   ASAN_POISON_MEMORY_REGION((address), (size))
#define FAB_UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION((address), (size))
#else
#define FAB_POISON(address, size)   ((void)(address), (void)(size))
#define FAB_UNPOISON(address, size) ((void)(address), (void)(size))
#endif

#endif
