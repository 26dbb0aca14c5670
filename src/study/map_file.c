#include "study/map_file.h"

#include <assert.h>

#include <fabricast/pod.h>

#include "link/derive.h"
#include "study/claims_file.h"
#include "study/common.h"

/* Reads a study of a map, and tells the three kinds of studies apart. */

#define TEXT(field, type, member, about)                                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_TEXT, .is_required = true,                                \
        .offset = offsetof(type, member), .help = about                                            \
    }

#define QUANTITY(field, member, unit, most, about, from)                                           \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_QUANTITY, .offset = offsetof(fab_map_file, member),       \
        .dimension = unit, .minimum = 0.0, .maximum = most, .is_above_minimum = true,              \
        .help = about, .source = from                                                              \
    }

#define SOURCED(field, member, unit, most, about)                                                  \
    {                                                                                              \
        .name = field, .kind = FAB_FIELD_SOURCED, .offset = offsetof(fab_map_file, member),        \
        .dimension = unit, .minimum = 0.0, .maximum = most, .is_above_minimum = true,              \
        .help = about                                                                              \
    }

static const fab_field FIELDS[] = {
    TEXT("name", fab_map_file, name, "what to call the study"),
    TEXT("title", fab_map_file, title, "title of the report"),
    TEXT("question", fab_map_file, question, "what it answers"),
    {.name = "links",
     .kind = FAB_FIELD_NODE,
     .is_required = true,
     .offset = offsetof(fab_map_file, links_node),
     .definition = "technology",
     .minimum = 1.0,
     .maximum = FAB_MAP_LINK_LIMIT,
     .help = "technologies to choose from"},
    QUANTITY("distance_from", from_m, FAB_DIM_LENGTH, 1e6, "shortest link", "0.1 m: a board"),
    QUANTITY("distance_to", to_m, FAB_DIM_LENGTH, 1e6, "longest link", "2 km: a building"),
    QUANTITY("rate_from", from_bps, FAB_DIM_RATE, 1e18,
             "least bandwidth of a package, one direction", "100 Gbps: a port of a network card"),
    QUANTITY("rate_to", to_bps, FAB_DIM_RATE, 1e18, "most bandwidth of a package, one direction",
             "100 Tbps: a switch"),
    SOURCED("edge", edge_m, FAB_DIM_LENGTH, 10.0,
            "edge of a package that links may leave through; 111 mm when not given"),
    SOURCED("link_power", link_power_w, FAB_DIM_POWER, 1e6,
            "power of a package for its links; 150 W when not given"),
    {.name = "remarks",
     .kind = FAB_FIELD_RECORDS,
     .offset = offsetof(fab_map_file, remarks),
     .table = &FAB_REMARK_TABLE,
     .maximum = 32.0,
     .help = "sentences for the reader of the report"},
};

static const fab_map_file DEFAULTS = {
    .from_m = 0.1, .to_m = 2000.0, .from_bps = 100e9, .to_bps = 100e12};

const fab_table FAB_MAP_TABLE = {.kind = "map",
                                 .fields = FIELDS,
                                 .count = FAB_TABLE_SIZE(FIELDS),
                                 .size = sizeof(fab_map_file),
                                 .defaults = &DEFAULTS};

/* at the end that the file gives, of an axis whose ends stand the wrong way round */
static void check_axis(fab_diagnostics *diagnostics, const fab_node *root, const char *from,
                       const char *to, bool is_rising)
{
    const fab_node *last = fab_node_get(root, to);
    const fab_node *node = last != NULL ? last : fab_node_get(root, from);
    if (!is_rising) {
        fab_diagnose(
            diagnostics, FAB_SEVERITY_ERROR, node != NULL ? node->position : root->position,
            last != NULL ? NULL : "the default of the other end stands in docs/reference.md",
            "`%s` must be above `%s`", to, from);
    }
}

static fab_status read_links(const fab_catalog *catalog, const fab_node *node, fab_arena *arena,
                             fab_diagnostics *diagnostics, fab_map_study *study)
{
    if (!fab_study_is_list(node, "links", FAB_MAP_LINK_LIMIT, diagnostics)) {
        return FAB_OK;
    }
    fab_technology *links = FAB_NEW(arena, fab_technology, node->count);
    const fab_technology **pointers = FAB_NEW(arena, const fab_technology *, node->count);
    if (links == NULL || pointers == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < node->count; i++) {
        FAB_TRY(fab_study_technology(catalog, node->items[i], FAB_USE_LINK, arena, diagnostics,
                                     &links[i]));
        pointers[i] = &links[i];
    }
    study->links = pointers;
    study->link_count = node->count;
    return FAB_OK;
}

static fab_status read_map(const fab_catalog *catalog, const fab_node *root, const char *path,
                           fab_arena *arena, fab_diagnostics *diagnostics,
                           const fab_map_study **out)
{
    const size_t errors = diagnostics->errors;
    fab_map_file file;
    const fab_status status = fab_record_read(&FAB_MAP_TABLE, root, arena, diagnostics, &file);
    if (status != FAB_OK && status != FAB_E_INPUT) {
        return status;
    }
    fab_map_study *study = FAB_NEW(arena, fab_map_study, 1);
    if (study == NULL) {
        return FAB_E_NOMEM;
    }
    *study = (fab_map_study){
        .file_name = fab_study_file_name(path, arena),
        .name = file.name,
        .title = file.title,
        .question = file.question,
        .frame = {.from_m = file.from_m,
                  .to_m = file.to_m,
                  .from_bps = file.from_bps,
                  .to_bps = file.to_bps,
                  .edge_m = fab_choose(file.edge_m, fab_pod_place_default().edge_m),
                  .link_power_w =
                      fab_choose(file.link_power_w, fab_pod_place_default().link_power_w)},
        .remarks = fab_study_remarks(file.remarks, arena),
        .remark_count = file.remarks.count,
    };
    if (study->file_name == NULL || study->remarks == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(read_links(catalog, fab_node_get(root, "links"), arena, diagnostics, study));
    fab_study_check_chosen(root, "edge", diagnostics);
    fab_study_check_chosen(root, "link_power", diagnostics);
    check_axis(diagnostics, root, "distance_from", "distance_to", file.to_m > file.from_m);
    check_axis(diagnostics, root, "rate_from", "rate_to", file.to_bps > file.from_bps);
    if (diagnostics->errors > errors) {
        return FAB_E_INPUT;
    }
    *out = study;
    return FAB_OK;
}

fab_status fab_any_study_load(const fab_catalog *catalog, const char *path, fab_arena *arena,
                              fab_diagnostics *diagnostics, fab_any_study *out)
{
    assert(catalog && path && arena && diagnostics && out);
    const fab_node *root = NULL;
    *out = (fab_any_study){0};
    FAB_TRY(fab_tree_load(path, arena, diagnostics, &root));
    if (fab_node_get(root, "claims") != NULL) {
        return fab_claims_read(catalog, root, path, arena, diagnostics, &out->claims);
    }
    if (fab_node_get(root, "links") != NULL) {
        return read_map(catalog, root, path, arena, diagnostics, &out->map);
    }
    return fab_study_read(catalog, root, path, arena, diagnostics, &out->study);
}
