#include <fabricast/report.h>

#include "report/region_sheets.h"
#include "report/text_table.h"

fab_status fab_report_regions_text(const fab_map_study *study, const fab_region_map *regions,
                                   fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fprintf(stream, "%s\n", fab_text_clean(&scratch, study->title));
    fab_text_paragraph(&scratch, stream, study->question, "");
    const fab_sheet best = fab_sheet_regions(&scratch, regions);
    fab_text_heading(stream, "The best links, by energy per bit");
    fab_text_sheet(&best, stream);
    fab_text_paragraph(&scratch, stream, fab_regions_text(&scratch, regions), "");
    const fab_sheet overtakes = fab_sheet_overtakes(&scratch, regions);
    fab_text_heading(stream, "Where one overtakes another");
    fab_text_sheet(&overtakes, stream);
    fab_text_remarks(&scratch, stream, study->remarks, study->remark_count);
    const fab_status status = fab_text_finish(&scratch, stream);
    fab_arena_reset(arena, mark);
    return status;
}
