#define _GNU_SOURCE

#include "report_fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIANTS 3
#define VALUES   4
#define TARGETS  4
#define ROWS     5
#define MOVERS   4

static const char HOSTILE[] = "`touch pwned` \"q\" 'a' </script><b>&amp; $(id) \\ \n=1+1";

/* the text given, or the hostile one behind a leading sign that spreadsheets run */
static const char *name(bool is_hostile, const char *text)
{
    return is_hostile ? "=`touch pwned`\"'</script><b>&\\n{/x}" : text;
}

static const char *words(bool is_hostile, const char *text)
{
    return is_hostile ? HOSTILE : text;
}

static void *need(void *memory)
{
    if (memory == NULL) {
        exit(EXIT_FAILURE);
    }
    return memory;
}

static fab_value known(double number)
{
    return (fab_value){.value = number,
                       .low = number,
                       .high = number,
                       .is_known = true,
                       .confidence = FAB_CONFIDENCE_PAPER,
                       .has_confidence = true};
}

static fab_technology technology(bool is_hostile, const char *title, double energy_j_per_bit)
{
    return (fab_technology){
        .name = name(is_hostile, title),
        .title = words(is_hostile, title),
        .energy_j_per_bit = known(energy_j_per_bit),
        .reach_m = {.is_known = false},
        .source = words(is_hostile, "a made-up table"),
        .confidence = FAB_CONFIDENCE_SECONDARY,
        .notes = words(is_hostile, "a note"),
    };
}

/* systems: pod size, packages used of it, rate, energy per bit */
static const struct {
    const char *name, *title, *technology;
    int64_t domain, used;
    double rate_bps, energy_j_per_bit;
} SYSTEM[VARIANTS] = {
    {"copper", "Copper, pods of 144 (128 used), 14.4 Tb/s", "copper", 144, 128, 14.4e12, 5e-12},
    {"same_radix", "Control, pods of 512, 14.4 Tb/s", "wide copper", 512, 512, 14.4e12, 5e-12},
    {"optics", "3D optics, pods of 512, 32 Tb/s", "3D optics", 512, 512, 32e12, 4.3e-12},
};

static fab_fabric fabric(bool is_hostile, size_t v)
{
    return (fab_fabric){
        .name = name(is_hostile, SYSTEM[v].name),
        .title = words(is_hostile, SYSTEM[v].title),
        .tiers = {{.name = name(is_hostile, "pod"),
                   .technology =
                       technology(is_hostile, SYSTEM[v].technology, SYSTEM[v].energy_j_per_bit),
                   .rate_bps = known(SYSTEM[v].rate_bps),
                   .latency_s = known(250e-9),
                   .domain = SYSTEM[v].domain,
                   .used = SYSTEM[v].used,
                   .links_per_path = 1,
                   .packages_per_rack = 72},
                  {.name = name(is_hostile, "scale-out"),
                   .technology = technology(is_hostile, "pluggable", 16e-12),
                   .rate_bps = known(1.6e12),
                   .latency_s = known(4e-6),
                   .domain = 131072,
                   .used = 131072,
                   .links_per_path = 2,
                   .packages_per_rack = 72}},
        .tier_count = 2,
    };
}

static const fab_scenario *scenario(fab_arena *arena, bool is_hostile, size_t v)
{
    fab_scenario *made = need(FAB_NEW(arena, fab_scenario, 1));
    *made = (fab_scenario){
        .name = name(is_hostile, "made-up"),
        .gpu = {.name = name(is_hostile, "package"),
                .title = words(is_hostile, "a package of four dies"),
                .source = words(is_hostile, "a made-up data sheet"),
                .confidence = FAB_CONFIDENCE_VENDOR_CLAIM},
        .fabric = fabric(is_hostile, v),
        .model = {.name = name(is_hostile, "moe"),
                  .title = words(is_hostile, "a mixture of experts"),
                  .source = words(is_hostile, "a made-up paper"),
                  .confidence = FAB_CONFIDENCE_ASSUMPTION},
        .job = {.gpus = 32768, .tokens = 13000000000000, .batch = 4096, .sequence = 8192},
        .mapping = {.tp = 16,
                    .is_sequence_parallel = true,
                    .cp = 1,
                    .pp = 8,
                    .dp = 256,
                    .ep = 32,
                    .etp = 1,
                    .microbatch = 1,
                    .interleave = 1,
                    .zero = 1},
        .assumptions = fab_assumptions_default(),
    };
    made->assumptions.goodput_frac = 0.875;
    return made;
}

