#include "schema/starters.h"

/* 64 packages in 8 servers; the experts of a layer spread over one server's packages */
#define JOB "{gpus: 64, tokens: 1T, batch: 512, sequence: 4096, precision: bf16}"

#define MAPPING "{tp: 2, pp: 2, ep: 8, microbatch: 1, recompute: none}"

const char FAB_STARTER_SCENARIO[] = "name: my-job\n"
                                    "gpu: h100_sxm\n"
                                    "fabric: h100_ib\n"
                                    "model: mixtral-8x7b\n"
                                    "job: " JOB "\n"
                                    "mapping: " MAPPING "\n"
                                    "assumptions: {gemm_efficiency: 0.5}\n";

const char FAB_STARTER_CLAIMS[] =
    "name: my-claims\n"
    "title: My claims\n"
    "question: What do the numbers say?\n"
    "claims:\n"
    "  - id: latency\n"
    "    claim: Light takes a tenth of the time of a signal in copper\n"
    "    check: {kind: propagation, copper: [nvlink5_b200], optics: [plug_1t6_dr8],\n"
    "            distance: 1 m, before: 10 ns, after: 1 ns}\n";

const char FAB_STARTER_MAP[] = "name: my-map\n"
                               "title: My map\n"
                               "question: Which link is best where?\n"
                               "links: [dac_200g, plug_1t6_dr8, cpo_quantumx]\n";

const char FAB_STARTER_STUDY[] =
    "name: my-study\n"
    "title: My study\n"
    "question: What does the fabric buy as the job grows?\n"
    "base:\n"
    "  name: my-base\n"
    "  gpu: h100_sxm\n"
    "  fabric: h100_ib\n"
    "  model: mixtral-8x7b\n"
    "  job: " JOB "\n"
    "  mapping: " MAPPING "\n"
    "sweep:\n"
    "  name: packages\n"
    "  values:\n"
    "    - {label: \"64\", set: {job: {gpus: 64}}}\n"
    "    - {label: \"128\", set: {job: {gpus: 128}}}\n"
    "    - {label: \"256\", set: {job: {gpus: 256}}}\n"
    "compare:\n"
    "  - {label: h100, title: H100 servers of 8, set: {gpu: h100_sxm, fabric: h100_ib}}\n"
    "  - {label: gb200, title: GB200 racks, set: {gpu: gb200, fabric: gb200_nvl72}}\n"
    "ranges:\n"
    "  - name: overlap of tensor messages\n"
    "    why: my own range\n"
    "    values:\n"
    "      - {label: half, set: {assumptions: {overlap: {tensor: 0.5}}}}\n"
    "      - {label: all, set: {assumptions: {overlap: {tensor: 1}}}}\n";
