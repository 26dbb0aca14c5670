#include "base/utf8.h"

/* Lead bytes: how many bytes follow, which bits count, and the smallest code not overlong. */
static const struct {
    unsigned char mask, lead;
    size_t byte;
    uint32_t smallest;
} FORM[] = {
    {0x80, 0x00, 1, 0x0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

/* Ranges of characters that print nothing or drive the terminal, in order. */
static const struct {
    uint32_t first, last;
} CONTROL[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad},   {0x061c, 0x061c},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0xfeff, 0xfeff},
    {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe007f},
};

size_t fab_utf8_decode(const char *text, size_t length, uint32_t *code_out)
{
    if (length == 0) {
        return 0;
    }
    const unsigned char *byte = (const unsigned char *)text;
    size_t form = 0;
    while (form < 4 && (byte[0] & FORM[form].mask) != FORM[form].lead) {
        form++;
    }
    if (form == 4 || FORM[form].byte > length) {
        return 0;
    }
    uint32_t code = byte[0] & (uint32_t)(0xff & ~FORM[form].mask);
    for (size_t i = 1; i < FORM[form].byte; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (byte[i] & 0x3f);
    }
    if (code < FORM[form].smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return 0;
    }
    *code_out = code;
    return FORM[form].byte;
}

bool fab_utf8_is_control(uint32_t code)
{
    for (size_t i = 0; i < sizeof(CONTROL) / sizeof(CONTROL[0]); i++) {
        if (code <= CONTROL[i].last) {
            return code >= CONTROL[i].first;
        }
    }
    return false;
}