/* s: expert messages by system and case; everything else is the same for each */
static const double EXPERT_S[VARIANTS][VALUES] = {
    {1.0, 2.0, 4.0, 8.0},
    {0.5, 1.0, 2.0, 3.0},
    {0.25, 0.5, 0.75, 1.0},
};

static void add_messages(fab_forecast *forecast)
{
    for (int i = 0; i < FAB_MESSAGE_CLASS_COUNT; i++) {
        forecast->messages[i] = (fab_message_forecast){
            .total_s = 0.75, .exposed_s = 0.25, .sent_byte = {4e11, 1e11}, .link_energy_j = 40.0};
    }
}

static void add_tiers(fab_forecast *forecast, bool is_hostile, size_t v)
{
    forecast->tier_count = 2;
    forecast->tiers[0] = (fab_tier_forecast){
        .name = name(is_hostile, "pod"),
        .technology = words(is_hostile, SYSTEM[v].technology),
        .energy_j_per_bit = SYSTEM[v].energy_j_per_bit,
        .sent_byte = 1.6e12,
        .energy_j = 64.0,
        .mean_power_w = 16.0,
        .full_rate_power_w = SYSTEM[v].rate_bps * SYSTEM[v].energy_j_per_bit,
        .busy_frac = 0.25,
    };
    forecast->tiers[1] = (fab_tier_forecast){
        .name = name(is_hostile, "scale-out"),
        .technology = words(is_hostile, "pluggable"),
        .energy_j_per_bit = 16e-12,
        .sent_byte = 4e11,
        .energy_j = 102.4,
        .mean_power_w = 25.6,
        .full_rate_power_w = 51.2,
        .busy_frac = 0.5,
    };
}

static void add_checks(fab_forecast *forecast, fab_arena *arena, bool is_hostile)
{
    fab_fabric_check *checks = need(FAB_NEW(arena, fab_fabric_check, 3));
    const char *tier = name(is_hostile, "pod");
    checks[0] = (fab_fabric_check){
        tier, "reach", words(is_hostile, "the longest link is 1 m, the technology reaches 1 m"),
        true, true};
    checks[1] = (fab_fabric_check){
        tier, "radix", words(is_hostile, "the radix of the technology is not published"), true,
        false};
    checks[2] = (fab_fabric_check){
        tier, "rate",
        words(is_hostile, "the tier asks for 32 Tb/s of a technology that carries 14.4 Tb/s, which "
                          "is more than one package can send"),
        false, true};
    forecast->checks = checks;
    forecast->check_count = 3;
}

/* not known of the second system */
static void add_energy(fab_forecast *forecast, size_t v)
{
    if (v == 1) {
        return;
    }
    fab_energy_forecast *energy = &forecast->energy;
    *energy = (fab_energy_forecast){
        .is_known = true,
        .is_assumed = true,
        .static_power_w = 512.0,
        .gemm_energy_j_per_flop = 0.25e-12,
        .bf16_energy_j_per_flop = 0.5e-12,
        .memory_energy_j_per_bit = 5e-12,
        .hardware_flop = 4e15,
        .memory_byte = 2e13,
        .package_power_w = 2048.0,
        .busiest_power_w = 3072.0,
        .rack_power_w = 196608.0,
        .facility_power_w = 98304000.0,
        .total_energy_j_per_token = 11.5,
    };
    for (int part = 0; part < FAB_ENERGY_CLASS_COUNT; part++) {
        energy->part_j[part] = 64.0 * (part + 1);
        energy->total_j += energy->part_j[part];
        energy->package_j += part < FAB_ENERGY_LINKS ? energy->part_j[part] : 0.0;
    }
}

