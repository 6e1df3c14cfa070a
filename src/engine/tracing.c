// The calls of processes since the snapshot before: taken from the source once a round, after its tables,
// so that what the tables lack is already here.
#include "engine/ask/collector.h"

struct tracing {
    struct trace_vec traces; // of this round
    struct trace_status status;
};

static void release(void *self)
{
    struct tracing *t = self;

    vec_free(&t->traces);
}

static void update(void *self, const struct round *round)
{
    struct tracing *t = self;

    vec_clear(&t->traces);
    t->status = (struct trace_status){.state = TRACE_REFUSED,
                                      .reason = "calls are traced in our own IPC namespace alone"};
    if (round->source->traced && !round->want->ipc_namespace)
        round->source->traced(round->source->self, &t->traces, &t->status);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct tracing *t = self;

    snapshot->tracing = t->status;
    vec_copy(&snapshot->traces, &t->traces);
    return true;
}

const struct collector tracing_collector = {
    .need = NEED_TRACE,
    .size = sizeof(struct tracing),
    .release = release,
    .update = update,
    .fill = fill,
};
