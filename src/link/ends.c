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
        .access_s = KNOWN(273e-9, 149e-9, 273e-9, FAB_CONFIDENCE_SECONDARY,
                          "recalled of arXiv 2402.13499: 478.8 clocks to the global memory of an "
                          "H100 PCIe at 1.755 GHz; low: 261.5 clocks to its L2"),
        .energy_j_per_bit =
            KNOWN(3.92e-12, 3.92e-12, 7e-12, FAB_CONFIDENCE_SECONDARY,
                  "recalled of O'Connor et al., Fine-Grained DRAM, MICRO 2017: HBM2; high: the "
                  "whole path to HBM2e, an estimate"),
    },
    {
        .name = "cpu",
        .what = "memory of a host, through its root port and caches",
        .access_s = KNOWN(427e-9, 289e-9, 586e-9, FAB_CONFIDENCE_ESTIMATE,
                          "586 ns that a load of a GB200 takes to the host's memory and back "
                          "(nvbandwidth in oci-gpu-quickstarts, README-GB200), less 149 ns to the "
                          "GPU's L2 and 10 ns of link; low: half of GB300's 578 ns; high: all"),
    },
    {
        .name = "memory",
        .what = "memory behind a controller of its own, a closed row of DDR5-4800",
        .access_s = KNOWN(33e-9, 16.7e-9, 50e-9, FAB_CONFIDENCE_ESTIMATE,
                          "activate and column latency of DDR5-4800, 40 + 39 clocks of 0.417 ns; "
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
