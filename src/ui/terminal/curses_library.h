// What is used of libncursesw: loaded with the screen, since tables are printed without it. Include
// this last: term.h defines macros with names like "columns".
#ifndef IPCTOP_UI_TERMINAL_CURSES_LIBRARY_H
#define IPCTOP_UI_TERMINAL_CURSES_LIBRARY_H

#define NCURSES_NOMACROS // its functions of that name are called by pointer
#include <curses.h>
#include <term.h>

#include "base/library.h"

// clang-format off
#define CURSES_FUNCTIONS(each)                                                                      \
    each(newterm) each(use_env) each(delscreen) each(setupterm) each(set_curterm) each(del_curterm)               \
    each(endwin) each(isendwin) each(resizeterm) each(doupdate) each(typeahead)                     \
    each(cbreak) each(noecho) each(nonl) each(def_prog_mode) each(def_shell_mode) each(reset_prog_mode) \
    each(newwin) each(newpad) each(delwin) each(getmaxx) each(getmaxy)                              \
    each(clearok) each(leaveok) each(curs_set) each(wmove) each(wadd_wch) each(setcchar) each(wnoutrefresh) \
    each(has_colors) each(start_color) each(use_default_colors) each(init_pair)                     \
    each(tigetstr) each(tigetflag) each(tigetnum) each(tiparm)                                      \
    each(keypad) each(nodelay) each(set_escdelay) each(define_key) each(key_defined)                \
    each(wget_wch) each(wgetch) each(unget_wch) each(ungetch)
// clang-format on

struct curses {
    CURSES_FUNCTIONS(LIBRARY_MEMBER)
};
extern struct curses curses;

bool curses_load(void); // false: the library is not installed
// What terminfo(5) has of the terminal under that name; NULL: nothing. The library's.
const char *curses_capability(const char *name);

#endif
