#include "options_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

int __attribute__((format(printf, 1, 2))) options_fail(const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    text = mem_vformat(format, args);
    va_end(args);
    char *safe = text_escape_new(text, strlen(text)); // it may quote the command line
    fprintf(stderr, "ipctop: %s\n", safe);
    free(safe);
    free(text);
    return 2;
}

bool options_act_on(const struct options *o, const struct kind *kind)
{
    bool removable = kind_is_object(kind->id) || (kind->act_on && !kind->belongs);

    return o->remove ? removable && kind->can & CAN_REMOVE
                     : kind->flags & TABLE_PROCESSES && kind->can & CAN_SIGNAL;
}

// Of --remove and --signal: what they are allowed to mean.
static int check_acting(const struct options *o)
{
    const char *name = o->remove ? "--remove" : "--signal";
    bool chosen = o->has_user || o->has_id || (o->filter && o->filter[strspn(o->filter, " \t")]);

    if (o->remove && o->signal)
        return options_fail("only one of --remove and --signal");
    if (o->format && strcmp(o->format->name, "json") != 0)
        return options_fail("%s stands alone or beside --json", name);
    if (o->readonly && o->yes)
        return options_fail("--readonly refuses what --yes asks for");
    if (!chosen)
        return options_fail("%s needs -f, -u or -i: what is meant", name);
    if (o->from)
        return options_fail("--from shows what was recorded: nothing can be done to it");
    if (o->all_namespaces)
        return options_fail("%s acts in one IPC namespace: --namespace all names several", name);
    if (o->columns)
        return options_fail("%s has no columns to choose", name);
    for (size_t i = 0; i < o->n_tables; i++) {
        if (!options_act_on(o, o->tables[i]))
            return options_fail("%s does not act on rows of %s", name, o->tables[i]->name);
    }
    return 0;
}

// What the options say together.
int options_check(const struct options *o)
{
    if (o->mode == MODE_ACT)
        return check_acting(o);
    if (o->yes || o->force || o->attached)
        return options_fail("--yes, --force and --attached are of --remove and --signal");
    bool prints = o->mode == MODE_PRINT;
    char names[128];

    if (o->columns && !prints && o->mode != MODE_SCREEN)
        return options_fail("-o chooses the columns of %s and the screen",
                            formats_list(names, sizeof names));
    if (o->columns && o->n_tables != 1 && (prints || o->n_tables > 1))
        return options_fail("-o needs exactly one table");
    if (o->no_headings && !(prints && o->format->rows))
        return options_fail("--no-headings is of --batch and its forms");
    if (o->bytes && !(prints && o->format->rows))
        return options_fail("--bytes is of --batch and --raw");
    for (size_t i = 0; prints && o->format->status && i < o->n_tables; i++) {
        if (!*((const uint8_t *)o->tables[i] + o->format->place))
            return options_fail("--%s does not read %s: name no table", o->format->name,
                                o->tables[i]->name);
    }
    if (o->per_object && !(prints && strcmp(o->format->name, "openmetrics") == 0))
        return options_fail("--per-object is of --openmetrics");
    bool records = prints && o->n_tables == 1 && o->tables[0]->alone;
    if (o->output && (!prints || records))
        return options_fail("--output is of %s, and not of events",
                            formats_list(names, sizeof names));
    if (o->all_namespaces && (records || !prints || !o->format->several))
        return options_fail("--namespace all is of --json and --batch, but of no events");
    if (o->log && prints && !records)
        return options_fail("--log is of the screen and of events: other tables have nothing to be "
                            "logged");
    if (o->trace && !records && o->mode != MODE_SCREEN && o->mode != MODE_RECORD)
        return options_fail("--trace is of the screen, of recordings, of --batch events and of "
                            "--json events");
    if (o->mode == MODE_RECORD &&
        (o->n_tables || o->columns || o->filter || o->has_user || o->has_id))
        return options_fail("--record keeps everything: it takes no table, -o, -f, -u and -i");
    if (o->at && !o->from)
        return options_fail("--at is of --from");
    if (o->from && (o->mode == MODE_RECORD || o->trace))
        return options_fail("--from shows what was recorded: it takes no --record and no --trace");
    if (o->from && (o->all_namespaces || o->namespace_pid || o->ipc_namespace))
        return options_fail("--from shows the IPC namespace that was recorded: it takes no "
                            "--namespace");
    if (o->n_from > 1 && prints && !o->format->several)
        return options_fail("--from of several hosts is of the screen, --json and --batch");
    for (size_t i = 0; o->n_from < 2 && o->mode != MODE_LIST_COLUMNS && i < o->n_tables; i++)
        if (o->tables[i]->flags & TABLE_HOSTS)
            return options_fail("hosts are listed where several are read: --from A --from B");
    if (o->keep && o->mode != MODE_RECORD)
        return options_fail("--keep is of --record");
    for (size_t i = 0; prints && !records && i < o->n_tables; i++) {
        if (o->tables[i]->alone)
            return options_fail("%s", o->tables[i]->alone);
    }
    return 0;
}
