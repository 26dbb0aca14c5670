#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs one file through a fuzz target; false when it cannot be read. */
static int replay(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (!stream || fseek(stream, 0, SEEK_END) != 0) {
        return 0;
    }
    const long size = ftell(stream);
    rewind(stream);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    const size_t got = data ? fread(data, 1, (size_t)size, stream) : 0;
    fclose(stream);
    if (data && got == (size_t)size) {
        LLVMFuzzerTestOneInput(data, got);
    }
    free(data);
    return data && got == (size_t)size;
}

/* Replays the files given as arguments, so that what a fuzzer once found stays found without it. */
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!replay(argv[i])) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return EXIT_FAILURE;
        }
    }
    printf("%d files replayed\n", argc - 1);
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
