#include <fabricast/report.h>

#include <inttypes.h>

#include <jansson.h>

/* The trace event format of Chrome's viewer ("Trace Event Format", Google, 2016): complete events
 * with times in us; a process is a stage, a thread a stream. Written as it comes, for a step may
 * have hundreds of thousands of events; every text goes through jansson. */

static const double US_PER_S = 1e6;

static void write_string(const char *text, FILE *stream)
{
    json_t *string = json_string(text);
    if (!string || json_dumpf(string, stream, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) != 0) {
        fprintf(stream, "\"?\"");
    }
    json_decref(string);
}

static void write_name(const char *kind, int64_t stage, int stream_index, const char *text,
                       FILE *stream)
{
    fprintf(stream,
            "{\"name\":\"%s\",\"ph\":\"M\",\"pid\":%" PRId64 ",\"tid\":%d,\"args\":{\"name\":",
            kind, stage + 1, stream_index + 1);
    write_string(text, stream);
    fprintf(stream, "}},\n");
}

static void write_activity(const fab_activity *a, FILE *stream)
{
    fprintf(stream, "{\"name\":");
    write_string(a->name, stream);
    fprintf(stream, ",\"cat\":");
    write_string(fab_step_class_text(a->part), stream);
    fprintf(stream,
            ",\"ph\":\"X\",\"pid\":%" PRId64 ",\"tid\":%d,\"ts\":%.6f,\"dur\":%.6f,\"args\":{"
            "\"micro-batch\":%" PRId64 ",\"pass\":\"%s\"}},\n",
            a->stage + 1, (int)a->stream + 1, US_PER_S * a->start_s,
            US_PER_S * (a->end_s - a->start_s), a->microbatch + 1,
            a->microbatch < 0 ? "step"
            : a->is_backward  ? "backward"
                              : "forward");
}

fab_status fab_report_step_trace(const fab_step_simulation *step, fab_arena *arena, FILE *stream)
{
    (void)arena;
    char text[32];
    fprintf(stream, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    for (int64_t stage = 0; stage < step->stages; stage++) {
        (void)snprintf(text, sizeof(text), "stage %" PRId64, stage + 1);
        write_name("process_name", stage, 0, text, stream);
        for (int i = 0; i < FAB_STREAM_COUNT; i++) {
            write_name("thread_name", stage, i, fab_stream_text((fab_stream)i), stream);
        }
    }
    for (size_t i = 0; i < step->activity_count; i++) {
        write_activity(&step->activities[i], stream);
    }
    fprintf(stream,
            "{\"name\":\"step\",\"ph\":\"i\",\"s\":\"g\",\"pid\":1,\"tid\":1,\"ts\":%.6f}\n]}\n",
            US_PER_S * step->simulated_s);
    return fflush(stream) == 0 && !ferror(stream) ? FAB_OK : FAB_E_IO;
}