static fab_forecast forecast(fab_arena *arena, bool is_hostile, size_t v, size_t value)
{
    fab_forecast made = {
        .part_s = {[FAB_STEP_GEMM] = 2.0,
                   [FAB_STEP_ATTENTION] = 0.5,
                   [FAB_STEP_MEMORY] = 0.25,
                   [FAB_STEP_TENSOR] = v == 2 ? 0.25 : 0.5,
                   [FAB_STEP_EXPERT] = EXPERT_S[v][value],
                   [FAB_STEP_PIPELINE] = 0.0625,
                   [FAB_STEP_BUBBLE] = 0.5,
                   [FAB_STEP_DATA] = 0.125,
                   [FAB_STEP_OPTIMIZER] = 0.0625},
        .memory = {.weights_byte = 100e9,
                   .gradients_byte = 50e9,
                   .optimizer_byte = 150e9,
                   .activations_byte = 300e9,
                   .logits_byte = 10e9,
                   .fixed_byte = 10e9,
                   .reserve_byte = 20e9,
                   .total_byte = 640e9,
                   .capacity_byte = 1000e9,
                   .fits = true},
        .model_flop_per_token = 1.5e12,
        .mfu_frac = 0.25,
        .layer_token_s = 150e-9,
        .link_energy_j_per_token = 0.125,
        .microbatches = 16,
        .passes = 16,
        .is_buildable = v != 1,
        .is_feasible = v != 1,
    };
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        made.step_s += made.part_s[i];
    }
    made.tokens_per_s = 4096.0 * 8192.0 / made.step_s;
    made.tokens_per_s_per_gpu = made.tokens_per_s / 32768.0;
    add_messages(&made);
    add_tiers(&made, is_hostile, v);
    add_energy(&made, v);
    add_checks(&made, arena, is_hostile);
    return made;
}

/* groups of a made-up mapping: tensor and expert groups in a pod, the others over several */
static void lay_groups(fab_placement groups[FAB_STUDY_GROUP_COUNT], int64_t expert_domains)
{
    groups[FAB_STUDY_GROUP_TENSOR] = (fab_placement){16, 1, 16, 16, true};
    groups[FAB_STUDY_GROUP_EXPERT] =
        (fab_placement){32, expert_domains, 32 / expert_domains, 32 / expert_domains, true};
    groups[FAB_STUDY_GROUP_PIPELINE] = (fab_placement){8, 8, 1, 1, true};
    groups[FAB_STUDY_GROUP_DATA] = (fab_placement){1, 1, 1, 1, true};
}

/* the best of a point: half of its step; one system has none at one case */
static const fab_study_best *best_of(fab_arena *arena, const fab_study_point *point)
{
    fab_study_best *best = need(FAB_NEW(arena, fab_study_best, 1));
    best->counts = (fab_search_counts){163880, 72672, 91208, 21029, 70179};
    best->own_rank = 28346;
    best->is_found = point->variant != 1 || point->value != 0;
    if (best->is_found) {
        best->mapping = point->scenario->mapping;
        best->mapping.interleave = 5;
        best->forecast = point->forecast;
        best->forecast.step_s *= point->variant == 0 ? 0.375 : 0.5;
        best->ownership = point->ownership;
        best->ownership.time_to_train_s *= point->variant == 0 ? 0.375 : 0.5;
        lay_groups(best->groups, 1);
    }
    return best;
}

