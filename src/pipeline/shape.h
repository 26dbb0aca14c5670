#ifndef FAB_PIPELINE_SHAPE_H
#define FAB_PIPELINE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/pipeline.h>

/* Whether each of `count` times is finite and not negative. */
bool fab_pipeline_are_durations(const double *time_s, int64_t count);

/* Whether all times that the schedule needs are there, finite and not negative. */
bool fab_pipeline_are_times(const fab_pipeline *pipeline, const fab_pipeline_times *times);

#endif
