#ifndef FAB_TEST_CONTRACT_PAGE_H
#define FAB_TEST_CONTRACT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

/* The page docs/output.md as data: its tables of members, columns and units. */

typedef enum contract_type {
    CONTRACT_TEXT,
    CONTRACT_NUMBER,
    CONTRACT_INTEGER,
    CONTRACT_BOOLEAN,
    CONTRACT_OBJECT,
    CONTRACT_TYPE_COUNT
} contract_type;

/* One member of an object or column of a table. `path` has dots between names, `[]` behind a list
 * and `*` for any name. What was seen of it is filled by whoever compares. */
typedef struct contract_row {
    char section[64];
    char path[96];
    char unit[32];
    char part[64]; /* the section that says what is in the object, or empty */
    contract_type type;
    bool can_be_null;
    bool is_always_null;
    bool can_be_missing;
    int line;
    bool is_seen, null_is_seen, lack_is_seen;
} contract_row;

typedef struct contract_unit {
    char suffix[32];
    char unit[32];
    bool is_seen;
} contract_unit;

enum { CONTRACT_ROW_LIMIT = 2000, CONTRACT_UNIT_LIMIT = 40 };

typedef struct contract_page {
    contract_row rows[CONTRACT_ROW_LIMIT];
    size_t row_count;
    contract_unit units[CONTRACT_UNIT_LIMIT];
    size_t unit_count;
    int version; /* the format_version of which the page speaks, 0: none */
    int mistakes;
} contract_page;

/* Reads the page and says on standard output what is wrong with it; false when there is no page. */
bool contract_page_read(const char *path, contract_page *page);

/* The unit in which a name ends, NULL when in none. */
contract_unit *contract_unit_of(contract_page *page, const char *name);

/* The row of a path, or NULL. */
contract_row *contract_row_find(contract_page *page, const char *section, const char *path);

#endif
