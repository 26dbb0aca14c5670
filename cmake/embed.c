/* Build-time tool: writes a C file that holds data files as string literals.
 * Usage: embed OUT ROOT NAME FILE... ; each FILE is a path below ROOT and is named so in the table
 * fab_NAME_files. */
#include <stdio.h>
#include <stdlib.h>

/* one source line per input line; what C could misread is escaped */
static void write_byte(FILE *out, int byte)
{
    if (byte == '\n') {
        fputs("\\n\"\n    \"", out);
    } else if (byte == '"' || byte == '\\' || byte == '?') {
        fprintf(out, "\\%c", byte);
    } else if (byte < 0x20 || byte > 0x7e) {
        fprintf(out, "\\%03o", (unsigned)byte);
    } else {
        fputc(byte, out);
    }
}

/* writes one literal and returns its length, or -1 when the file cannot be read */
static long write_file(FILE *out, const char *root, const char *name, int index)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *in = length > 0 && (size_t)length < sizeof path ? fopen(path, "rb") : NULL;
    if (!in) {
        fprintf(stderr, "embed: cannot read %s/%s\n", root, name);
        return -1;
    }
    long count = 0;
    fprintf(out, "static const char text_%d[] =\n    \"", index);
    for (int byte = fgetc(in); byte != EOF; byte = fgetc(in)) {
        write_byte(out, byte);
        count++;
    }
    fputs("\";\n\n", out);
    const int is_bad = ferror(in);
    fclose(in);
    return is_bad ? -1 : count;
}

static int write_all(FILE *out, const char *root, const char *table, char **names, int count)
{
    fputs("/* Written by cmake/embed.c from the data files. */\n"
          "#include \"catalog/embedded.h\"\n\n",
          out);
    for (int i = 0; i < count; i++) {
        if (write_file(out, root, names[i], i) < 0) {
            return 0;
        }
    }
    fprintf(out, "const fab_embedded_file fab_%s_files[] = {\n", table);
    for (int i = 0; i < count; i++) {
        fprintf(out, "    {\"%s\", text_%d, sizeof text_%d - 1},\n", names[i], i, i);
    }
    fprintf(out, "};\n\nconst size_t fab_%s_file_count = %d;\n", table, count);
    return !ferror(out);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("usage: embed OUT ROOT NAME FILE...\n", stderr);
        return EXIT_FAILURE;
    }
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        fprintf(stderr, "embed: cannot write %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    const int is_written = write_all(out, argv[2], argv[3], argv + 4, argc - 4);
    const int is_closed = fclose(out) == 0;
    if (!is_written || !is_closed) {
        remove(argv[1]);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
