#ifndef FAB_PIPELINE_SHAPE_H
#define FAB_PIPELINE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/pipeline.h>

/* Whether all counts are at least 1 and an interleaved pipeline has whole groups of micro-batches.
 */
bool fab_pipeline_is_valid(const fab_pipeline *pipeline);

/* Whether each of `count` times is finite and not negative. */
bool fab_pipeline_are_durations(const double *time_s, int64_t count);

#endif
