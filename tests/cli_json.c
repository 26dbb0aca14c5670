#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* Reads what the program prints with --json, for the tests in shell.
 *   cli_json get FILE PATH     prints a text or number; the size of a list or an object
 *   cli_json study FILE        checks what every study's result holds
 *   cli_json forecast FILE     the same for a forecast
 * PATH: names and positions with dots between. Exit code 1 when something is not there. */

static int fail(const char *what, const char *name)
{
    fprintf(stderr, "cli_json: %s: %s\n", what, name);
    return 1;
}

static const json_t *step_down(const json_t *value, const char *name)
{
    return json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                : json_object_get(value, name);
}

static const json_t *find(const json_t *root, const char *path)
{
    char name[128];
    while (root && *path) {
        const size_t length = strcspn(path, ".");
        if (length >= sizeof(name)) {
            return NULL;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        root = step_down(root, name);
        path += length + (path[length] == '.' ? 1 : 0);
    }
    return root;
}

static int get(const json_t *root, const char *path)
{
    const json_t *value = find(root, path);
    if (!value) {
        return fail("no such value", path);
    }
    switch (json_typeof(value)) {
    case JSON_STRING:
        /* a name may hold a NUL no more than any other control character that matters here */
        printf("%s\n", json_string_value(value));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        printf("%.17g\n", json_number_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        printf("%s\n", json_is_true(value) ? "true" : "false");
        break;
    default:
        printf("%zu\n", json_is_array(value) ? json_array_size(value) : json_object_size(value));
        break;
    }
    return 0;
}

static int check_number(const json_t *object, const char *name, double least)
{
    const json_t *value = json_object_get(object, name);
    const double number = json_number_value(value);
    return json_is_number(value) && isfinite(number) && number >= least
               ? 0
               : fail("no number, or too small", name);
}

static int check_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text && *text ? 0 : fail("no text", name);
}

/* What measures the machine, and nothing else; `more` numbers beside it. */
static int check_run(const json_t *root, size_t more)
{
    const json_t *run = json_object_get(root, "run");
    return check_number(run, "elapsed_s", 0.0) + check_number(run, "rate_per_s", 0.0) +
           check_number(run, "peak_rss_bytes", 1e5) + check_text(run, "date") +
           (json_object_size(run) == 4 + more ? 0 : fail("another size", "run"));
}

static int check_target(const json_t *target)
{
    const double low = json_number_value(json_object_get(target, "low"));
    const double high = json_number_value(json_object_get(target, "high"));
    const double value = json_number_value(json_object_get(target, "value"));
    int mistakes = check_text(target, "id") + check_text(target, "published") +
                   check_number(target, "value", 0.0) + check_number(target, "low", 0.0) +
                   check_number(target, "high", 0.0);
    if (!json_is_boolean(json_object_get(target, "ok"))) {
        mistakes += fail("no true or false", "ok");
    }
    if (!(low <= value && value <= high)) {
        mistakes += fail("low <= value <= high does not hold", "target");
    }
    return mistakes;
}

static int check_study(const json_t *root)
{
    const json_t *targets = json_object_get(root, "targets");
    const json_t *run = json_object_get(root, "run");
    int mistakes =
        check_run(root, 2) + check_number(run, "evaluated", 0.0) + check_number(run, "taken", 0.0);
    if (json_array_size(targets) == 0) {
        mistakes += fail("no list with entries", "targets");
    }
    for (size_t i = 0; i < json_array_size(targets); i++) {
        mistakes += check_target(json_array_get(targets, i));
    }
    if (json_array_size(json_object_get(root, "points")) == 0) {
        mistakes += fail("no list with entries", "points");
    }
    return mistakes ? 1 : 0;
}

static int check_forecast(const json_t *root)
{
    const json_t *forecast = json_object_get(root, "forecast");
    return check_run(root, 0) + check_number(forecast, "step_s", 1e-9) +
                   check_text(json_object_get(root, "scenario"), "name")
               ? 1
               : 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return fail("usage", "cli_json get|study|forecast FILE [PATH]");
    }
    json_error_t error;
    json_t *root = json_load_file(argv[2], JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        return fail(argv[2], error.text);
    }
    int code = 1;
    if (strcmp(argv[1], "get") == 0 && argc == 4) {
        code = get(root, argv[3]);
    } else if (strcmp(argv[1], "study") == 0) {
        code = check_study(root);
    } else if (strcmp(argv[1], "forecast") == 0) {
        code = check_forecast(root);
    }
    json_decref(root);
    return code;
}
