#include "report/json_document.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define FORMAT_VERSION   2
#define REAL_DIGITS      17
#define BLANKS_PER_LEVEL 2

/* adds `value`, whose reference it takes */
static json_t *add(fab_json *json, json_t *parent, const char *key, json_t *value)
{
    const int failed = json_is_array(parent) ? json_array_append_new(parent, value)
                                             : json_object_set_new(parent, key, value);
    if (failed && json->scratch->status == FAB_OK) {
        json->scratch->status = FAB_E_NOMEM;
    }
    return failed ? NULL : value;
}

json_t *fab_json_object(fab_json *json, json_t *parent, const char *key)
{
    return add(json, parent, key, json_object());
}

json_t *fab_json_array(fab_json *json, json_t *parent, const char *key)
{
    return add(json, parent, key, json_array());
}

void fab_json_text(fab_json *json, json_t *object, const char *key, const char *text)
{
    json_t *value = text ? json_string(text) : json_null();
    if (!value) {
        /* not UTF-8 */
        value = json_string(fab_text_clean(json->scratch, text));
    }
    add(json, object, key, value);
}

void fab_json_real(fab_json *json, json_t *object, const char *key, double number_count)
{
    assert(isfinite(number_count));
    add(json, object, key, json_real(number_count));
}

void fab_json_integer(fab_json *json, json_t *object, const char *key, int64_t number)
{
    add(json, object, key, json_integer(number));
}

void fab_json_boolean(fab_json *json, json_t *object, const char *key, bool is_true)
{
    add(json, object, key, json_boolean(is_true));
}

void fab_json_null(fab_json *json, json_t *object, const char *key)
{
    add(json, object, key, json_null());
}

void fab_json_known(fab_json *json, json_t *object, const char *key, bool is_known,
                    double number_count)
{
    if (is_known) {
        fab_json_real(json, object, key, number_count);
    } else {
        fab_json_null(json, object, key);
    }
}

void fab_json_texts(fab_json *json, json_t *object, const char *key, const char *const *texts,
                    size_t count)
{
    json_t *list = fab_json_array(json, object, key);
    for (size_t i = 0; i < count; i++) {
        fab_json_text(json, list, NULL, texts[i]);
    }
}

void fab_json_value(fab_json *json, json_t *object, const char *key, const fab_value *value)
{
    if (!value->is_known) {
        fab_json_null(json, object, key);
        return;
    }
    json_t *made = fab_json_object(json, object, key);
    fab_json_real(json, made, "value", value->value);
    if (value->has_range) {
        fab_json_real(json, made, "low", value->low);
        fab_json_real(json, made, "high", value->high);
    }
    if (value->source) {
        fab_json_text(json, made, "source", value->source);
    }
    if (value->has_confidence) {
        fab_json_text(json, made, "confidence", fab_confidence_text(value->confidence));
    }
}

json_t *fab_json_root(fab_json *json)
{
    json_t *root = json_object();
    fab_json_integer(json, root, "format_version", FORMAT_VERSION);
    return root;
}

fab_status fab_json_finish(fab_json *json, json_t *root, FILE *stream)
{
    fab_status status = json->scratch->status;
    if (status == FAB_OK) {
        const size_t flags = JSON_INDENT(BLANKS_PER_LEVEL) | JSON_REAL_PRECISION(REAL_DIGITS);
        const int failed = json_dumpf(root, stream, flags);
        fputc('\n', stream);
        status = failed || fflush(stream) != 0 || ferror(stream) ? FAB_E_IO : FAB_OK;
    }
    json_decref(root);
    return status;
}
