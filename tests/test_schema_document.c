#include "catalog_fixture.h"

#include <jansson.h>
#include <stdlib.h>

#include "schema/file_kinds.h"

/* Writes the schema of a kind and reads it again; the caller releases it. */
static json_t *make(fab_file_kind kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(fab_schema_write(catalog, kind, arena, stream), FAB_OK);
    ck_assert_int_eq(fclose(stream), 0);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    free(text);
    return root;
}

/* Every reference leads to a definition; returns how many there are. */
static size_t check_references(json_t *definitions, json_t *value)
{
    size_t count = 0, index;
    const char *key;
    json_t *inner;
    json_object_foreach(value, key, inner)
    {
        if (strcmp(key, "$ref") == 0) {
            const char *path = json_string_value(inner);
            ck_assert_int_eq(strncmp(path, "#/definitions/", 14), 0);
            ck_assert_msg(json_is_object(json_object_get(definitions, path + 14)), "%s", path);
            count++;
        }
        count += check_references(definitions, inner);
    }
    json_array_foreach(value, index, inner)
    {
        count += check_references(definitions, inner);
    }
    return count;
}

START_TEST(references_lead_somewhere)
{
    json_t *root = make((fab_file_kind)_i);
    json_t *definitions = json_object_get(root, "definitions");
    ck_assert_str_eq(json_string_value(json_object_get(root, "$schema")),
                     "http://json-schema.org/draft-07/schema#");
    ck_assert_uint_gt(check_references(definitions, root), 3);

    /* and nothing is defined that nobody refers to */
    const char *name;
    json_t *value;
    char *text = json_dumps(root, JSON_COMPACT);
    json_object_foreach(definitions, name, value)
    {
        char path[128];
        snprintf(path, sizeof path, "\"$ref\":\"#/definitions/%s\"", name);
        ck_assert_msg(strstr(text, path) != NULL, "nobody refers to %s", name);
    }
    free(text);
    json_decref(root);
}
END_TEST

/* names are those of the catalog, in its order */
START_TEST(names_are_enumerated)
{
    json_t *root = make(FAB_FILE_SCENARIO);
    json_t *definitions = json_object_get(root, "definitions");
    json_t *names = json_object_get(json_object_get(definitions, "gpu_name"), "enum");
    const size_t count = fab_catalog_count(catalog, FAB_CATALOG_GPU);
    ck_assert_uint_eq(json_array_size(names), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(json_string_value(json_array_get(names, i)),
                         fab_catalog_row_name(catalog, FAB_CATALOG_GPU, i));
    }
    json_decref(root);

    /* but data files bring new names */
    root = make(FAB_FILE_CATALOG);
    definitions = json_object_get(root, "definitions");
    ck_assert_ptr_null(json_object_get(json_object_get(definitions, "gpu_name"), "enum"));
    json_decref(root);
}
END_TEST

START_TEST(the_same_bytes_every_time)
{
    json_t *one = make((fab_file_kind)_i);
    json_t *two = make((fab_file_kind)_i);
    char *first = json_dumps(one, 0);
    char *second = json_dumps(two, 0);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    json_decref(one);
    json_decref(two);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
    FILE *stream = fopen("/dev/full", "w");
    if (stream) {
        ck_assert_int_eq(fab_schema_write(catalog, FAB_FILE_GPU, arena, stream), FAB_E_IO);
        fclose(stream);
    }
}
END_TEST

START_TEST(little_memory_is_told)
{
    fab_arena *small = fab_arena_create(4096);
    FILE *stream = fopen("/dev/null", "w");
    ck_assert(small && stream);
    ck_assert_int_eq(fab_schema_write(catalog, (fab_file_kind)_i, small, stream), FAB_E_NOMEM);
    fclose(stream);
    fab_arena_destroy(small);
}
END_TEST

START_TEST(kinds_have_names_of_their_own)
{
    for (int i = 0; i < FAB_FILE_KIND_COUNT; i++) {
        ck_assert_uint_gt(strlen(fab_file_kind_about((fab_file_kind)i)), 0);
        for (int j = 0; j < i; j++) {
            ck_assert_str_ne(fab_file_kind_name((fab_file_kind)i),
                             fab_file_kind_name((fab_file_kind)j));
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("schema_document");
    tcase_add_loop_test(tests, references_lead_somewhere, 0, FAB_FILE_KIND_COUNT);
    tcase_add_test(tests, names_are_enumerated);
    tcase_add_loop_test(tests, the_same_bytes_every_time, 0, FAB_FILE_KIND_COUNT);
    tcase_add_test(tests, a_full_disk_is_told);
    tcase_add_loop_test(tests, little_memory_is_told, 0, FAB_FILE_KIND_COUNT);
    tcase_add_test(tests, kinds_have_names_of_their_own);
    return run_suite("schema_document", tests);
}
