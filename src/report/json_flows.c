#include "report/json_document.h"

fab_status fab_report_flows_json(const fab_flow_answer *answer, const fab_run_meter *meter,
                                 fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    const fab_flow_result *result = &answer->result;
    json_t *root = fab_json_root(&json);
    fab_json_integer(&json, root, "flows", answer->file.set.flow_count);
    fab_json_integer(&json, root, "links", answer->file.link_count);
    fab_json_integer(&json, root, "classes", result->class_count);
    fab_json_integer(&json, root, "link_classes", result->link_classes);
    fab_json_integer(&json, root, "events", result->events);
    fab_json_real(&json, root, "makespan_s", result->makespan_s);
    fab_json_integer(&json, root, "references", answer->references);
    fab_json_known(&json, root, "largest_relative_difference", answer->references > 0,
                   answer->largest_frac);
    fab_json_run(&json, root, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}
