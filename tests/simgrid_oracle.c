#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/mailbox.h>

/* usage: simgrid_oracle FLOWS.csv RATE
 * Finish times of flows as SimGrid computes them: reads `flow,size_B,links` and prints
 * `flow,size_B,finish_s,links`. RATE is byte/s of every link. Each flow has two hosts of its own
 * and a route over its links. Pure max-min: no latency, no factors, no weights by latency, no cross
 * traffic, full precision. */

enum { LINE_SIZE = 4096, FLOW_LIMIT = 256 };

typedef struct flow {
    char id[32];
    char links[LINE_SIZE];
    double size_byte;
    double finish_s;
} flow;

static flow flows[FLOW_LIMIT];
static int flow_count;

static void read_flows(const char *path)
{
    static char line[LINE_SIZE];
    FILE *stream = fopen(path, "r");
    if (!stream) {
        exit(3);
    }
    while (fgets(line, sizeof(line), stream) && flow_count < FLOW_LIMIT) {
        flow *f = &flows[flow_count];
        if (sscanf(line, "%31[0-9],%lf,%4000[^\n]", f->id, &f->size_byte, f->links) == 3) {
            flow_count++;
        }
    }
    fclose(stream);
}

/* Calls with every link of a flow. */
static void write_links(FILE *stream, const flow *f, const char *format)
{
    char copy[LINE_SIZE], *rest = NULL;
    memcpy(copy, f->links, sizeof(copy));
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        fprintf(stream, format, word);
    }
}

static void write_platform(const char *path, const char *rate)
{
    FILE *stream = fopen(path, "w");
    static unsigned char is_written[1 << 16];
    if (!stream) {
        exit(3);
    }
    fprintf(stream, "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
                    "\"https://simgrid.org/simgrid.dtd\">\n<platform version=\"4.1\">\n"
                    "<zone id=\"all\" routing=\"Full\">\n");
    for (int i = 0; i < flow_count; i++) {
        fprintf(stream, "<host id=\"a%d\" speed=\"1f\"/><host id=\"b%d\" speed=\"1f\"/>\n", i, i);
    }
    for (int i = 0; i < flow_count; i++) {
        char copy[LINE_SIZE], *rest = NULL;
        memcpy(copy, flows[i].links, sizeof(copy));
        for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
            const unsigned link = (unsigned)strtoul(word, NULL, 10) % sizeof(is_written);
            if (!is_written[link]) {
                fprintf(stream, "<link id=\"l%s\" bandwidth=\"%sBps\" latency=\"0s\"/>\n", word,
                        rate);
                is_written[link] = 1;
            }
        }
    }
    for (int i = 0; i < flow_count; i++) {
        fprintf(stream, "<route src=\"a%d\" dst=\"b%d\" symmetrical=\"NO\">", i, i);
        write_links(stream, &flows[i], "<link_ctn id=\"l%s\"/>");
        fprintf(stream, "</route>\n");
    }
    fprintf(stream, "</zone>\n</platform>\n");
    fclose(stream);
}

static int index_of(char **argv)
{
    return (int)strtol(argv[1], NULL, 10);
}

static void sender(int argc, char **argv)
{
    (void)argc;
    const int i = index_of(argv);
    sg_mailbox_put(sg_mailbox_by_name(flows[i].id), &flows[i], (long)flows[i].size_byte);
}

static void receiver(int argc, char **argv)
{
    (void)argc;
    const int i = index_of(argv);
    (void)sg_mailbox_get(sg_mailbox_by_name(flows[i].id));
    flows[i].finish_s = simgrid_get_clock();
}

static void start(const char *kind, int i, xbt_main_func_t code)
{
    char host[32], number[16];
    (void)snprintf(host, sizeof(host), "%s%d", kind, i);
    (void)snprintf(number, sizeof(number), "%d", i);
    char *argv[] = {host, strdup(number), NULL};
    sg_actor_create(host, sg_host_by_name(host), code, 2, argv);
}

int main(int argc, char **argv)
{
    static const char *const SETTINGS[] = {
        "--cfg=network/model:CM02",       "--cfg=network/bandwidth-factor:1",
        "--cfg=network/latency-factor:1", "--cfg=network/weight-S:0",
        "--cfg=network/TCP-gamma:1e30",   "--cfg=network/crosstraffic:0",
        "--cfg=surf/precision:1e-12",     "--log=root.thresh:error"};
    enum { SETTING_COUNT = sizeof(SETTINGS) / sizeof(SETTINGS[0]) };
    char *arguments[SETTING_COUNT + 2] = {argv[0]};
    char path[LINE_SIZE];
    int count = SETTING_COUNT + 1;
    if (argc != 3) {
        return 2;
    }
    for (int i = 0; i < SETTING_COUNT; i++) {
        arguments[i + 1] = strdup(SETTINGS[i]);
    }
    read_flows(argv[1]);
    (void)snprintf(path, sizeof(path), "%s.xml", argv[1]);
    write_platform(path, argv[2]);
    simgrid_init(&count, arguments);
    simgrid_load_platform(path);
    for (int i = 0; i < flow_count; i++) {
        start("a", i, sender);
        start("b", i, receiver);
    }
    simgrid_run();
    printf("flow,size_B,finish_s,links\n");
    for (int i = 0; i < flow_count; i++) {
        printf("%s,%.0f,%.17g,%s\n", flows[i].id, flows[i].size_byte, flows[i].finish_s,
               flows[i].links);
    }
    return 0;
}
