#include "report/html_page.h"

#include <string.h>

#define WIDE_COLUMNS 12

/* bytes of a text that a table never breaks */
#define SHORT_CELL 18

void fab_page_raw(fab_page *page, const char *markup)
{
    fputs(markup, page->stream);
}

void fab_page_text(fab_page *page, const char *text)
{
    const char *clean = fab_text_clean(page->scratch, text);
    for (const char *c = clean; *c; c++) {
        switch (*c) {
        case '&':
            fputs("&amp;", page->stream);
            break;
        case '<':
            fputs("&lt;", page->stream);
            break;
        case '>':
            fputs("&gt;", page->stream);
            break;
        case '"':
            fputs("&quot;", page->stream);
            break;
        case '\'':
            fputs("&#39;", page->stream);
            break;
        default:
            fputc(*c, page->stream);
        }
    }
}

void fab_page_element(fab_page *page, const char *element, const char *classes, const char *text)
{
    fprintf(page->stream, "<%s", element);
    if (classes) {
        fprintf(page->stream, " class=\"%s\"", classes);
    }
    fab_page_raw(page, ">");
    fab_page_text(page, text);
    fprintf(page->stream, "</%s>\n", element);
}

void fab_page_begin_section(fab_page *page, const char *id, const char *title)
{
    fprintf(page->stream, "<section id=\"%s\">\n", id);
    fab_page_element(page, "h2", NULL, title);
}

void fab_page_end_section(fab_page *page)
{
    fab_page_raw(page, "</section>\n");
}

static void write_head(fab_page *page, const fab_sheet *sheet)
{
    fab_page_raw(page, "<thead><tr>");
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet->columns[c].place != FAB_SHEET_NOT_PAGE) {
            fprintf(page->stream, "<th scope=\"col\"%s>",
                    sheet->columns[c].is_number ? " class=\"n\"" : "");
            fab_page_text(page, sheet->columns[c].head);
            fab_page_raw(page, "</th>");
        }
    }
    fab_page_raw(page, "</tr></thead>\n");
}

static void write_row(fab_page *page, const fab_sheet *sheet, size_t row)
{
    fab_page_raw(page, sheet->marks[row] ? "<tr class=\"own\">" : "<tr>");
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet->columns[c].place != FAB_SHEET_NOT_PAGE) {
            const char *cell = fab_sheet_cell(sheet, row, c);
            const bool is_short = strlen(cell) <= SHORT_CELL;
            fab_page_raw(page, sheet->columns[c].is_number ? "<td class=\"n\">"
                               : is_short                  ? "<td class=\"s\">"
                                                           : "<td>");
            fab_page_text(page, cell);
            fab_page_raw(page, "</td>");
        }
    }
    fab_page_raw(page, "</tr>\n");
}

/* more columns than a page holds at its usual size */
static bool is_wide(const fab_sheet *sheet)
{
    size_t count = 0;
    for (size_t c = 0; c < sheet->column_count; c++) {
        count += sheet->columns[c].place != FAB_SHEET_NOT_PAGE;
    }
    return count > WIDE_COLUMNS;
}

void fab_page_sheet(fab_page *page, const fab_sheet *sheet, const char *label)
{
    if (sheet->row_count == 0) {
        return;
    }
    fab_page_raw(page, is_wide(sheet) ? "<div class=\"scroll wide\"" : "<div class=\"scroll\"");
    fab_page_raw(page, " role=\"region\" tabindex=\"0\" aria-label=\"");
    fab_page_text(page, label);
    fab_page_raw(page, "\"><table>\n");
    write_head(page, sheet);
    fab_page_raw(page, "<tbody>\n");
    for (size_t r = 0; r < sheet->row_count; r++) {
        write_row(page, sheet, r);
    }
    fab_page_raw(page, "</tbody></table></div>\n");
}

void fab_page_remarks(fab_page *page, const char *const *remarks, size_t count)
{
    if (count == 0) {
        return;
    }
    fab_page_begin_section(page, "remarks", "Remarks");
    fab_page_raw(page, "<ul>\n");
    for (size_t i = 0; i < count; i++) {
        fab_page_element(page, "li", NULL, remarks[i]);
    }
    fab_page_raw(page, "</ul>\n");
    fab_page_end_section(page);
}

void fab_page_reproduce(fab_page *page, const char *file_name, const char *beside)
{
    fab_page_begin_section(page, "reproduce", "How to reproduce this page");
    fab_page_raw(page, "<pre>fabricast run ");
    fab_page_text(page, file_name);
    fab_page_raw(page, " --out DIR</pre>\n<p>Beside this page: <code>results.json</code> holds "
                       "everything, ");
    fab_page_raw(page, beside);
    fab_page_raw(page, "</p>\n");
    fab_page_end_section(page);
}

void fab_page_bottom(fab_page *page, const char *note)
{
    fab_page_raw(page, "</main>\n<footer><p>Made by Fabricast. ");
    fab_page_raw(page, note);
    fab_page_raw(page, "</p></footer>\n</body>\n</html>\n");
}
