#include "scenario/table_macros.h"

/* Field tables of the scenario file, but those of its assumptions. */

#define PRECISION_WORD(id, text) text,
static const char *const JOB_PRECISION[] = {FAB_PRECISION_LIST(PRECISION_WORD) NULL};
static const char *const CONTEXT_MODE[] = {"ring", "all_gather", "ulysses", "hierarchical", NULL};
static const char *const EXPERT_ORDER[] = {"folded", "strided", NULL};
#define SCHEDULE_TEXT(id, text) text,
static const char *const SCHEDULE[] = {FAB_SCHEDULE_LIST(SCHEDULE_TEXT) NULL};
#define PART_WORD(id, text) text,
static const char *const RECOMPUTE[] = {"none", FAB_PART_LIST(PART_WORD) NULL};

static const fab_field JOB_FIELDS[] = {
    COUNT("gpus", offsetof(fab_job, gpus), true, 1, "packages that work on the job"),
    COUNT("tokens", offsetof(fab_job, tokens), true, 1, "training tokens of the whole run"),
    COUNT("batch", offsetof(fab_job, batch), true, 1, "sequences in one optimizer step"),
    {.name = "sequence",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_job, sequence),
     .minimum = 1,
     .maximum = LARGE,
     .word = "model",
     .word_value = 0,
     .help = "tokens in a sequence; `model` takes the model's own"},
    CHOICE(
        "precision", offsetof(fab_job, precision), JOB_PRECISION,
        "number format of the matrix products; `nvfp4`: 4 bits in blocks of 16 with a scale each",
        "BF16 is the format in which training results are published unless said otherwise"),
};

const fab_table FAB_JOB_TABLE = {
    .kind = "job",
    .fields = JOB_FIELDS,
    .count = FAB_TABLE_SIZE(JOB_FIELDS),
    .size = sizeof(fab_job),
};

static const fab_mapping MAPPING_DEFAULT = {.tp = 1,
                                            .cp = 1,
                                            .pp = 1,
                                            .dp = 0,
                                            .ep = 1,
                                            .etp = 1,
                                            .microbatch = 1,
                                            .interleave = 1,
                                            .zero = 1,
                                            .layout = "even",
                                            .is_sequence_parallel = true};

