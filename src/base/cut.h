#ifndef FAB_CUT_H
#define FAB_CUT_H

/* A user's text as a message repeats it: whole when it is short, else its beginning and dots.
 * Printed with the format FAB_CUT_FORMAT and the arguments FAB_CUT(cut). */
typedef struct fab_cut {
    int length_byte;
    const char *text;
    const char *dots;
} fab_cut;

#define FAB_CUT_FORMAT "%.*s%s"
#define FAB_CUT(c)     (c).length_byte, (c).text, (c).dots

/* Cuts `text` to at most 60 bytes, never inside a UTF-8 character. */
fab_cut fab_cut_text(const char *text);

#endif
