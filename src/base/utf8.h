#ifndef FAB_UTF8_H
#define FAB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character at `text`, of which `length` bytes may be read. Returns how many bytes it
 * takes, or 0 when they are no valid UTF-8 (overlong forms, surrogates and values above U+10FFFF
 * are not valid) or length is 0. */
size_t fab_utf8_decode(const char *text, size_t length, uint32_t *code_out);

/* True for characters that are shown escaped: control characters, separators of lines and
 * paragraphs, and the marks that change the direction of text or have no width. */
bool fab_utf8_is_control(uint32_t code);

#endif
