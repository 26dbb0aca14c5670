#include <check.h>

#include <fabricast/anatomy.h>

#include "link_fixture.h"
#include "run_all.h"

/* what words of a row make of a link */
static const struct {
    const char *title, *medium;
    fab_technology_role role;
    fab_build want;
} BUILDS[] = {
    {"PCI Express 5.0 x16", "PCB/cable copper", FAB_ROLE_LINK, FAB_BUILD_BOARD},
    {"A link", "printed circuit board copper", FAB_ROLE_LINK, FAB_BUILD_BOARD},
    {"A link", "printed circuit board copper and twinax cartridge", FAB_ROLE_LINK, FAB_BUILD_CABLE},
    {"A cable", "twinax 26-30 AWG", FAB_ROLE_LINK, FAB_BUILD_CABLE},
    {"A cable", "twinax + CTLE redriver", FAB_ROLE_LINK, FAB_BUILD_REDRIVEN},
    {"A cable", "twinax 30-32 AWG + retimers", FAB_ROLE_LINK, FAB_BUILD_RETIMED},
    {"800G DR8 pluggable module", "SMF parallel", FAB_ROLE_LINK, FAB_BUILD_MODULE},
    {"CPO engine, DR", "SMF DR, CPO", FAB_ROLE_LINK, FAB_BUILD_ENGINE},
    {"Interposer", "3D, MRM, DWDM", FAB_ROLE_LINK, FAB_BUILD_STACK},
    {"UCIe", "interposer / bridge copper", FAB_ROLE_DIE_TO_DIE, FAB_BUILD_PARALLEL},
    {"SerDes", "copper", FAB_ROLE_SERDES, FAB_BUILD_SERDES},
    {"Crossbar", "on-chip Si waveguides", FAB_ROLE_ON_CHIP, FAB_BUILD_CHIP},
    {"Switch", "switch ASIC", FAB_ROLE_SWITCH, FAB_BUILD_SWITCH},
    {"Mirrors", "MEMS", FAB_ROLE_OCS, FAB_BUILD_CIRCUIT},
};

START_TEST(builds)
{
    fab_technology t = link_optics();
    t.title = BUILDS[_i].title;
    t.medium = BUILDS[_i].medium;
    t.role = (int)BUILDS[_i].role;
    ck_assert_int_eq(fab_link_recipe(&t).build, BUILDS[_i].want);
}
END_TEST

static const struct {
    const char *medium;
    fab_modulator want;
} MODULATORS[] = {
    {"SMF, MRM", FAB_MODULATOR_RING},
    {"SMF DWDM", FAB_MODULATOR_RING},
    {"SMF CWDM4, MZM", FAB_MODULATOR_MZM},
    {"SMF parallel", FAB_MODULATOR_MZM},
    {"SMF, GeSi EAM", FAB_MODULATOR_EAM},
    {"SMF, single-mode VCSEL", FAB_MODULATOR_VCSEL},
    {"GaN microLED, imaging fibre", FAB_MODULATOR_MICROLED},
};

START_TEST(modulators)
{
    fab_technology t = link_optics();
    t.medium = MODULATORS[_i].medium;
    ck_assert_int_eq(fab_link_recipe(&t).modulator, MODULATORS[_i].want);
    t.modulator = FAB_MODULATOR_EAM;
    ck_assert_int_eq(fab_link_recipe(&t).modulator, FAB_MODULATOR_EAM);
}
END_TEST

START_TEST(fields_win_over_words)
{
    fab_technology t = link_module();
    ck_assert_int_eq(fab_link_recipe(&t).electronics, FAB_ELECTRONICS_DSP);
    ck_assert_int_eq(fab_link_recipe(&t).correction, FAB_CORRECTION_KP4);
    t.electronics = FAB_ELECTRONICS_LINEAR;
    t.correction = FAB_CORRECTION_LOW + 1;
    t.laser_frac = known(0.3);
    t.lasers_lanes_count = known(8);
    t.fibre_pitch_m = known(250e-6);
    const fab_recipe got = fab_link_recipe(&t);
    ck_assert_int_eq(got.electronics, FAB_ELECTRONICS_LINEAR);
    ck_assert_int_eq(got.correction, FAB_CORRECTION_LOW);
    ck_assert_double_eq(got.laser_frac.value, 0.3);
    ck_assert_double_eq(got.lasers_lanes_count.value, 8.0);
    ck_assert_double_eq(got.fibre_pitch_m.value, 250e-6);
    t.correction = 0;
    t.overhead = "RS(544,514) + Hamming(128,120)";
    ck_assert_int_eq(fab_link_recipe(&t).correction, FAB_CORRECTION_INNER);
}
END_TEST

static const struct {
    const char *medium;
    double want;
} GAUGES[] = {{"twinax 26-30 AWG", 30},
              {"twinax 28 AWG", 28},
              {"twinax", 26},
              {"twinax 2000 AWG", 26},
              {"twinax of 3 m", 26}};

START_TEST(gauges)
{
    fab_technology t = link_pcie5();
    t.title = "cable";
    t.medium = GAUGES[_i].medium;
    ck_assert_double_eq(fab_link_recipe(&t).wire_gauge_count.value, GAUGES[_i].want);
    t.wire_gauge_count = known(24);
    ck_assert_double_eq(fab_link_recipe(&t).wire_gauge_count.value, 24.0);
}
END_TEST

/* what the published energy counts: a module leaves the host out; "not said" leaves the laser out
 */
START_TEST(scopes)
{
    fab_technology t = link_module();
    ck_assert(!fab_link_recipe(&t).counts_host && fab_link_recipe(&t).counts_laser);
    t.energy_scope = "whole link with host SerDes";
    ck_assert(fab_link_recipe(&t).counts_host);
    t.energy_scope = "engine; laser and host SerDes not said";
    ck_assert(!fab_link_recipe(&t).counts_host && !fab_link_recipe(&t).counts_laser);
}
END_TEST

START_TEST(texts)
{
    for (int i = 0; i < FAB_BUILD_COUNT; i++) {
        ck_assert_ptr_nonnull(fab_build_text((fab_build)i));
    }
    for (int i = 0; i < FAB_LOSS_COUNT; i++) {
        ck_assert_ptr_nonnull(fab_loss_text((fab_loss)i));
    }
    ck_assert_str_eq(fab_energy_part_text(FAB_LINK_PART_LASER), "laser");
    ck_assert_str_eq(fab_modulator_text(FAB_MODULATOR_RING), "ring");
    ck_assert_str_eq(fab_electronics_text(FAB_ELECTRONICS_DSP), "signal processor");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recipe");
    TCase *tcase = tcase_create("recipe");
    tcase_add_loop_test(tcase, builds, 0, (int)(sizeof BUILDS / sizeof BUILDS[0]));
    tcase_add_loop_test(tcase, modulators, 0, (int)(sizeof MODULATORS / sizeof MODULATORS[0]));
    tcase_add_test(tcase, fields_win_over_words);
    tcase_add_loop_test(tcase, gauges, 0, (int)(sizeof GAUGES / sizeof GAUGES[0]));
    tcase_add_test(tcase, scopes);
    tcase_add_test(tcase, texts);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}
