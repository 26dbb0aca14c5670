#include "report/place.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 100

/* a file's paths, made before anything is touched so that cleaning up needs no memory */
typedef struct fab_place_file_paths {
    const char *aside;
    const char *final;
    const char *old;
} file_paths;

static fab_status fail(fab_place *place, const char *doing, const char *path)
{
    const char *reason = fab_text_error(place->scratch, errno);
    place->message = fab_text_printf(place->scratch, "cannot %s %s: %s", doing,
                                     fab_text_clean(place->scratch, path), reason);
    return place->scratch->status == FAB_OK ? FAB_E_IO : place->scratch->status;
}

static const char *join(fab_place *place, const char *folder, const char *name)
{
    return fab_text_printf(place->scratch, "%s/%s", folder, name);
}

/* the path without slashes at its end */
static const char *trim(fab_scratch *scratch, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    return fab_text_printf(scratch, "%.*s", (int)length, folder);
}

/* a name for what is made aside, in the folder or beside it */
static const char *aside_name(fab_place *place, int attempt)
{
    const long process = (long)getpid();
    if (!place->is_new) {
        return fab_text_printf(place->scratch, "%s/.fabricast-%ld-%d", place->folder, process,
                               attempt);
    }
    const char *slash = strrchr(place->folder, '/');
    const int parent = slash ? (int)(slash - place->folder) + 1 : 0;
    return fab_text_printf(place->scratch, "%.*s.fabricast-%ld-%d", parent, place->folder, process,
                           attempt);
}

/* the path up to and without the slash at `end` */
static const char *prefix(fab_place *place, size_t end)
{
    return fab_text_printf(place->scratch, "%.*s", (int)end, place->folder);
}

/* makes the folders above a new one, from the top, and remembers where they begin */
static fab_status make_parents(fab_place *place)
{
    const size_t length = strlen(place->folder);
    for (size_t end = 1; end < length; end++) {
        if (place->folder[end] != '/' || place->folder[end - 1] == '/') {
            continue;
        }
        const char *path = prefix(place, end);
        FAB_TRY(place->scratch->status);
        if (mkdir(path, 0777) == 0) {
            place->parent_byte = place->parent_byte > 0 ? place->parent_byte : end;
        } else if (errno != EEXIST) {
            return fail(place, "make the folder", path);
        }
    }
    return FAB_OK;
}

/* takes away the folders above that were made, as far as they are empty */
static void remove_parents(fab_place *place)
{
    for (size_t end = strlen(place->folder); place->parent_byte > 0 && end >= place->parent_byte;
         end--) {
        if (place->folder[end] == '/' && place->folder[end - 1] != '/') {
            const char *path = prefix(place, end);
            if (path != NULL) {
                (void)rmdir(path);
            }
        }
    }
    place->parent_byte = 0;
}

