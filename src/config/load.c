#include "config/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

#include "config/document.h"

#define FIRST_BUFFER ((size_t)65536)

static fab_source *make_source(const char *name, fab_arena *arena)
{
    fab_source *source = FAB_NEW(arena, fab_source, 1);
    if (source) {
        source->name = fab_arena_copy(arena, name, strlen(name));
        source->text = "";
    }
    return source && source->name ? source : NULL;
}

/* Adds an error about a whole file. */
static fab_status file_error(const char *name, const char *message, fab_arena *arena,
                             fab_diagnostics *diagnostics)
{
    const fab_source *source = make_source(name, arena);
    if (!source) {
        return FAB_E_NOMEM;
    }
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, (fab_position){.source = source}, NULL, "%s",
                 message);
    return FAB_E_INPUT;
}

/* Checks what every text must satisfy, leaves out a byte order mark, and parses. */
static fab_status build(fab_source *source, fab_arena *arena, fab_diagnostics *diagnostics,
                        const fab_node **root_out)
{
    if (source->length_byte >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
        source->text += 3;
        source->length_byte -= 3;
    }
    if (source->length_byte == 0) {
        return file_error(source->name, "the file is empty", arena, diagnostics);
    }
    if (!fab_text_check(source, diagnostics)) {
        return FAB_E_INPUT;
    }
    return fab_yaml_build(source, arena, diagnostics, root_out);
}

static fab_status too_large(const char *name, fab_arena *arena, fab_diagnostics *diagnostics)
{
    const char *text =
        fab_arena_printf(arena, "the file is larger than %u MiB", FAB_TREE_SIZE_LIMIT_BYTE >> 20);
    return text ? file_error(name, text, arena, diagnostics) : FAB_E_NOMEM;
}

fab_status fab_tree_parse(const char *name, const char *text, size_t length_byte, fab_arena *arena,
                          fab_diagnostics *diagnostics, const fab_node **root_out)
{
    if (length_byte > FAB_TREE_SIZE_LIMIT_BYTE) {
        return too_large(name, arena, diagnostics);
    }
    fab_source *source = make_source(name, arena);
    const char *copy = fab_arena_copy(arena, text, length_byte);
    if (!source || !copy) {
        return FAB_E_NOMEM;
    }
    source->text = copy;
    source->length_byte = length_byte;
    return build(source, arena, diagnostics, root_out);
}

/* A file being read, and what it is called in messages. */
typedef struct input {
    const char *path;
    FILE *stream;
    fab_arena *arena;
    fab_diagnostics *diagnostics;
} input;

static fab_status system_error(const input *in, int code)
{
    char reason[128];
    if (code == ENOENT) {
        return file_error(in->path, "no such file", in->arena, in->diagnostics);
    }
    if (strerror_r(code, reason, sizeof(reason)) != 0) {
        snprintf(reason, sizeof(reason), "error %d", code);
    }
    const char *text = fab_arena_printf(in->arena, "cannot read the file: %s", reason);
    return text ? file_error(in->path, text, in->arena, in->diagnostics) : FAB_E_NOMEM;
}

/* Reads to the end, at most one byte more than the limit. */
static fab_status read_all(const input *in, size_t capacity, fab_source *source)
{
    char *buffer = fab_arena_alloc(in->arena, capacity, 1, 1);
    size_t length = 0;
    while (buffer) {
        length += fread(buffer + length, 1, capacity - length, in->stream);
        if (ferror(in->stream)) {
            return system_error(in, errno);
        }
        if (length < capacity || length > FAB_TREE_SIZE_LIMIT_BYTE) {
            break;
        }
        /* a pipe, or a file that grows while it is read */
        const size_t limit = (size_t)FAB_TREE_SIZE_LIMIT_BYTE + 1;
        const size_t wanted = 2 * capacity < limit ? 2 * capacity : limit;
        char *bigger = fab_arena_alloc(in->arena, wanted, 1, 1);
        if (bigger) {
            memcpy(bigger, buffer, length);
        }
        buffer = bigger;
        capacity = wanted;
    }
    source->text = buffer;
    source->length_byte = length;
    return buffer ? FAB_OK : FAB_E_NOMEM;
}

static fab_status load_stream(const input *in, const fab_node **root_out)
{
    struct stat status;
    if (fstat(fileno(in->stream), &status) != 0) {
        return system_error(in, errno);
    }
    if (S_ISDIR(status.st_mode)) {
        return file_error(in->path, "this is a folder, not a file", in->arena, in->diagnostics);
    }
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        return file_error(in->path, "this is neither a file nor a pipe", in->arena,
                          in->diagnostics);
    }
    const bool is_file = S_ISREG(status.st_mode);
    if (is_file && status.st_size > (off_t)FAB_TREE_SIZE_LIMIT_BYTE) {
        return too_large(in->path, in->arena, in->diagnostics);
    }
    fab_source *source = make_source(in->path, in->arena);
    if (!source) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(read_all(in, is_file ? (size_t)status.st_size + 1 : FIRST_BUFFER, source));
    if (source->length_byte > FAB_TREE_SIZE_LIMIT_BYTE) {
        return too_large(in->path, in->arena, in->diagnostics);
    }
    return build(source, in->arena, in->diagnostics, root_out);
}

fab_status fab_tree_load(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                         const fab_node **root_out)
{
    input in = {.path = path, .arena = arena, .diagnostics = diagnostics};
    in.stream = fopen(path, "rb");
    if (!in.stream) {
        return system_error(&in, errno);
    }
    const fab_status status = load_stream(&in, root_out);
    fclose(in.stream);
    return status;
}
