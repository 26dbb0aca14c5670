#include "link/derive.h"

#include <math.h>

fab_value fab_known(double value_count)
{
    return (fab_value){
        .value = value_count, .low = value_count, .high = value_count, .is_known = true};
}

fab_value fab_number(double value_count, double low_count, double high_count,
                     fab_confidence confidence, const char *source)
{
    return (fab_value){
        .value = value_count,
        .low = low_count,
        .high = high_count,
        .is_known = true,
        .has_range = low_count < high_count,
        .confidence = confidence,
        .has_confidence = true,
        .source = source,
    };
}

/* the provenance of a result: that of the side which is trusted less */
static fab_value combine(fab_value a, fab_value b)
{
    const bool takes_b = !a.has_confidence || (b.has_confidence && b.confidence > a.confidence);
    fab_value out = takes_b ? b : a;
    out.is_known = a.is_known && b.is_known;
    out.value = out.low = out.high = 0.0;
    return out;
}

static fab_value finish(fab_value out)
{
    if (!isfinite(out.value) || !isfinite(out.low) || !isfinite(out.high)) {
        out.is_known = false;
    }
    if (!out.is_known) {
        out.value = out.low = out.high = 0.0;
    }
    out.has_range = out.is_known && out.low < out.high;
    return out;
}

fab_value fab_add(fab_value a, fab_value b)
{
    fab_value out = combine(a, b);
    out.value = a.value + b.value;
    out.low = a.low + b.low;
    out.high = a.high + b.high;
    return finish(out);
}

fab_value fab_add_apart(fab_value a, fab_value b)
{
    fab_value out = combine(a, b);
    out.value = a.value + b.value;
    out.low = out.value - hypot(a.value - a.low, b.value - b.low);
    out.high = out.value + hypot(a.high - a.value, b.high - b.value);
    return finish(out);
}

fab_value fab_subtract(fab_value a, fab_value b)
{
    fab_value out = combine(a, b);
    out.value = a.value - b.value;
    out.low = a.low - b.high;
    out.high = a.high - b.low;
    return finish(out);
}

fab_value fab_multiply(fab_value a, fab_value b)
{
    fab_value out = combine(a, b);
    out.value = a.value * b.value;
    out.low = a.low * b.low;
    out.high = a.high * b.high;
    return finish(out);
}

fab_value fab_scale(fab_value a, double factor_ratio)
{
    return fab_multiply(a, fab_known(factor_ratio));
}

fab_value fab_divide(fab_value a, fab_value b)
{
    fab_value out = combine(a, b);
    if (b.value <= 0.0 || b.low <= 0.0) {
        out.is_known = false;
        return finish(out);
    }
    out.value = a.value / b.value;
    out.low = a.low / b.high;
    out.high = a.high / b.low;
    return finish(out);
}

fab_value fab_choose(fab_value asked, fab_value otherwise)
{
    return asked.is_known ? asked : otherwise;
}

fab_value fab_of_row(const fab_technology *technology, fab_value value)
{
    if (!value.has_range) {
        value.low = value.high = value.value;
    }
    if (!value.has_confidence) {
        value.confidence = (fab_confidence)technology->confidence;
        value.has_confidence = true;
    }
    if (!value.source) {
        value.source = technology->source;
    }
    return value;
}
