#include "report/html_page.h"

#include <stdint.h>
#include <string.h>

/* a picture of gnuplot larger than this is none that the page can hold */
#define PICTURE_LIMIT ((size_t)8 << 20)

/* reads a whole file into the arena; NULL when it cannot be read */
static const char *read_picture(fab_scratch *scratch, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    const char *text = NULL;
    long size = -1;
    if (fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
    }
    if (size > 0 && (size_t)size < PICTURE_LIMIT && fseek(file, 0, SEEK_SET) == 0) {
        char *room = FAB_NEW(scratch->arena, char, (size_t)size + 1);
        if (!room) {
            scratch->status = FAB_E_NOMEM;
        } else if (fread(room, 1, (size_t)size, file) == (size_t)size) {
            text = room;
        }
    }
    fclose(file);
    return text;
}

/* the text behind `mark` if `at` begins with it */
static const char *after(const char *at, const char *mark)
{
    const size_t length = strlen(mark);
    return strncmp(at, mark, length) == 0 ? at + length : NULL;
}

/* the next place behind a mark that names an id, or the end */
static const char *next_id(const char *at, const char *end)
{
    static const char *const MARKS[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
    for (; at < end; at++) {
        for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++) {
            const char *behind = after(at, MARKS[i]);
            if (behind) {
                return behind;
            }
        }
    }
    return end;
}

/* copies one tag with a prefix at each id in it */
static void write_tag(fab_page *page, const char *tag, const char *end, size_t number)
{
    while (tag < end) {
        const char *id = next_id(tag, end);
        fwrite(tag, 1, (size_t)(id - tag), page->stream);
        if (id < end) {
            fprintf(page->stream, "figure%zu-", number);
        }
        tag = id;
    }
}

/* copies markup with a prefix at each id; text between tags is left alone */
static void write_prefixed(fab_page *page, const char *from, const char *end, size_t number)
{
    while (from < end) {
        const char *open = memchr(from, '<', (size_t)(end - from));
        const char *stop = open ? open : end;
        fwrite(from, 1, (size_t)(stop - from), page->stream);
        if (!open) {
            return;
        }
        const char *close = memchr(open, '>', (size_t)(end - open));
        const char *tag_end = close ? close + 1 : end;
        write_tag(page, open, tag_end, number);
        from = tag_end;
    }
}

/* writes the picture with our own root element in place of gnuplot's */
static bool write_picture(fab_page *page, const char *svg, const fab_figure *figure, size_t number)
{
    const char *box = strstr(svg, "viewBox=\"");
    const char *body = strstr(svg, "<g id=\"gnuplot_canvas\">");
    const char *end = body ? strstr(body, "</svg>") : NULL;
    if (!box || !end) {
        return false;
    }
    box += strlen("viewBox=\"");
    const int box_length = (int)strcspn(box, "\"");
    fprintf(page->stream,
            "<svg class=\"plot\" viewBox=\"%.*s\" role=\"img\" "
            "aria-labelledby=\"figure%zu-title figure%zu-text\">\n<title id=\"figure%zu-title\">",
            box_length, box, number, number, number);
    fab_page_text(page, figure->title);
    fprintf(page->stream, "</title>\n<desc id=\"figure%zu-text\">", number);
    fab_page_text(page, figure->caption);
    fab_page_raw(page, "</desc>\n");
    write_prefixed(page, body, end, number);
    fab_page_raw(page, "</svg>\n");
    return true;
}

fab_status fab_page_figure(fab_page *page, const fab_figure *figure, size_t number,
                           const char *folder)
{
    const char *path = fab_text_printf(page->scratch, "%s/figures/%s.svg", folder, figure->name);
    const char *svg = read_picture(page->scratch, path);
    FAB_TRY(page->scratch->status);
    if (!svg) {
        return FAB_E_IO;
    }
    fprintf(page->stream, "<figure id=\"figure%zu\">\n", number);
    fab_page_element(page, "h3", NULL, figure->title);
    fab_page_element(page, "figcaption", NULL, figure->caption);
    fab_page_raw(page, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    fab_page_text(page, figure->title);
    fab_page_raw(page, "\">\n");
    if (!write_picture(page, svg, figure, number)) {
        return FAB_E_IO;
    }
    fab_page_raw(page, "</div>\n<details><summary>The numbers of this figure</summary>\n");
    fab_page_sheet(page, &figure->data, figure->title);
    fab_page_raw(page, "</details>\n</figure>\n");
    return FAB_OK;
}
