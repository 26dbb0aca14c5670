#include <fabricast/link.h>

#include <assert.h>

/* What stands at the ends of a link. Each number is an assumption with a range and its source, and
 * the command line may say another. A write is taken to cost what a read does; the low end of a
 * range counts only the way to the memory. */

#define KNOWN(number, least, most, trust, words)                                                   \
    {                                                                                              \
        .value = (number), .low = (least), .high = (most), .is_known = true,                       \
        .has_range = (least) < (most), .confidence = (trust), .has_confidence = true,              \
        .source = (words)                                                                          \
    }

static const fab_transfer_end ENDS[] = {
    {
        .name = "gpu",
        .what = "memory of a GPU package, through its L2 cache",
        .access_s =
            KNOWN(273e-9, 150e-9, 273e-9, FAB_CONFIDENCE_SECONDARY,
                  "arXiv 2402.13499, tables III and IV, as quoted by others: 478.8 clocks to "
                  "the global memory of an H800 at 1.755 GHz; low: 263 clocks to its L2"),
        .energy_j_per_bit = KNOWN(
            3.92e-12, 3.92e-12, 7e-12, FAB_CONFIDENCE_SECONDARY,
            "O'Connor et al., Fine-Grained DRAM, MICRO 2017 (doi 10.1145/3123939.3124545), "
            "as quoted by others: an access to HBM2 with its activation; high: the whole path "
            "to HBM2e, an estimate"),
    },
    {
        .name = "cpu",
        .what = "memory of a host, through its root port and caches",
        .access_s = KNOWN(426e-9, 289e-9, 586e-9, FAB_CONFIDENCE_ESTIMATE,
                          "586 ns that a load of a GB200 takes to the host's memory and back "
                          "(nvbandwidth, https://github.com/oracle-quickstart/oci-gpu-quickstarts, "
                          "nvidia/GB200/README-GB200.md), less 150 ns to the GPU's L2 and 10 ns of "
                          "link; low: half of GB300's 578 ns; high: all"),
    },
    {
        .name = "memory",
        .what = "memory behind a controller of its own, a closed row of DDR5-4800",
        .access_s = KNOWN(33e-9, 16.7e-9, 50e-9, FAB_CONFIDENCE_ESTIMATE,
                          "activate and column latency of DDR5-4800B, 39 + 40 clocks of 0.417 ns "
                          "(JESD79-5B as quoted by others); "
                          "low: an open row; high: precharge too; the controller is not counted"),
    },
    {
        .name = "switch",
        .what = "a port of a switch: the message is there already",
        .access_s = KNOWN(0.0, 0.0, 0.0, FAB_CONFIDENCE_ASSUMPTION, "nothing is read or written"),
        .energy_j_per_bit =
            KNOWN(0.0, 0.0, 0.0, FAB_CONFIDENCE_ASSUMPTION, "nothing is read or written"),
    },
};

#define END_COUNT (sizeof(ENDS) / sizeof(ENDS)[0])

size_t fab_transfer_end_count(void)
{
    return END_COUNT;
}

fab_transfer_end fab_transfer_end_at(size_t index)
{
    assert(index < END_COUNT);
    return ENDS[index];
}