static const fab_field MAPPING_FIELDS[] = {
    COUNT("tp", offsetof(fab_mapping, tp), false, 1,
          "tensor-parallel size of attention and dense blocks"),
    {.name = "sequence_parallel",
     .kind = FAB_FIELD_FLAG,
     .offset = offsetof(fab_mapping, is_sequence_parallel),
     .help = "tensor ranks share out the tokens of norms and residuals; without, each works on all "
             "of them and messages become all-reduces",
     .source = "true: how models are trained with Megatron since arXiv 2205.05198"},
    COUNT("cp", offsetof(fab_mapping, cp), false, 1,
          "context-parallel size: ranks that share each sequence"),
    CHOICE(
        "cp_mode", offsetof(fab_mapping, cp_mode), CONTEXT_MODE,
        "how context ranks exchange keys and values: `ring`, `all_gather`, heads for parts of the "
        "sequence (`ulysses`), or that among `cp_inner` neighbours and rings across "
        "(`hierarchical`)",
        "ring: the default of Megatron-Core (`cp_comm_type: p2p`)"),
    {.name = "cp_inner",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_mapping, cp_inner),
     .minimum = 1,
     .maximum = LARGE,
     .word = "auto",
     .word_value = 0,
     .help =
         "with `cp_mode: hierarchical`, context ranks that deal heads among each other; `auto` is "
         "the largest divisor of cp that heads allow and a domain of the inner tier holds",
     .source = "auto: the all-to-alls stay on the faster tier"},
    COUNT("pp", offsetof(fab_mapping, pp), false, 1, "pipeline stages"),
    {.name = "dp",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_mapping, dp),
     .minimum = 1,
     .maximum = LARGE,
     .word = "auto",
     .word_value = 0,
     .help = "data-parallel size; `auto` is gpus / (tp x cp x pp), the only value that fits"},
    COUNT("ep", offsetof(fab_mapping, ep), false, 1,
          "expert-parallel size: ranks over which a layer's experts are dealt"),
    COUNT("etp", offsetof(fab_mapping, etp), false, 1,
          "expert-tensor-parallel size: ranks that share one expert"),
    COUNT("microbatch", offsetof(fab_mapping, microbatch), false, 1,
          "sequences in one micro-batch"),
    COUNT("interleave", offsetof(fab_mapping, interleave), false, 1,
          "model chunks per pipeline stage; 1 is plain one-forward-one-backward"),
    CHOICE(
        "schedule", offsetof(fab_mapping, schedule), SCHEDULE,
        "order of a stage's passes: `auto` is `1f1b`, or `interleaved` with more than one chunk; "
        "`gpipe`; `zb_h1` puts weight gradients off, `zb_h2` at twice the memory, `zb_v` (two "
        "chunks) too; `dualpipe` runs two directions at once with every parameter twice, "
        "`dualpipev` (two chunks) one folded",
        "auto: what Megatron-LM runs (arXiv 2104.04473)"),
    {.name = "zero",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_mapping, zero),
     .minimum = 0,
     .maximum = 3,
     .help = "what data-parallel ranks shard: 0 nothing, 1 optimizer state, 2 gradients too, 3 "
             "weights too",
     .source = "1: Megatron's distributed optimizer; the stages are those of ZeRO (arXiv "
               "1910.02054)"},
    {.name = "shard_group",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_mapping, shard_group),
     .minimum = 1,
     .maximum = LARGE,
     .word = "all",
     .word_value = 0,
     .help = "data-parallel ranks (of cp x dp) that shard with each other what `zero` says; such "
             "groups hold replicas and sum their shards' gradients (HSDP)",
     .source = "all: FSDP's full shard (arXiv 2304.11277), Megatron's one instance of the "
               "distributed optimizer"},
    {.name = "layout",
     .kind = FAB_FIELD_TEXT,
     .offset = offsetof(fab_mapping, layout),
     .help = "layers of each chunk in the model's order, such as `3 4*14 2` for 3, 14 times 4, 2; "
             "0 for a first or last chunk of embedding or head alone; `even` gives chunks after "
             "the first one more where they do not divide",
     .source = "even: the ends, which carry embedding and head, get no layer more than others"},
    CHOICE("expert_order", offsetof(fab_mapping, expert_order), EXPERT_ORDER,
           "`folded`: expert ranks on consecutive packages; `strided`: a tensor group apart",
           "Megatron-Core orders expert ranks folded over tensor ranks (arXiv 2504.14960)"),
    {.name = "recompute",
     .kind = FAB_FIELD_SET,
     .offset = offsetof(fab_mapping, recompute),
     .choices = RECOMPUTE,
     .help = "what runs again in the backward pass instead of keeping what it made: whole layers "
             "(`full`) or parts of them, such as `[layernorm, moe_act]`; `selective` is "
             "`core_attention`",
     .source = "none: activations are kept where they fit"},
    {.name = "recompute_layers",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_mapping, recompute_layers),
     .minimum = 1,
     .maximum = LARGE,
     .word = "all",
     .word_value = 0,
     .help = "layers of each chunk, from its first on, in which `recompute` holds",
     .source = "all: one rule for all layers"},
    {.name = "offload_layers",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_mapping, offload_layers),
     .minimum = 1,
     .maximum = LARGE,
     .word = "none",
     .word_value = 0,
     .help = "layers of each chunk, from its first on, whose kept activations wait in the host's "
             "memory for the backward pass",
     .source = "none: activations are kept where they fit"},
};

const fab_table FAB_MAPPING_TABLE = {
    .kind = "mapping",
    .fields = MAPPING_FIELDS,
    .count = FAB_TABLE_SIZE(MAPPING_FIELDS),
    .size = sizeof(fab_mapping),
    .defaults = &MAPPING_DEFAULT,
};

