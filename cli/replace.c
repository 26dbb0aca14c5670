#define _XOPEN_SOURCE 700 /* realpath */

#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file on its way to its place. */
typedef struct fab_filling {
    fab_session *session;
    const char *path; /* as the user wrote it */
    fab_file_writer writer;
    const void *content;
} fab_filling;

static fab_status cannot_write(const fab_filling *filling, fab_status status)
{
    fprintf(stderr, "fabricast: cannot write %s: %s\n", filling->path,
            status == FAB_E_NOMEM ? fab_status_text(status) : strerror(errno));
    filling->session->is_told = true;
    return status;
}

/* Writes and closes; errno says why where it is FAB_E_IO. */
static fab_status write_and_close(const fab_filling *filling, FILE *stream)
{
    const fab_status written = filling->writer(filling->content, filling->session->arena, stream);
    const bool is_whole = fflush(stream) == 0 && !ferror(stream);
    const int code = errno;
    if (fclose(stream) != 0) {
        return FAB_E_IO;
    }
    errno = code;
    return is_whole ? written : FAB_E_IO;
}

static fab_status put_in_place(const fab_filling *filling, const char *target)
{
    const char *aside =
        fab_arena_printf(filling->session->arena, "%s.%ld.part", target, (long)getpid());
    if (aside == NULL) {
        return cannot_write(filling, FAB_E_NOMEM);
    }
    const int descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL, 0666);
    FILE *stream = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (stream == NULL) {
        return cannot_write(filling, FAB_E_IO);
    }
    fab_status status = write_and_close(filling, stream);
    if (status == FAB_OK && rename(aside, target) != 0) {
        status = FAB_E_IO;
    }
    if (status != FAB_OK) {
        const int code = errno;
        (void)unlink(aside);
        errno = code;
        return cannot_write(filling, status);
    }
    return FAB_OK;
}

/* What is no plain file, such as a pipe, is written as it is. */
static fab_status write_to(const fab_filling *filling)
{
    FILE *stream = fopen(filling->path, "w");
    const fab_status status = stream != NULL ? write_and_close(filling, stream) : FAB_E_IO;
    return status == FAB_OK ? FAB_OK : cannot_write(filling, status);
}

fab_status fab_file_replace(fab_session *session, const char *path, fab_file_writer writer,
                            const void *content)
{
    const fab_filling filling = {session, path, writer, content};
    struct stat found;
    if (stat(path, &found) != 0) {
        return put_in_place(&filling, path);
    }
    if (S_ISDIR(found.st_mode)) {
        errno = EISDIR;
        return cannot_write(&filling, FAB_E_IO);
    }
    if (!S_ISREG(found.st_mode)) {
        return write_to(&filling);
    }
    char *target = realpath(path, NULL);
    const fab_status status =
        target != NULL ? put_in_place(&filling, target) : cannot_write(&filling, FAB_E_IO);
    free(target);
    return status;
}
