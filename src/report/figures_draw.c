/* posix_spawn_file_actions_addchdir_np stands outside POSIX 2008 */
#define _GNU_SOURCE

#include "report/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* what is kept of gnuplot's complaints */
#define COMPLAINT_LIMIT 2000

#define EMPTY_DEVICE "/dev/null"

/* how a drawing went */
typedef struct outcome {
    int error; /* of starting it, 0 when it ran */
    int wait;  /* as waitpid gives it */
    char complaint[COMPLAINT_LIMIT + 1];
} outcome;

/* reads until the other end closes; what does not fit is dropped */
static void read_complaint(int descriptor, outcome *out)
{
    size_t used = 0;
    char chunk[512];
    for (;;) {
        const ssize_t count = read(descriptor, chunk, sizeof chunk);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        const size_t fits = COMPLAINT_LIMIT - used;
        const size_t taken = (size_t)count < fits ? (size_t)count : fits;
        memcpy(out->complaint + used, chunk, taken);
        used += taken;
    }
    out->complaint[used] = '\0';
}

static int prepare(posix_spawn_file_actions_t *actions, const char *folder, int descriptor)
{
    int error = posix_spawn_file_actions_addopen(actions, 0, EMPTY_DEVICE, O_RDONLY, 0);
    if (!error) {
        error = posix_spawn_file_actions_addopen(actions, 1, EMPTY_DEVICE, O_WRONLY, 0);
    }
    if (!error) {
        error = posix_spawn_file_actions_adddup2(actions, descriptor, 2);
    }
    if (!error) {
        error = posix_spawn_file_actions_addchdir_np(actions, folder);
    }
    return error;
}

static int start(char *const *arguments, const char *folder, int descriptor, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        return error;
    }
    error = prepare(&actions, folder, descriptor);
    if (!error) {
        error = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void run(char *const *arguments, const char *folder, outcome *out)
{
    int ends[2];
    if (pipe(ends) != 0) {
        out->error = errno;
        return;
    }
    /* the child gets its end as standard error only */
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t child = 0;
    out->error = start(arguments, folder, ends[1], &child);
    close(ends[1]);
    if (!out->error) {
        read_complaint(ends[0], out);
        while (waitpid(child, &out->wait, 0) < 0 && errno == EINTR) {
        }
    }
    close(ends[0]);
}

/* true when the file ends with these bytes */
static bool ends_with(const char *path, const char *ending, size_t length)
{
    char tail[16];
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    const bool is_read =
        fseek(file, -(long)length, SEEK_END) == 0 && fread(tail, 1, length, file) == length;
    const bool is_equal = is_read && memcmp(tail, ending, length) == 0;
    return (fclose(file) == 0) && is_equal;
}

/* gnuplot does not notice a full disk, so the ends of its pictures are looked at */
static bool is_whole(fab_scratch *scratch, const char *folder, const char *name)
{
    static const char SVG_END[] = "</svg>\n\n";
    static const char PNG_END[] = "IEND\xAE\x42\x60\x82";
    const char *svg = fab_text_printf(scratch, "%s/%s.svg", folder, name);
    const char *png = fab_text_printf(scratch, "%s/%s.png", folder, name);
    return ends_with(svg, SVG_END, sizeof SVG_END - 1) &&
           ends_with(png, PNG_END, sizeof PNG_END - 1);
}

static fab_status judge(fab_scratch *scratch, const outcome *out, const char **message_out)
{
    if (out->error == ENOENT) {
        *message_out = "gnuplot draws the figures and was not found: install it (Debian: "
                       "gnuplot-nox) or leave the figures out";
        return FAB_E_TOOL;
    }
    if (out->error) {
        *message_out = fab_text_printf(scratch, "gnuplot cannot be started: %s",
                                       fab_text_error(scratch, out->error));
        return FAB_E_TOOL;
    }
    if (!WIFEXITED(out->wait) || WEXITSTATUS(out->wait) != 0) {
        *message_out = fab_text_printf(scratch, "gnuplot failed to draw the figures: %s",
                                       fab_text_clean(scratch, out->complaint));
        return FAB_E_TOOL;
    }
    return FAB_OK;
}

fab_status fab_figures_draw(fab_scratch *scratch, const char *folder, const fab_figure *figures,
                            size_t count, const char **message_out)
{
    char *arguments[FAB_FIGURE_LIMIT + 3] = {(char[]){"gnuplot"}, (char[]){"-d"}};
    for (size_t i = 0; i < count; i++) {
        const char *script = fab_text_printf(scratch, "%s.gp", figures[i].name);
        if (scratch->status != FAB_OK) {
            return scratch->status;
        }
        arguments[2 + i] = fab_arena_copy(scratch->arena, script, strlen(script));
        if (!arguments[2 + i]) {
            return FAB_E_NOMEM;
        }
    }
    if (count == 0) {
        return scratch->status;
    }
    outcome out = {0};
    run(arguments, folder, &out);
    FAB_TRY(judge(scratch, &out, message_out));
    for (size_t i = 0; i < count; i++) {
        if (!is_whole(scratch, folder, figures[i].name)) {
            *message_out = fab_text_printf(
                scratch, "gnuplot left the picture %s unfinished: is the disk full?%s%s",
                figures[i].name, *out.complaint ? " It said: " : "",
                fab_text_clean(scratch, out.complaint));
            return FAB_E_IO;
        }
    }
    return scratch->status;
}