/* first the word for none of them: the scenario's own */
#define OWN_WORD "own"
static const char *const SCHEDULES[] = {OWN_WORD, FAB_SCHEDULE_LIST(SCHEDULE_TEXT) NULL};
static const char *const ZEROS[] = {OWN_WORD, "0", "1", "2", "3", NULL};
static const char *const CONTEXT_MODES[] = {OWN_WORD,  "ring",         "all_gather",
                                            "ulysses", "hierarchical", NULL};
static const char *const SHARD_GROUPS[] = {OWN_WORD, "all", "domain", NULL};

#define AXIS(field, member, words, text)                                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_SET, .offset = member, .choices = words, .help = text,    \
        .source = "own: the mapping's, so that no search is longer than it must be"                \
    }

static const fab_field SEARCH_FIELDS[] = {
    AXIS("schedules", offsetof(fab_search_axes, schedules), SCHEDULES,
         "values of `schedule` that `fabricast search` tries, such as `[auto, zb_v]`"),
    AXIS("zeros", offsetof(fab_search_axes, zeros), ZEROS, "values of `zero` that it tries"),
    AXIS("cp_modes", offsetof(fab_search_axes, cp_modes), CONTEXT_MODES,
         "values of `cp_mode` that it tries where ranks share sequences"),
    AXIS("shard_groups", offsetof(fab_search_axes, shard_groups), SHARD_GROUPS,
         "values of `shard_group` that it tries: `all`, or as many as divide the data-parallel "
         "ranks "
         "and a `domain` of the inner tier holds"),
};

const fab_table FAB_SEARCH_TABLE = {
    .kind = "search",
    .fields = SEARCH_FIELDS,
    .count = FAB_TABLE_SIZE(SEARCH_FIELDS),
    .size = sizeof(fab_search_axes),
};

static const fab_field SCENARIO_FIELDS[] = {
    {.name = "name",
     .kind = FAB_FIELD_TEXT,
     .is_required = true,
     .offset = offsetof(fab_scenario_file, name),
     .help = "what to call the scenario"},
    {.name = "gpu",
     .kind = FAB_FIELD_NODE,
     .is_required = true,
     .offset = offsetof(fab_scenario_file, gpu),
     .definition = "gpu",
     .help = "a catalog name, or a package spelled out (`base:` starts from a name)"},
    {.name = "fabric",
     .kind = FAB_FIELD_NODE,
     .is_required = true,
     .offset = offsetof(fab_scenario_file, fabric),
     .definition = "fabric",
     .help = "a catalog name, or a fabric spelled out"},
    {.name = "model",
     .kind = FAB_FIELD_NODE,
     .is_required = true,
     .offset = offsetof(fab_scenario_file, model),
     .definition = "model",
     .help = "a catalog name, or a model spelled out"},
    {.name = "kernel_table",
     .kind = FAB_FIELD_TEXT,
     .offset = offsetof(fab_scenario_file, kernel_table),
     .help = "a CSV file of measured kernels, beside this file unless its path is absolute: an "
             "operator of exactly such a shape takes the time that stands there"},
    RECORD("job", offsetof(fab_scenario_file, job), FAB_JOB_TABLE, true, "what is trained"),
    RECORD("mapping", offsetof(fab_scenario_file, mapping), FAB_MAPPING_TABLE, true,
           "how the job is cut over the packages"),
    RECORD("assumptions", offsetof(fab_scenario_file, assumptions), FAB_ASSUMPTIONS_TABLE, false,
           "what is assumed about hardware and software"),
    RECORD("search", offsetof(fab_scenario_file, search), FAB_SEARCH_TABLE, false,
           "what a search of mappings tries beside their sizes"),
};

const fab_table FAB_SCENARIO_TABLE = {
    .kind = "scenario",
    .fields = SCENARIO_FIELDS,
    .count = FAB_TABLE_SIZE(SCENARIO_FIELDS),
    .size = sizeof(fab_scenario_file),
};
