#include "validate/field_writer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define FIRST_BYTE  1024
#define NUMBER_BYTE 64

fab_field_writer fab_field_writer_make(fab_arena *arena)
{
    assert(arena);
    fab_field_writer writer = {.arena = arena, .text = FAB_TAKE(arena, char, FIRST_BYTE)};
    if (writer.text != NULL) {
        writer.text[0] = '\0';
        writer.capacity_byte = FIRST_BYTE;
    }
    return writer;
}

/* Room for so many bytes more and a NUL; what was written moves. */
static void reserve(fab_field_writer *writer, size_t more_byte)
{
    const size_t needed_byte = writer->length_byte + more_byte + 1;
    if (writer->text == NULL || needed_byte <= writer->capacity_byte) {
        return;
    }
    const size_t capacity_byte = 2 * needed_byte;
    char *text = FAB_TAKE(writer->arena, char, capacity_byte);
    if (text != NULL) {
        memcpy(text, writer->text, writer->length_byte + 1);
    }
    writer->text = text;
    writer->capacity_byte = capacity_byte;
}

static void append(fab_field_writer *writer, const char *text)
{
    const size_t length_byte = strlen(text);
    reserve(writer, length_byte);
    if (writer->text != NULL) {
        memcpy(writer->text + writer->length_byte, text, length_byte + 1);
        writer->length_byte += length_byte;
    }
}

static void append_name(fab_field_writer *writer, const char *name)
{
    append(writer, writer->length_byte > 0 ? ", " : "");
    append(writer, name);
    append(writer, ": ");
}

void fab_write_word(fab_field_writer *writer, const char *name, const char *word)
{
    if (word == NULL) {
        writer->text = NULL;
        return;
    }
    append_name(writer, name);
    append(writer, word);
}

void fab_write_flag(fab_field_writer *writer, const char *name, bool is_set)
{
    fab_write_word(writer, name, is_set ? "true" : "false");
}

void fab_write_count(fab_field_writer *writer, const char *name, int64_t count)
{
    char text[NUMBER_BYTE];
    snprintf(text, sizeof(text), "%lld", (long long)count);
    fab_write_word(writer, name, text);
}

void fab_write_number(fab_field_writer *writer, const char *name, double number, const char *unit)
{
    char text[NUMBER_BYTE];
    snprintf(text, sizeof(text), "%.6g", number);
    fab_write_word(writer, name, text);
    append(writer, unit);
}

void fab_write_group(fab_field_writer *writer, const char *name, const fab_field_writer *inner)
{
    fab_write_word(writer, name, inner->text != NULL ? "{" : NULL);
    append(writer, inner->text != NULL ? inner->text : "");
    append(writer, "}");
}

void fab_write_fields(fab_field_writer *writer, const char *fields)
{
    if (fields == NULL) {
        writer->text = NULL;
        return;
    }
    if (fields[0] != '\0') {
        append(writer, writer->length_byte > 0 ? ", " : "");
        append(writer, fields);
    }
}
