// What unattended actions did, or would do, as text and as JSON.
#ifndef IPCTOP_OUTPUT_RESULTS_H
#define IPCTOP_OUTPUT_RESULTS_H

#include <stdio.h>

#include "model/record/action.h"
#include "model/record/snapshot.h"

// 0, or -errno of the stream. `preview`: how many of the outcomes, the first ones, were only looked at:
// their result is "preview". `acted`: with the totals.
int results_write(FILE *out, const struct outcome_vec *outcomes, size_t preview, bool acted);
// {"meta": …, "results": [{verb, kind, id, pid, result, text}], "totals": {done, refused, …}}
int results_write_json(FILE *out, const struct snapshot *s, const struct outcome_vec *outcomes,
                       size_t preview);

#endif
