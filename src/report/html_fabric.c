#include "report/html_page.h"

#include <fabricast/fabric.h>

#include "report/svg_fabric.h"

/* The fabric of a system as the picture that `fabricast fabric --svg` draws. */

void fab_page_fabric(fab_page *page, const fab_scenario *scenario)
{
    fab_scratch *s = page->scratch;
    if (s->status != FAB_OK) {
        return;
    }
    fab_fabric_bill bill;
    s->status = fab_fabric_count(&scenario->fabric, scenario->job.gpus, s->arena, &bill);
    if (s->status == FAB_OK) {
        fab_svg svg = {.stream = page->stream, .scratch = s};
        fab_page_raw(page, "<div class=\"scroll fabric\">\n");
        fab_svg_fabric(&svg, &bill, true);
        fab_page_raw(page, "</div>\n");
    }
}
