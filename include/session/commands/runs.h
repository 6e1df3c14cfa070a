// What commands[] points to: one function a command, by what they are about.
#ifndef IPCTOP_SESSION_COMMANDS_RUNS_H
#define IPCTOP_SESSION_COMMANDS_RUNS_H

#include "session/session.h"

// Declares one, and begins its definition. Most need the key no more once they run.
#define RUN(name)                                                                                  \
    void run_##name(struct session *s, const struct key_event *event __attribute__((unused)))

// commands_view.c: moving within and between views
RUN(up);
RUN(down);
RUN(page_up);
RUN(page_down);
RUN(first);
RUN(last);
RUN(left);
RUN(right);
RUN(tab);
RUN(tab_next);
RUN(tab_previous);
RUN(enter);
RUN(waiters);
RUN(back);
RUN(leave);
RUN(all_maps);
RUN(details);
RUN(header);
RUN(colors);

// commands_query.c: which rows
RUN(search);
RUN(search_next);
RUN(search_previous);
RUN(filter);
RUN(owner);
RUN(orphans);
RUN(orphan_age);

// commands_order.c: in which order, and which columns
RUN(sort);
RUN(sort_right);
RUN(sort_left);
RUN(invert);
RUN(columns);

// commands_do.c: tags, acting, the program itself
RUN(tag);
RUN(untag_all);
RUN(tag_all);
RUN(remove);
RUN(signal);
RUN(change);
RUN(lock);
RUN(limit);
RUN(refresh);
RUN(freeze);
RUN(interval);
RUN(save);
RUN(settings);
RUN(redraw);
RUN(suspend);
RUN(help);
RUN(quit);

#endif
