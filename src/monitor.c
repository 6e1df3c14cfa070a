#include "monitor.h"

#include "ui/loop.h"
#include "ui/screen.h"
#include "ui/signals.h"

// Tables the screen opens on; the others are entered from one of these.
static bool has_tab(const struct kind *kind)
{
    for (size_t i = 0; i < session_n_tabs; i++)
        if (session_tabs[i] == kind->id)
            return true;
    return false;
}

int monitor_run(const struct options *o, struct sampler *sampler, struct audit *audit)
{
    const struct screen_options look = {
        .no_color = o->no_color, .no_mouse = o->no_mouse, .ascii = o->ascii};
    const struct session_options how = {
        .readonly = o->readonly,
        .mouse = !o->no_mouse,
        .interval = o->delay,
        .table = o->n_tables ? o->tables[0]->name : NULL,
        .filter = o->filter,
        .sort = o->sort,
        .has_owner = o->has_user,
        .owner = o->uid,
        .has_id = o->has_id,
        .id = o->id,
    };
    struct session session;
    char why[160];

    if (o->n_tables > 1)
        return options_fail("the screen opens on one table; --json and --batch print several");
    if (o->n_tables && !has_tab(o->tables[0]))
        return options_fail("no screen opens on %s: Enter on a row shows them (or use --batch)",
                            o->tables[0]->name);
    signals_block();
    if (screen_start(&look, why, sizeof why) < 0)
        return options_fail("%s", why);
    session_init(&session, sampler, &how);
    session.audit = audit;
    int status = loop_run(&session, o->iterations);
    session_free(&session);
    return status;
}

int monitor_end(int status)
{
    if (status > 128)
        signals_default(status - 128);
    return status;
}
