#include "results.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Prints a message; a path in it may hold anything. */
static void tell(fab_session *session, const char *message)
{
    fputs("fabricast: ", stderr);
    for (const char *at = message; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        if (byte < 0x20 || byte == 0x7f) {
            fprintf(stderr, "\\x%02x", byte);
        } else {
            putc(byte, stderr);
        }
    }
    putc('\n', stderr);
    session->is_told = true;
}

static fab_status fail(fab_session *session, const char *doing, const char *path)
{
    const char *message =
        fab_arena_printf(session->arena, "cannot %s %s: %s", doing, path, strerror(errno));
    if (message == NULL) {
        return FAB_E_NOMEM;
    }
    tell(session, message);
    return FAB_E_IO;
}

static const char *prefix(fab_session *session, const fab_results *results, size_t end)
{
    return fab_arena_printf(session->arena, "%.*s", (int)end, results->folder);
}

/* whether a folder's name ends before `end` */
static bool is_end(const char *folder, size_t end)
{
    return end > 0 && (folder[end] == '/' || folder[end] == '\0') && folder[end - 1] != '/';
}

/* takes away the folders that were made, as far as they are empty */
static void remove_folders(fab_session *session, fab_results *results)
{
    for (size_t end = strlen(results->folder); results->parent_byte > 0 && end > 0; end--) {
        if (is_end(results->folder, end) && end >= results->parent_byte) {
            const char *path = prefix(session, results, end);
            if (path != NULL) {
                (void)rmdir(path);
            }
        }
    }
    results->parent_byte = 0;
}

static fab_status make_folders(fab_session *session, fab_results *results)
{
    const size_t length = strlen(results->folder);
    struct stat found;
    if (length == 0) {
        errno = ENOENT;
        return fail(session, "write the folder", "");
    }
    if (stat(results->folder, &found) == 0) {
        errno = ENOTDIR;
        return S_ISDIR(found.st_mode) ? FAB_OK : fail(session, "write the folder", results->folder);
    }
    for (size_t end = 1; end <= length; end++) {
        if (!is_end(results->folder, end)) {
            continue;
        }
        const char *path = prefix(session, results, end);
        if (path == NULL) {
            return FAB_E_NOMEM;
        }
        if (mkdir(path, 0777) == 0) {
            results->parent_byte = results->parent_byte > 0 ? results->parent_byte : end;
        } else if (errno != EEXIST || end == length) {
            return fail(session, "write the folder", results->folder);
        }
    }
    return FAB_OK;
}

static fab_status open_store(fab_session *session, const fab_study *study, bool is_fresh,
                             fab_results *results)
{
    const char *message = NULL;
    struct stat found;
    results->path = fab_arena_printf(session->arena, "%s/results.db", results->folder);
    if (results->path == NULL) {
        return FAB_E_NOMEM;
    }
    results->is_new = lstat(results->path, &found) != 0;
    const fab_status status = fab_study_store_open(study, results->path, is_fresh, session->arena,
                                                   &results->store, &message);
    if (status != FAB_OK && message != NULL) {
        tell(session, message);
    }
    if (status == FAB_OK && fab_study_store_note(results->store) != NULL) {
        tell(session, fab_study_store_note(results->store));
        session->is_told = false;
    }
    return status;
}

fab_status fab_results_open(fab_session *session, const fab_study *study, const char *folder,
                            bool is_fresh, fab_results *out)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    *out = (fab_results){.folder = fab_arena_copy(session->arena, folder, length)};
    if (out->folder == NULL) {
        return FAB_E_NOMEM;
    }
    fab_interrupt_begin(&out->interrupt);
    fab_status status = make_folders(session, out);
    status = status == FAB_OK ? open_store(session, study, is_fresh, out) : status;
    if (status != FAB_OK) {
        remove_folders(session, out);
        fab_interrupt_end(&out->interrupt);
    }
    return status;
}

/* A study with a mistake that only shows when it is run leaves nothing to go on from: once mended
 * it is another study. */
static void remove_new(fab_session *session, fab_results *results)
{
    if (results->is_new) {
        (void)unlink(results->path);
        remove_folders(session, results);
    }
}

static void say_stopped(fab_session *session, const fab_results *results)
{
    const size_t count =
        fab_study_store_evaluated(results->store) + fab_study_store_taken(results->store);
    const char *message = fab_arena_printf(
        session->arena, "stopped; %zu scenarios are in %s: the same command goes on from there",
        count, results->path);
    if (message != NULL) {
        tell(session, message);
    }
}

fab_status fab_results_run(fab_session *session, const fab_study *study, fab_results *results,
                           const fab_study_result **result_out)
{
    fab_status status =
        fab_study_run_stored(study, results->store, fab_interrupt_is_asked, &results->interrupt,
                             session->arena, &session->diagnostics, result_out);
    const fab_status closed = fab_study_store_close(results->store);
    status = status == FAB_OK ? closed : status;
    if (status == FAB_E_IO && fab_study_store_message(results->store) != NULL) {
        tell(session, fab_study_store_message(results->store));
    } else if (status == FAB_E_INPUT) {
        remove_new(session, results);
    } else if (status == FAB_E_STOPPED) {
        say_stopped(session, results);
    }
    fab_interrupt_end(&results->interrupt);
    return status;
}
