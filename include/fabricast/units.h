#ifndef FAB_UNITS_H
#define FAB_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* What a number measures, and with it the SI unit in which it is stored. Bandwidths are one
 * direction. The third column is an example of what a user writes. */
#define FAB_DIMENSION_LIST(X)                                                                      \
    X(FAB_DIM_COUNT, "count", "a plain number such as 4096 or 13T", "13T")                         \
    X(FAB_DIM_FRACTION, "fraction", "a plain number or a percentage such as 0.5 or 50 %", "50 %")  \
    X(FAB_DIM_TIME, "s", "a time such as 250 ns", "250 ns")                                        \
    X(FAB_DIM_LENGTH, "m", "a length such as 1.5 m", "1.5 m")                                      \
    X(FAB_DIM_SIZE, "byte", "a size in bytes such as 192 GiB or 1 TB", "192 GiB")                  \
    X(FAB_DIM_RATE, "bit/s", "a bandwidth in one direction such as 32 Tbps or 450 GB/s",           \
      "32 Tbps")                                                                                   \
    X(FAB_DIM_MEMORY_RATE, "byte/s", "a memory bandwidth such as 8 TB/s", "8 TB/s")                \
    X(FAB_DIM_ENERGY_PER_BIT, "J/bit", "an energy per bit such as 4.3 pJ/bit", "4.3 pJ/bit")       \
    X(FAB_DIM_POWER, "W", "a power such as 700 W", "700 W")                                        \
    X(FAB_DIM_ENERGY, "J", "an energy such as 3 kWh", "3 kWh")                                     \
    X(FAB_DIM_COMPUTE, "FLOP/s", "a compute rate such as 17.5 PFLOP/s", "17.5 PFLOP/s")            \
    X(FAB_DIM_RATE_DENSITY, "bit/s/m", "a shoreline density such as 1.8 Tbps/mm", "1.8 Tbps/mm")   \
    X(FAB_DIM_AREA_DENSITY, "bit/s/m^2", "an areal density such as 0.5 Tbps/mm2", "0.5 Tbps/mm2")  \
    X(FAB_DIM_MONEY, "USD", "an amount such as 30 kUSD", "30 kUSD")                                \
    X(FAB_DIM_PRICE_PER_RATE, "USD/(bit/s)", "a price such as 0.5 USD/Gbps", "0.5 USD/Gbps")       \
    X(FAB_DIM_ENERGY_PER_FLOP, "J/FLOP", "an energy per FLOP such as 0.8 pJ/FLOP", "0.8 pJ/FLOP")

#define FAB_DIMENSION_ENUM(id, unit, expected, example) id,
typedef enum fab_dimension { FAB_DIMENSION_LIST(FAB_DIMENSION_ENUM) FAB_DIM_TOTAL } fab_dimension;
#undef FAB_DIMENSION_ENUM

/* Returns the SI unit of a dimension ("s", "bit/s"), what a user is expected to write, and one
 * valid example; static text. */
FAB_API const char *fab_dimension_unit(fab_dimension dimension);
FAB_API const char *fab_dimension_expected(fab_dimension dimension);
FAB_API const char *fab_dimension_example(fab_dimension dimension);

/* Reads `text` as a number with a unit of the given dimension; the value comes out in the SI unit.
 *
 * Grammar: [+-]digits[.digits][e[+-]digits][blanks]unit. No hexadecimal, no "inf" or "nan", no
 * thousands separators (underscores between digits are allowed: 32_768). Prefixes f p n u m k K M G
 * T P E, binary Ki Mi Gi Ti Pi only for bits and bytes. `b` and `bit` are bits, `B` and `byte` are
 * bytes; a size in bits where bytes are due is an error, and a bandwidth may be written per second
 * in bits (Tbps, Tb/s, Tbit/s) or in bytes (GB/s), which are 8 bits exactly. Counts take k K M G B
 * T P as thousand, million, billion (G or B), trillion. COUNT and FRACTION need no unit; every
 * other dimension does.
 *
 * FAB_E_INPUT: *message (in the arena, may be NULL on memory exhaustion) says what is wrong: not a
 * number, missing unit, unit of another dimension, unknown unit, number too large. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_quantity_parse(const char *text, fab_dimension dimension,
                                                  fab_arena *arena, double *value_out,
                                                  const char **message_out);

/* Writes `value` (SI) into `buffer` with a fitting prefix and `digits` significant digits, for
 * example "32 Tb/s", "4.3 pJ/bit", "1.54 kW". Independent of the locale. Returns `buffer`. The text
 * reads back through fab_quantity_parse to the value within its printed digits. */
FAB_API char *fab_quantity_format(char *buffer, size_t size, double value_si_count,
                                  fab_dimension dimension, int digits);

FAB_END_DECLS

#endif