static void add_points(fab_study_result *study, fab_arena *arena, bool is_hostile)
{
    static const char *const LABEL[VALUES] = {"Config1", "Config2", "Config3", "Config4"};
    fab_study_variant *variants = need(FAB_NEW(arena, fab_study_variant, VARIANTS));
    fab_study_point *points = need(FAB_NEW(arena, fab_study_point, VARIANTS * VALUES));
    const char **labels = need(FAB_NEW(arena, const char *, VALUES));
    for (size_t v = 0; v < VARIANTS; v++) {
        variants[v] = (fab_study_variant){name(is_hostile, SYSTEM[v].name),
                                          words(is_hostile, SYSTEM[v].title)};
        for (size_t i = 0; i < VALUES; i++) {
            labels[i] = name(is_hostile, LABEL[i]);
            fab_study_point *point = &points[v * VALUES + i];
            point->variant = v;
            point->value = i;
            point->scenario = scenario(arena, is_hostile, v);
            point->forecast = forecast(arena, is_hostile, v, i);
            point->ownership = (fab_ownership){
                .steps = 387431,
                .time_to_train_s = 387431.0 * point->forecast.step_s,
                .gpu_time_s = 32768.0 * 387431.0 * point->forecast.step_s,
                .link_energy_j = 1.5e12,
                .link_power_w = 4e6,
                .has_energy = v != 1,
                .energy_j = v != 1 ? 1.4976e14 : 0.0,
                .energy_j_per_token = v != 1 ? 11.52 : 0.0,
            };
            lay_groups(point->groups, v == 0 ? 4 : 1);
            point->best = best_of(arena, point);
        }
    }
    study->variants = variants;
    study->variant_count = VARIANTS;
    study->sweep_labels = labels;
    study->sweep_count = VALUES;
    study->points = points;
    study->point_count = VARIANTS * VALUES;
}

static void add_targets(fab_study_result *study, fab_arena *arena, bool is_hostile)
{
    static const fab_study_target TARGET[TARGETS] = {
        {"R1", "aggregate bandwidth of one pod, 3D optics over copper", "8X", "P", "abstract", "",
         7.5, 8.5, true, 7.9012, 7.9012, 7.9012, 0, .value_meets = true, .ok = true},
        {"R2", "time to train, native radix (512 against 144), Config4", "2.7X", "P", "abstract",
         "", 2.65, 2.75, true, 2.5263, 1.1, 3.25, 512, .ok = true},
        {"R4", "gain of native radix grows from Config1 to Config4 (least step)", "monotone", "S",
         "a secondary source", "", 0.0, 0.0, false, -0.125, -0.25, -0.0625, 512, .ok = false},
        {"R5", "power saved per 200 Tb/s switch package", "1.5 kW", "S", "a secondary source", "W",
         1450.0, 1550.0, true, 1540.0, 1540.0, 1540.0, 0, .value_meets = true, .ok = true},
    };
    fab_study_target *targets = need(FAB_NEW(arena, fab_study_target, TARGETS));
    for (size_t i = 0; i < TARGETS; i++) {
        targets[i] = TARGET[i];
        targets[i].id = name(is_hostile, TARGET[i].id);
        targets[i].what = words(is_hostile, TARGET[i].what);
        targets[i].published = name(is_hostile, TARGET[i].published);
        targets[i].source = words(is_hostile, TARGET[i].source);
    }
    targets[1].has_best = true;
    targets[1].best_count = 1.8947;
    targets[1].has_mover = true;
    targets[1].mover = 1;
    study->targets = targets;
    study->target_count = TARGETS;
    study->waterfall_target = 1;
}

static void add_waterfall(fab_study_result *study, fab_arena *arena, bool is_hostile)
{
    static const fab_waterfall_row ROW[ROWS] = {
        {"toy by hand", "nothing but products and messages", 370e-9, 135.5e-9, 2.7306, 0.0, false,
         false},
        {"whole experts need no tensor messages", "4 of the 8 go", 390e-9, 134e-9, 2.9104, 0.1798,
         false, false},
        {"attention core", "scores and values", 395e-9, 152e-9, 2.5987, -0.3117, false, false},
        {"latency", "250 ns a step in a pod, 4 us beyond", 400e-9, 158.3e-9, 2.5263, -0.0724, true,
         false},
        {"all messages overlapped", "as far as computation lasts", 250e-9, 150e-9, 1.6667, -0.8596,
         false, true},
    };
    fab_waterfall_row *rows = need(FAB_NEW(arena, fab_waterfall_row, ROWS));
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = ROW[i];
        rows[i].label = words(is_hostile, ROW[i].label);
        rows[i].why = words(is_hostile, ROW[i].why);
    }
    study->waterfall = rows;
    study->waterfall_count = ROWS;
}

