#include <check.h>
#include <string.h>

#include "base/cut.h"
#include "base/utf8.h"
#include "run_all.h"

/* Encodes by the definition of UTF-8 (RFC 3629, section 3). */
static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    const size_t byte = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char LEAD[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = byte - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(LEAD[byte] | code);
    return byte;
}

START_TEST(every_character_reads_back)
{
    char text[4];
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
        const size_t byte = encode(code, text);
        uint32_t got = 0;
        const size_t read = fab_utf8_decode(text, byte, &got);
        if (read != (is_surrogate ? 0 : byte) || (!is_surrogate && got != code)) {
            ck_abort_msg("U+%04X reads as U+%04X in %zu bytes", code, got, read);
        }
        /* one byte less is not a character */
        if (byte > 1 && fab_utf8_decode(text, byte - 1, &got) != 0) {
            ck_abort_msg("U+%04X reads from %zu bytes", code, byte - 1);
        }
    }
}
END_TEST

static const char *const INVALID[] = {
    "\x80",             /* continuation without a lead */
    "\xc0\xaf",         /* overlong slash */
    "\xe0\x80\xaf",     /* the same in three bytes */
    "\xf0\x80\x80\xaf", /* and in four */
    "\xc3(",            /* continuation missing */
    "\xe2\x28\xa1",
    "\xf0\x28\x8c\xbc",
    "\xed\xa0\x80",     /* surrogate */
    "\xf4\x90\x80\x80", /* above U+10FFFF */
    "\xf8\x88\x80\x80",
    "\xff",
    "\xfe",
};

START_TEST(invalid_bytes_are_refused)
{
    uint32_t code;
    ck_assert_uint_eq(fab_utf8_decode(INVALID[_i], strlen(INVALID[_i]), &code), 0);
}
END_TEST

START_TEST(nothing_is_no_character)
{
    uint32_t code;
    ck_assert_uint_eq(fab_utf8_decode("a", 0, &code), 0);
}
END_TEST

static const struct {
    uint32_t code;
    bool is_control;
} CONTROL[] = {
    {0x00, true},      {0x1b, true},   {0x1f, true},    {' ', false},     {'~', false},
    {0x7f, true},      {0x80, true},   {0x9b, true},    {0x9f, true},     {0xa0, false},
    {0xb5, false},     {0x200b, true}, {0x2028, true},  {0x202e, true},   {0x2030, false},
    {0x2066, true},    {0xfeff, true}, {0x4e2d, false}, {0x1f600, false}, {0xe0041, true},
    {0x10ffff, false},
};

START_TEST(control_characters)
{
    ck_assert_int_eq(fab_utf8_is_control(CONTROL[_i].code), CONTROL[_i].is_control);
}
END_TEST

START_TEST(short_texts_are_not_cut)
{
    char text[61];
    memset(text, 'x', 60);
    text[60] = '\0';
    const fab_cut cut = fab_cut_text(text);
    ck_assert_int_eq(cut.length_byte, 60);
    ck_assert_str_eq(cut.dots, "");
    ck_assert_int_eq(fab_cut_text("").length_byte, 0);
}
END_TEST

START_TEST(a_cut_keeps_characters_whole)
{
    /* 59 letters and a character of two to four bytes that crosses the limit */
    static const char *const LAST[] = {"\xc2\xb5", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"};
    char text[80];
    memset(text, 'x', 59);
    strcpy(text + 59, LAST[_i]);
    strcat(text, "yyyyy");
    const fab_cut cut = fab_cut_text(text);
    ck_assert_int_eq(cut.length_byte, 59);
    ck_assert_str_eq(cut.dots, "...");
}
END_TEST

START_TEST(a_cut_ends_in_bytes_that_are_no_text)
{
    char text[200];
    memset(text, 0xff, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(fab_cut_text(text).length_byte, 60);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("utf8");
    TCase *t = tcase_create("utf8");
    tcase_add_test(t, every_character_reads_back);
    tcase_add_loop_test(t, invalid_bytes_are_refused, 0,
                        (int)(sizeof(INVALID) / sizeof(INVALID[0])));
    tcase_add_test(t, nothing_is_no_character);
    tcase_add_loop_test(t, control_characters, 0, (int)(sizeof(CONTROL) / sizeof(CONTROL[0])));
    tcase_add_test(t, short_texts_are_not_cut);
    tcase_add_loop_test(t, a_cut_keeps_characters_whole, 0, 3);
    tcase_add_test(t, a_cut_ends_in_bytes_that_are_no_text);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}
