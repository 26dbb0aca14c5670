#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the tests of results.db need besides a shell:
 *   cli_store rows FILE                        every row of every table in the order of its key
 *   cli_store count FILE TABLE                 how many rows a table has
 *   cli_store run FILE SQL                     changes a database
 *   cli_store lock FILE COMMAND...             holds a write transaction while the command runs
 *   cli_store kill SEED MILLISECONDS COMMAND.. kills the command at a random moment before that;
 *                                              137 when it was killed, else the command's own code
 *   cli_store signal NUMBER FILE COMMAND...    sends the signal as soon as FILE is there */

static int fail(sqlite3 *db)
{
    fprintf(stderr, "cli_store: %s\n", sqlite3_errmsg(db));
    (void)sqlite3_close(db);
    return 2;
}

static int print_row(void *context, int count, char **cells, char **names)
{
    (void)names;
    fputs(context, stdout);
    for (int i = 0; i < count; i++) {
        printf("|%s", cells[i] != NULL ? cells[i] : "NULL");
    }
    putchar('\n');
    return 0;
}

/* SELECT quote(a), quote(b) ... FROM t ORDER BY a, b, ...: real numbers to the last digit */
static char *select_all(sqlite3 *db, const char *table)
{
    sqlite3_stmt *statement = NULL;
    char *columns = sqlite3_mprintf("%s", ""), *order = sqlite3_mprintf("%s", "");
    if (sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?)", -1, &statement, NULL) ==
        SQLITE_OK) {
        (void)sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    }
    for (int i = 1; sqlite3_step(statement) == SQLITE_ROW; i++) {
        const unsigned char *name = sqlite3_column_text(statement, 0);
        const char *comma = i == 1 ? "" : ", ";
        columns = sqlite3_mprintf(
            "%z%sCASE typeof(\"%w\") WHEN 'real' THEN printf('%%!.17g', \"%w\") ELSE "
            "quote(\"%w\") END",
            columns, comma, name, name, name);
        order = sqlite3_mprintf("%z%s%d", order, comma, i);
    }
    (void)sqlite3_finalize(statement);
    char *sql = sqlite3_mprintf("SELECT %z FROM \"%w\" ORDER BY ", columns, table);
    return sqlite3_mprintf("%z%z", sql, order);
}

static int print_rows(sqlite3 *db)
{
    sqlite3_stmt *tables = NULL;
    int code = sqlite3_prepare_v2(
        db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", -1, &tables, NULL);
    while (code == SQLITE_OK && sqlite3_step(tables) == SQLITE_ROW) {
        char name[128];
        (void)snprintf(name, sizeof(name), "%s", (const char *)sqlite3_column_text(tables, 0));
        char *sql = select_all(db, name);
        code = sqlite3_exec(db, sql, print_row, name, NULL);
        sqlite3_free(sql);
    }
    (void)sqlite3_finalize(tables);
    return code;
}

static int with_database(int argc, char **argv)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(argv[2], &db, SQLITE_OPEN_READWRITE, NULL);
    (void)sqlite3_busy_timeout(db, 5000);
    if (code == SQLITE_OK && strcmp(argv[1], "rows") == 0) {
        code = print_rows(db);
    } else if (code == SQLITE_OK && argc == 4) {
        char *sql = strcmp(argv[1], "count") == 0
                        ? sqlite3_mprintf("SELECT count(*) FROM \"%w\"", argv[3])
                        : sqlite3_mprintf("%s", argv[3]);
        char none[] = "";
        code = sqlite3_exec(db, sql, print_row, none, NULL);
        sqlite3_free(sql);
    }
    if (code != SQLITE_OK) {
        return fail(db);
    }
    return sqlite3_close(db) == SQLITE_OK ? 0 : 2;
}

static pid_t start(char **command)
{
    const pid_t child = fork();
    if (child == 0) {
        (void)execvp(command[0], command);
        _exit(127);
    }
    return child;
}

static int code_of(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void wait_s(double seconds)
{
    const time_t whole = (time_t)seconds;
    const struct timespec time = {whole, (long)((seconds - (double)whole) * 1e9)};
    (void)nanosleep(&time, NULL);
}

static int locked(char **argv)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(argv[2], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        return fail(db);
    }
    const int code = code_of(start(argv + 3));
    return sqlite3_close(db) == SQLITE_OK ? code : 2;
}

/* splitmix64 (Steele, Lea, Flood 2014) */
static double random_share(uint64_t seed)
{
    uint64_t z = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static int killed(char **argv)
{
    const double limit_s = 1e-3 * strtod(argv[3], NULL);
    const pid_t child = start(argv + 4);
    wait_s(limit_s * random_share(strtoull(argv[2], NULL, 10)));
    (void)kill(child, SIGKILL);
    return code_of(child);
}

static int signalled(char **argv)
{
    const pid_t child = start(argv + 4);
    for (int i = 0; i < 20000 && access(argv[3], F_OK) != 0; i++) {
        wait_s(1e-3);
    }
    (void)kill(child, (int)strtol(argv[2], NULL, 10));
    return code_of(child);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "lock") == 0 && argc > 3) {
        return locked(argv);
    }
    if (strcmp(what, "kill") == 0 && argc > 4) {
        return killed(argv);
    }
    if (strcmp(what, "signal") == 0 && argc > 4) {
        return signalled(argv);
    }
    if (strcmp(what, "rows") == 0 || strcmp(what, "count") == 0 || strcmp(what, "run") == 0) {
        return with_database(argc, argv);
    }
    fprintf(stderr, "cli_store: unknown use\n");
    return 2;
}