static void add_sensitivities(fab_study_result *study, fab_arena *arena, bool is_hostile)
{
    static const double VALUE[MOVERS][2] = {
        {2.5263, 1.1}, {2.5263, 3.25}, {2.5263, 2.4}, {7.9012, 7.9012}};
    static const char *const NAME[MOVERS] = {"place of expert ranks", "precision of messages",
                                             "latency of a step", "latency of a step"};
    static const char *const LABEL[MOVERS] = {"folded", "FP8", "1 us and 10 us", "1 us and 10 us"};
    fab_sensitivity_row *rows = need(FAB_NEW(arena, fab_sensitivity_row, MOVERS));
    for (size_t i = 0; i < MOVERS; i++) {
        const char **labels = need(FAB_NEW(arena, const char *, 2));
        labels[0] = "as studied";
        labels[1] = name(is_hostile, LABEL[i]);
        const bool is_up = VALUE[i][1] > VALUE[i][0];
        rows[i] = (fab_sensitivity_row){
            .target = i < 3 ? 1 : 0,
            .name = words(is_hostile, NAME[i]),
            .why = words(is_hostile, "not published"),
            .labels = labels,
            .values_count = VALUE[i],
            .count = 2,
            .low_count = VALUE[i][is_up ? 0 : 1],
            .high_count = VALUE[i][is_up ? 1 : 0],
            .in_range = i != 0,
        };
    }
    study->sensitivities = rows;
    study->sensitivity_count = MOVERS;
}

const fab_study_result *fixture_study(fab_arena *arena, bool is_hostile)
{
    fab_study_result *study = need(FAB_NEW(arena, fab_study_result, 1));
    study->file_name = words(is_hostile, "fixture.yaml");
    const char **remarks = need(FAB_NEW(arena, const char *, 1));
    remarks[0] = words(is_hostile, "Every number here is made up.");
    study->name = name(is_hostile, "made-up");
    study->title = words(is_hostile, "What made-up optics buy over made-up copper");
    study->question = words(is_hostile, "How much sooner is a model trained?");
    study->sweep_name = words(is_hostile, "configuration");
    study->remarks = remarks;
    study->remark_count = 1;
    study->evaluations = 4321;
    add_points(study, arena, is_hostile);
    add_targets(study, arena, is_hostile);
    add_waterfall(study, arena, is_hostile);
    add_sensitivities(study, arena, is_hostile);
    return study;
}

fab_run_meter fixture_meter(void)
{
    return (fab_run_meter){.elapsed_s = 0.5,
                           .rate_per_s = 8642.0,
                           .peak_rss_byte = 20000000,
                           .date = "2000-01-01T00:00:00Z"};
}

const char *fixture_contents(fab_arena *arena, FILE *stream)
{
    if (fseek(stream, 0, SEEK_END) != 0) {
        return NULL;
    }
    const long size = ftell(stream);
    rewind(stream);
    char *text = need(FAB_NEW(arena, char, (size_t)size + 1));
    return fread(text, 1, (size_t)size, stream) == (size_t)size ? text : NULL;
}

const char *fixture_file(fab_arena *arena, const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return NULL;
    }
    const char *text = fixture_contents(arena, stream);
    fclose(stream);
    return text;
}

const char *fixture_folder(fab_arena *arena)
{
    const char *base = getenv("TMPDIR");
    char *path = need(fab_arena_printf(arena, "%s/fabricast-test-XXXXXX", base ? base : "/tmp"));
    return need(mkdtemp(path));
}

bool fixture_has_program(const char *name)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path) {
        char file[4096];
        const size_t length = strcspn(path, ":");
        snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, name);
        if (access(file, X_OK) == 0) {
            return true;
        }
        path += length + (path[length] == ':' ? 1 : 0);
    }
    return false;
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *level)
{
    (void)found;
    (void)kind;
    (void)level;
    return remove(path);
}

void fixture_remove(const char *folder)
{
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

size_t fixture_entries(const char *folder)
{
    size_t count = 0;
    DIR *entries = opendir(folder);
    while (entries != NULL && readdir(entries) != NULL) {
        count++;
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return count >= 2 ? count - 2 : 0;
}
