#ifndef FAB_ARENA_H
#define FAB_ARENA_H

#include <stddef.h>

#include <fabricast/base.h>

FAB_BEGIN_DECLS

/* Bump allocator that grows by chunks up to a limit. One arena holds everything a loader builds;
 * one per worker is scratch, marked and reset around each candidate. Nothing is freed singly.
 * Not thread-safe: one arena per thread. Freed parts are poisoned under AddressSanitizer. */
typedef struct fab_arena fab_arena;

/* Where an arena stood; only valid for the arena that gave it and until an earlier reset. */
typedef struct fab_arena_mark {
    void *chunk;
    size_t used;
} fab_arena_mark;

/* Returns an empty arena that will never hold more than `limit_byte` bytes, or NULL. The caller
 * owns it and frees it with fab_arena_destroy. */
FAB_API fab_arena *fab_arena_create(size_t limit_byte);

/* Frees the arena and everything allocated from it; NULL is allowed. */
FAB_API void fab_arena_destroy(fab_arena *arena);

/* Returns zeroed memory for `count` objects of `size` bytes aligned to `align` (a power of two),
 * or NULL when the limit or the machine's memory is reached or count * size overflows.
 * count 0 or size 0 gives a valid unique pointer. Owned by the arena. */
FAB_API void *fab_arena_alloc(fab_arena *arena, size_t count, size_t size, size_t align);

/* The same, but whatever was there before is left: for large objects that are filled at once. */
FAB_API void *fab_arena_take(fab_arena *arena, size_t count, size_t size, size_t align);

/* Copies the `length` bytes at `text` and ends them with NUL; NULL when memory is out. */
FAB_API char *fab_arena_copy(fab_arena *arena, const char *text, size_t length);

/* Formats into arena memory like sprintf; NULL when memory is out. */
FAB_API char *fab_arena_printf(fab_arena *arena, const char *format, ...) FAB_PRINTF(2, 3);

/* Returns the current position, to be given to fab_arena_reset. */
FAB_API fab_arena_mark fab_arena_save(const fab_arena *arena);

/* Frees everything allocated since `mark` was taken; keeps the chunks for reuse. */
FAB_API void fab_arena_reset(fab_arena *arena, fab_arena_mark mark);

/* Returns the largest number of bytes ever in use. */
FAB_API size_t fab_arena_peak_byte(const fab_arena *arena);

#define FAB_NEW(arena, type, count)                                                                \
    ((type *)fab_arena_alloc((arena), (count), sizeof(type), _Alignof(type)))

#define FAB_TAKE(arena, type, count)                                                               \
    ((type *)fab_arena_take((arena), (count), sizeof(type), _Alignof(type)))

FAB_END_DECLS

#endif