/* makes the folder aside under the first free name and notes every path in it */
static fab_status make_aside(fab_place *place)
{
    for (int attempt = 0; attempt < TRIES; attempt++) {
        const char *aside = aside_name(place, attempt);
        FAB_TRY(place->scratch->status);
        if (mkdir(aside, 0777) == 0) {
            place->aside = aside;
            return FAB_OK;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return fail(place, "write the folder", place->folder);
}

static fab_status note_paths(fab_place *place, const char *subfolder, const char *const *names,
                             size_t count)
{
    fab_scratch *scratch = place->scratch;
    place->files = FAB_NEW(scratch->arena, file_paths, count);
    if (!place->files) {
        scratch->status = FAB_E_NOMEM;
        return scratch->status;
    }
    place->subfolder = join(place, place->aside, subfolder);
    place->final_subfolder = join(place, place->folder, subfolder);
    place->old = join(place, place->aside, "old");
    for (size_t i = 0; i < count; i++) {
        place->files[i] = (file_paths){
            .aside = join(place, place->aside, names[i]),
            .final = join(place, place->folder, names[i]),
            .old = fab_text_printf(scratch, "%s/%zu", place->old, i),
        };
    }
    place->file_count = count;
    return scratch->status;
}

fab_status fab_place_open(fab_place *place, const char *folder, const char *subfolder,
                          const char *const *names, size_t count, fab_scratch *scratch)
{
    *place = (fab_place){.scratch = scratch};
    place->folder = trim(scratch, folder);
    FAB_TRY(scratch->status);
    struct stat found;
    place->is_new = stat(place->folder, &found) != 0;
    if (place->is_new && (errno != ENOENT || !*place->folder)) {
        return fail(place, "write the folder", place->folder);
    }
    if (!place->is_new && !S_ISDIR(found.st_mode)) {
        errno = ENOTDIR;
        return fail(place, "write the folder", place->folder);
    }
    fab_status status = place->is_new ? make_parents(place) : FAB_OK;
    status = status == FAB_OK ? make_aside(place) : status;
    status = status == FAB_OK ? note_paths(place, subfolder, names, count) : status;
    if (status != FAB_OK) {
        if (place->aside != NULL) {
            (void)rmdir(place->aside);
            place->aside = NULL;
        }
        remove_parents(place);
    }
    return status;
}

fab_status fab_place_make_subfolder(fab_place *place)
{
    return mkdir(place->subfolder, 0777) == 0 ? FAB_OK
                                              : fail(place, "make the folder", place->subfolder);
}

FILE *fab_place_file(fab_place *place, const char *name)
{
    const char *path = join(place, place->aside, name);
    if (place->scratch->status != FAB_OK) {
        return NULL;
    }
    FILE *file = fopen(path, "wb");
    if (!file) {
        (void)fail(place, "write", join(place, place->folder, name));
    }
    return file;
}

fab_status fab_place_close_file(fab_place *place, FILE *file, const char *name)
{
    /* the first failure tells the reason */
    errno = 0;
    const bool is_flushed = fflush(file) == 0 && !ferror(file);
    const int error = errno;
    const bool is_closed = fclose(file) == 0;
    if (is_flushed && is_closed) {
        return FAB_OK;
    }
    errno = error ? error : errno ? errno : EIO;
    return fail(place, "write", join(place, place->folder, name));
}

static bool is_there(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0;
}

/* undoes the first `count` moves; nothing better can be done when a step of it fails */
static void put_back(fab_place *place, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        const file_paths *file = &place->files[i];
        if (!is_there(file->aside) && is_there(file->final)) {
            (void)rename(file->final, file->aside);
        }
        if (is_there(file->old)) {
            (void)rename(file->old, file->final);
        }
    }
}

static fab_status move_in(fab_place *place, const file_paths *file)
{
    if (is_there(file->final) && rename(file->final, file->old) != 0) {
        return fail(place, "replace", file->final);
    }
    if (is_there(file->aside) && rename(file->aside, file->final) != 0) {
        const fab_status status = fail(place, "write", file->final);
        if (is_there(file->old)) {
            (void)rename(file->old, file->final);
        }
        return status;
    }
    return FAB_OK;
}

fab_status fab_place_finish(fab_place *place)
{
    if (place->is_new) {
        if (rename(place->aside, place->folder) != 0) {
            return fail(place, "write the folder", place->folder);
        }
        place->aside = NULL;
        return FAB_OK;
    }
    if (mkdir(place->old, 0777) != 0) {
        return fail(place, "make the folder", place->old);
    }
    if (is_there(place->subfolder) && mkdir(place->final_subfolder, 0777) != 0 && errno != EEXIST) {
        return fail(place, "make the folder", place->final_subfolder);
    }
    for (size_t i = 0; i < place->file_count; i++) {
        const fab_status status = move_in(place, &place->files[i]);
        if (status != FAB_OK) {
            put_back(place, i);
            return status;
        }
    }
    return FAB_OK;
}

void fab_place_clear(fab_place *place)
{
    if (!place->aside) {
        return;
    }
    for (size_t i = 0; i < place->file_count; i++) {
        (void)unlink(place->files[i].aside);
        (void)unlink(place->files[i].old);
    }
    (void)rmdir(place->old);
    (void)rmdir(place->subfolder);
    /* made by a failed finish, or left without figures: only an empty folder goes */
    (void)rmdir(place->final_subfolder);
    (void)rmdir(place->aside);
    place->aside = NULL;
    remove_parents(place);
}
