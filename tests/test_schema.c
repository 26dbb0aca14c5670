#include "schema_fixture.h"

#include "config/schema.h"

static fab_schema schema;
static json_t *record;

static void open_schema(bool is_part)
{
    schema = (fab_schema){.definitions = json_object(), .arena = arena};
    record = fab_schema_record(&schema, &DEVICE_TABLE, is_part);
    ck_assert_int_eq(schema.status, FAB_OK);
}

static void close_schema(void)
{
    json_decref(record);
    json_decref(schema.definitions);
}

/* The text of a part as compact JSON, in the arena. */
static const char *dump(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    ck_assert_ptr_nonnull(text);
    const char *copy = fab_arena_copy(arena, text, strlen(text));
    free(text);
    return copy;
}

static json_t *property(const char *name)
{
    json_t *found = json_object_get(json_object_get(record, "properties"), name);
    ck_assert_msg(found != NULL, "no property %s", name);
    return found;
}

static void want(json_t *value, const char *key, const char *text)
{
    ck_assert_str_eq(dump(json_object_get(value, key)), text);
}

START_TEST(a_record_is_closed)
{
    open_schema(false);
    want(record, "type", "\"object\"");
    want(record, "additionalProperties", "false");
    want(record, "required", "[\"name\",\"rate\"]");
    ck_assert_uint_eq(json_object_size(json_object_get(record, "properties")), DEVICE_TABLE.count);
    close_schema();
}
END_TEST

START_TEST(a_part_requires_nothing)
{
    open_schema(true);
    ck_assert_ptr_null(json_object_get(record, "required"));
    ck_assert_ptr_null(json_object_get(property("lanes"), "default"));
    want(property("parts"), "maxItems", "3");
    ck_assert_ptr_null(json_object_get(property("parts"), "minItems"));
    want(property("parts"), "items", "{\"$ref\":\"#/definitions/part_part\"}");
    want(property("link"), "allOf", "[{\"$ref\":\"#/definitions/cable_part\"}]");
    json_t *laid = json_object_get(schema.definitions, "part_part");
    ck_assert_ptr_null(json_object_get(laid, "required"));
    close_schema();
}
END_TEST

START_TEST(each_kind_of_field)
{
    open_schema(false);
    want(property("name"), "type", "[\"string\",\"number\",\"boolean\"]");
    want(property("name"), "maxLength", "4096");
    want(property("latency"), "anyOf", "[{\"$ref\":\"#/definitions/time_not_negative\"}]");
    want(property("latency"), "default", "\"1 us\"");
    want(property("share"), "anyOf",
         "[{\"type\":\"number\"},{\"$ref\":\"#/definitions/fraction\"}]");
    want(property("lanes"), "anyOf",
         "[{\"type\":\"integer\",\"minimum\":1,\"maximum\":64},"
         "{\"$ref\":\"#/definitions/whole_count_positive\"}]");
    want(property("lanes"), "default", "4");
    want(property("groups"), "anyOf",
         "[{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740992},"
         "{\"$ref\":\"#/definitions/whole_count_positive\"},{\"enum\":[\"auto\"]}]");
    want(property("groups"), "default", "\"auto\"");
    want(property("optical"), "default", "false");
    want(property("grade"), "enum", "[\"A\",\"B\"]");
    want(property("algorithm"), "enum", "[\"auto\",\"ring\"]");
    want(property("colours"), "anyOf",
         "[{\"enum\":[\"none\",\"red\",\"green\"]},"
         "{\"type\":\"string\",\"pattern\":\"^ *(red|green)( +(red|green))* *$\"},"
         "{\"type\":\"array\",\"items\":{\"enum\":[\"none\",\"red\",\"green\"]}}]");
    want(property("colours"), "default", "\"none\"");
    want(property("memory"), "allOf", "[{\"$ref\":\"#/definitions/part\"}]");
    want(property("parts"), "minItems", "1");
    want(property("link"), "allOf", "[{\"$ref\":\"#/definitions/cable\"}]");
    want(property("socket"), "anyOf",
         "[{\"$ref\":\"#/definitions/plug_name\"},{\"enum\":[\"none\"]}]");
    want(property("latency"), "title", "\"device: latency\"");
    close_schema();
}
END_TEST

/* number, name and map of a number with its provenance; only a part may leave the number out */
START_TEST(numbers_with_provenance)
{
    open_schema(false);
    want(property("rate"), "allOf", "[{\"$ref\":\"#/definitions/sourced_rate_above_0_to_1e+18\"}]");
    json_t *whole = json_object_get(schema.definitions, "sourced_rate_above_0_to_1e+18");
    json_t *choices = json_object_get(whole, "anyOf");
    ck_assert_uint_eq(json_array_size(choices), 3);
    ck_assert_str_eq(dump(json_array_get(choices, 1)), "{\"enum\":[\"not published\"]}");
    json_t *map = json_array_get(choices, 2);
    want(map, "anyOf", "[{\"required\":[\"value\"]},{\"required\":[\"base\"]}]");
    ck_assert_uint_eq(json_object_size(json_object_get(map, "properties")), 6);
    close_schema();
    open_schema(true);
    json_t *laid = json_object_get(schema.definitions, "sourced_rate_above_0_to_1e+18_part");
    map = json_array_get(json_object_get(laid, "anyOf"), 2);
    ck_assert_ptr_null(json_object_get(map, "anyOf"));
    close_schema();
}
END_TEST

/* what a table leaves to others stays missing until somebody defines it */
START_TEST(missing_definitions)
{
    open_schema(false);
    ck_assert_str_eq(fab_schema_missing(&schema), "cable");
    fab_schema_add(&schema, schema.definitions, "cable", json_object());
    ck_assert_str_eq(fab_schema_missing(&schema), "plug_name");
    fab_schema_add(&schema, schema.definitions, "plug_name", json_object());
    ck_assert_ptr_null(fab_schema_missing(&schema));
    close_schema();
}
END_TEST

START_TEST(memory_may_run_out)
{
    fab_arena *small = fab_arena_create(512);
    fab_schema failing = {.definitions = json_object(), .arena = small};
    json_t *made = fab_schema_record(&failing, &DEVICE_TABLE, false);
    ck_assert_int_eq(failing.status, FAB_E_NOMEM);
    json_decref(made);
    json_decref(failing.definitions);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("schema");
    tcase_add_checked_fixture(tcase, open_arena, close_arena);
    tcase_add_test(tcase, a_record_is_closed);
    tcase_add_test(tcase, a_part_requires_nothing);
    tcase_add_test(tcase, each_kind_of_field);
    tcase_add_test(tcase, numbers_with_provenance);
    tcase_add_test(tcase, missing_definitions);
    tcase_add_test(tcase, memory_may_run_out);
    return run_tests(tcase);
}
