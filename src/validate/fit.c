#include "validate/fit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <cminpack.h>

#define SOFT      0.05
#define TOLERANCE 1e-10
#define STARTS    3

/* The free variables of MINPACK are unbounded; each is mapped into the bounds of its parameter. */
static double inside(const fab_fit_parameter *parameter, double free)
{
    return parameter->low + (parameter->high - parameter->low) * 0.5 * (1.0 + tanh(free));
}

static double outside(const fab_fit_parameter *parameter, double value)
{
    if (parameter->high <= parameter->low) {
        return 0.0;
    }
    double share = (value - parameter->low) / (parameter->high - parameter->low);
    share = share < 0.001 ? 0.001 : share > 0.999 ? 0.999 : share;
    return atanh(2.0 * share - 1.0);
}

static void map_in(const fab_fit_problem *problem, const double *free, double *parameters)
{
    size_t next = 0;
    for (size_t i = 0; i < problem->parameter_count; i++) {
        const fab_fit_parameter *parameter = &problem->parameters[i];
        const bool is_fixed = parameter->high <= parameter->low;
        parameters[i] = is_fixed ? parameter->low : inside(parameter, free[next++]);
    }
}

static size_t map_out(const fab_fit_problem *problem, size_t start, double *free)
{
    size_t count = 0;
    for (size_t i = 0; i < problem->parameter_count; i++) {
        const fab_fit_parameter *parameter = &problem->parameters[i];
        if (parameter->high > parameter->low) {
            free[count++] = outside(parameter, parameter->start[start]);
        }
    }
    return count;
}

static int residuals(void *context, int rows, int count, const double *free, double *out, int flag)
{
    const fab_fit_problem *problem = context;
    double parameters[FAB_FIT_PARAMETER_LIMIT];
    (void)count;
    (void)flag;
    map_in(problem, free, parameters);
    int next = 0;
    for (size_t i = 0; i < problem->row_count; i++) {
        if (problem->is_used[i]) {
            const double error = log(problem->ratio(problem->context, parameters, i));
            out[next++] = error / sqrt(sqrt(SOFT * SOFT + error * error));
        }
    }
    assert(next == rows);
    (void)rows;
    return 0;
}

/* Memory that lmdif1 works in. */
typedef struct fab_fit_work {
    double *residual;
    double *work;
    int work_count;
    int pivot[FAB_FIT_PARAMETER_LIMIT];
} fab_fit_work;

static double fit_from(const fab_fit_problem *problem, size_t start, int rows, fab_fit_work *work,
                       double *parameters)
{
    double free[FAB_FIT_PARAMETER_LIMIT];
    const int count = (int)map_out(problem, start, free);
    void *context = (void *)(size_t)(const void *)problem;
    (void)lmdif1(residuals, context, rows, count, free, work->residual, TOLERANCE, work->pivot,
                 work->work, work->work_count);
    double sum = 0.0;
    (void)residuals(context, rows, count, free, work->residual, 0);
    for (int i = 0; i < rows; i++) {
        sum += work->residual[i] * work->residual[i];
    }
    map_in(problem, free, parameters);
    return sum;
}

size_t fab_fit_free_count(const fab_fit_problem *problem)
{
    size_t count = 0;
    for (size_t i = 0; i < problem->parameter_count; i++) {
        count += problem->parameters[i].high > problem->parameters[i].low;
    }
    return count;
}

fab_status fab_fit(const fab_fit_problem *problem, fab_arena *arena, double *parameters_out)
{
    assert(problem->parameter_count <= FAB_FIT_PARAMETER_LIMIT);
    int rows = 0;
    for (size_t i = 0; i < problem->row_count; i++) {
        rows += problem->is_used[i];
    }
    assert(rows >= (int)fab_fit_free_count(problem));
    const fab_arena_mark mark = fab_arena_save(arena);
    const int count = FAB_FIT_PARAMETER_LIMIT;
    fab_fit_work work = {.work_count = rows * count + 5 * count + rows};
    work.residual = FAB_NEW(arena, double, (size_t)rows);
    work.work = FAB_NEW(arena, double, (size_t)work.work_count);
    if (work.residual == NULL || work.work == NULL) {
        return FAB_E_NOMEM;
    }
    double best = HUGE_VAL;
    for (size_t start = 0; start < STARTS; start++) {
        double parameters[FAB_FIT_PARAMETER_LIMIT];
        const double sum = fit_from(problem, start, rows, &work, parameters);
        if (sum < best) {
            best = sum;
            memcpy(parameters_out, parameters, problem->parameter_count * sizeof(parameters[0]));
        }
    }
    fab_arena_reset(arena, mark);
    return FAB_OK;
}
