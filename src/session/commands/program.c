#include <stdio.h>

#include "engine/sampler.h"
#include "session/commands/groups.h"
#include "session/commands/save.h"
#include "session/message.h"
#include "session/prompt/prompt.h"
#include "session/session.h"
#include "store/settings.h"

static void run_refresh(struct session *s)
{
    s->refresh_once = true;
    sampler_refresh(s->sampler);
}

static void run_freeze(struct session *s)
{
    s->frozen = !s->frozen;
    s->refresh_once = false;
    sampler_pause(s->sampler, s->frozen);
    if (!s->frozen)
        sampler_refresh(s->sampler);
    session_say(s, SEVERITY_NOTICE,
                s->frozen ? "frozen: Z goes on, F5 takes one new picture" : "live again");
}

static void run_trace(struct session *s)
{
    s->tracing = !s->tracing;
    session_say(s, SEVERITY_NOTICE,
                s->tracing ? "tracing: events will name who did what; every system call of this "
                             "machine takes a little longer"
                           : "tracing ends");
}

static void interval_done(struct session *s, bool accepted)
{
    struct prompt *p = &s->prompt;
    double seconds;

    if (!accepted || !p->text[0])
        return;
    if (!settings_interval(p->text, &seconds)) {
        snprintf(p->error, sizeof p->error, CONFIG_INTERVALS);
        return;
    }
    s->interval = seconds;
    sampler_interval(s->sampler, seconds);
}

static void run_interval(struct session *s)
{
    prompt_open(&s->prompt, PROMPT_LINE, interval_done, "Seconds between refreshes (now %g)",
                s->interval);
}

static void run_redraw(struct session *s)
{
    s->redraw = true;
}

static void run_suspend(struct session *s)
{
    s->suspend = true;
}

static void run_quit(struct session *s)
{
    s->quit = true;
}

static void run_help(struct session *s)
{
    s->help = true;
}

// clang-format off
static const struct command help[] = {
    {.name = "help", .label = "Help", .keys = {K_F1, '?', 'h'}, .run = run_help,
     .help = "this text"},
};

static const struct command commands[] = {
    {.name = "refresh", .keys = {K_F5, K_CTRL('r')}, .run = run_refresh,
     .help = "read everything now"},
    {.name = "freeze", .keys = {'Z'}, .run = run_freeze, .help = "freeze the picture, on and off"},
    {.name = "trace", .keys = {'E'}, .flags = CMD_LIVE, .run = run_trace,
     .help = "trace IPC system calls, on and off: exact events, at a small cost for every system call"},
    {.name = "interval", .keys = {'d'}, .run = run_interval, .help = "seconds between refreshes"},
    {.name = "save", .keys = {'w'}, .flags = CMD_FILE | CMD_VIEW, .run = save_ask,
     .help = "write this view to a file: its ending chooses the format"},
    {.name = "report", .keys = {'R'}, .flags = CMD_FILE | CMD_VIEW, .run = save_report,
     .help = "write a report of all: what is wrong and why, every table (.md, else text)"},
    {.name = "settings", .keys = {'S'}, .flags = CMD_FILE, .run = save_settings,
     .help = "keep interval, order, columns, header, colours, orphan age for the next run"},
    {.name = "redraw", .keys = {K_CTRL('l')}, .run = run_redraw, .help = "draw the screen again"},
    {.name = "suspend", .keys = {K_CTRL('z')}, .run = run_suspend,
     .help = "to the shell; fg comes back"},
    {.name = "quit", .label = "Quit", .keys = {K_F10}, .run = run_quit, .help = "quit"},
};
// clang-format on

const struct command_group help_commands = {"Help", help, sizeof help / sizeof *help};
const struct command_group program_commands = {"Program", commands,
                                               sizeof commands / sizeof *commands};
