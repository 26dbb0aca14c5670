#ifndef FAB_REPORT_SVG_FABRIC_H
#define FAB_REPORT_SVG_FABRIC_H

#include <fabricast/fabric.h>

#include "report/svg.h"

/* Draws a fabric. Failures stay in the stream and the scratch. */
void fab_svg_fabric(fab_svg *svg, const fab_fabric_bill *bill, bool is_inline);

#endif
