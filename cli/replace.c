#define _XOPEN_SOURCE 700 /* realpath */

#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fab_content {
    fab_file_writer writer;
    const void *content;
} fab_content;

static bool cannot_write(const char *path)
{
    fprintf(stderr, "fabricast: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

/* Writes and closes; errno says why when it fails. */
static bool write_and_close(const fab_content *content, FILE *stream)
{
    content->writer(content->content, stream);
    bool is_written = fflush(stream) == 0 && !ferror(stream);
    const int code = errno;
    if (fclose(stream) != 0) {
        return false;
    }
    errno = code;
    return is_written;
}

static bool put_in_place(const char *path, const fab_content *content, fab_arena *arena)
{
    const char *aside = fab_arena_printf(arena, "%s.%ld.part", path, (long)getpid());
    if (aside == NULL) {
        errno = ENOMEM;
        return cannot_write(path);
    }
    const int descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL, 0666);
    FILE *stream = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (stream == NULL) {
        return cannot_write(path);
    }
    if (!write_and_close(content, stream) || rename(aside, path) != 0) {
        const int code = errno;
        (void)unlink(aside);
        errno = code;
        return cannot_write(path);
    }
    return true;
}

bool fab_file_replace(const char *path, fab_file_writer writer, const void *content,
                      fab_arena *arena)
{
    const fab_content whole = {writer, content};
    struct stat status;
    if (stat(path, &status) != 0) {
        return put_in_place(path, &whole, arena);
    }
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return cannot_write(path);
    }
    if (!S_ISREG(status.st_mode)) {
        FILE *stream = fopen(path, "w");
        return (stream != NULL && write_and_close(&whole, stream)) || cannot_write(path);
    }
    char *target = realpath(path, NULL);
    const bool is_written =
        target != NULL ? put_in_place(target, &whole, arena) : cannot_write(path);
    free(target);
    return is_written;
}
