#include "ui/terminal/screen.h"

#include "base/memory.h"
#include "base/text.h"
#include "ui/canvas/theme.h"
#include "ui/terminal/keys.h"
#include "ui/terminal/one_write.h"
#include "ui/terminal/rescue.h"
#include "ui/terminal/signals.h"
#include "ui/terminal/size.h"

#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "curses_library.h"
#include "modes.h"

enum { ESC_WAIT_MS = 40 }; // between Esc and what else makes it a key

static struct {
    bool on;
    SCREEN *terminal;
    WINDOW *window; // all of it
    bool ascii, utf8, color;
    attr_t attr[STYLE_COUNT];
    short pair[STYLE_COUNT];
    struct canvas shown; // what the terminal shows
    struct modes modes;
} screen;

// --- start and stop -------------------------------------------------------------------------------

// What gives the terminal back without curses.
static void arm_rescue(void)
{
    const char *home = curses_capability("rmcup");
    char reset[256];
    size_t n = 0;

    modes_append(reset, sizeof reset, &n, screen.modes.off);
    modes_append(reset, sizeof reset, &n, curses_capability("rmacs"));
    modes_append(reset, sizeof reset, &n, curses_capability("sgr0"));
    modes_append(reset, sizeof reset, &n, curses_capability("op"));
    modes_append(reset, sizeof reset, &n, curses_capability("rmkx"));
    modes_append(reset, sizeof reset, &n, curses_capability("cnorm"));
    modes_append(reset, sizeof reset, &n, home ? home : "\r\n");
    rescue_arm(reset, n);
}

// Whether curses can work here: its own start ends the process where it cannot.
static int check(char *why, size_t cap)
{
    const char *term = getenv("TERM");
    char shown[64];
    int error;

    if (!curses_load()) {
        snprintf(why, cap, "the screen needs %s, which is not installed; --json and --batch do not",
                 NCURSESW_SONAME);
        return -1;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(why, cap, "standard %s is no terminal; --json and --batch need none",
                 isatty(STDIN_FILENO) ? "output" : "input");
        return -1;
    }
    if (!term || !*term) {
        snprintf(why, cap, "TERM is not set: what kind of terminal is this?");
        return -1;
    }
    text_escape(shown, sizeof shown, term, strlen(term));
    if (curses.setupterm(term, STDOUT_FILENO, &error) != OK) {
        snprintf(why, cap, "TERM is '%s', which terminfo does not know (try TERM=xterm)", shown);
        return -1;
    }
    bool able = curses_capability("cup") && curses_capability("clear") && !curses.tigetflag("hc") &&
                !curses.tigetflag("gn");
    curses.del_curterm(curses.set_curterm(NULL));
    if (!able)
        snprintf(why, cap, "TERM is '%s', a terminal that cannot place its cursor", shown);
    return able ? 0 : -1;
}

static void start_colors(bool wanted)
{
    const char *no_color = getenv("NO_COLOR");

    screen.color = wanted && !(no_color && *no_color) && curses.has_colors() &&
                   curses.start_color() == OK && curses.tigetnum("colors") >= 8;
    if (screen.color)
        curses.use_default_colors();
}

static attr_t attributes(unsigned of_look)
{
    return A_NORMAL | (of_look & THEME_BOLD ? A_BOLD : 0) | (of_look & THEME_DIM ? A_DIM : 0) |
           (of_look & THEME_REVERSE ? A_REVERSE : 0) |
           (of_look & THEME_UNDERLINE ? A_UNDERLINE : 0);
}

static void start_modes(bool mouse)
{
    struct termios modes;

    curses.cbreak();
    curses.noecho();
    curses.nonl();
    // A stray ^S must not freeze the screen, nor ^V and ^O eat keys. ^C and ^Z stay signals.
    if (tcgetattr(STDIN_FILENO, &modes) == 0) {
        modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
        modes.c_lflag &= ~(tcflag_t)IEXTEN;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
        curses.def_prog_mode();
    }
    curses.set_escdelay(ESC_WAIT_MS);
    curses.typeahead(-1); // a key that waits is no reason to leave a screen half drawn
    curses.curs_set(0);
    curses.leaveok(screen.window, TRUE);
    screen.modes = modes_of_terminal(screen_keys_start(mouse));
}

static void tell_terminal(const char *text)
{
    one_write_write(text, strlen(text));
}

static void nothing(int number)
{
    (void)number;
}

// Where SIGTSTP has its default action curses takes it over, and ignores it during every update:
// a ^Z that waits in our descriptor would be lost. Handlers of other code stay.
static SCREEN *start_curses(void)
{
    const struct sigaction ours = {.sa_handler = nothing};
    struct sigaction before;
    int w, h;
    bool cut = terminal_size(&w, &h) == SIZE_CUT;

    sigaction(SIGTSTP, &ours, &before);
    FILE *out = one_write_start();
    if (cut) // it would not begin with that many cells
        curses.use_env(FALSE);
    SCREEN *terminal = curses.newterm(NULL, out ? out : stdout, stdin);
    if (terminal && cut)
        curses.resizeterm(h, w);
    sigaction(SIGTSTP, &before, NULL);
    return terminal;
}

int screen_start(const struct screen_options *options, char *why, size_t cap)
{
    if (check(why, cap) < 0)
        return -1;
    rescue_note_settings();
    screen.terminal = start_curses();
    screen.window = screen.terminal ? curses.newwin(0, 0, 0, 0) : NULL;
    if (!screen.window) {
        snprintf(why, cap, "this terminal cannot be set up");
        return -1;
    }
    screen.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen.ascii = options->ascii || !screen.utf8;
    start_modes(!options->no_mouse);
    start_colors(!options->no_color);
    screen_scheme(options->scheme);
    arm_rescue();
    screen.on = true;
    mem_on_failure(screen_rescue);
    signals_rescue(screen_rescue,
                   one_write_let_go); // also takes the place of the handlers curses has set
    tell_terminal(screen.modes.on);
    screen_redraw();
    return 0;
}

void screen_stop(void)
{
    if (!screen.on)
        return;
    signals_window_open();
    tell_terminal(screen.modes.off);
    curses.endwin();
    signals_window_close();
    screen.on = false;
    rescue_disarm();
    mem_on_failure(NULL);
    screen_keys_stop();
    curses.delscreen(screen.terminal);
    one_write_stop();
    canvas_free(&screen.shown);
}

void screen_rescue(void)
{
    rescue_now();
    screen.on = false;
}

void screen_resume(void)
{
    curses.reset_prog_mode();
    tell_terminal(screen.modes.on);
    screen_resize();
}

void screen_suspend(void)
{
    signals_window_open();
    tell_terminal(screen.modes.off);
    curses.endwin();
    signals_window_close();
    if (signals_caught())
        return;
    signals_default(SIGTSTP); // not SIGSTOP: where no shell could continue us this does nothing
    rescue_note_settings();   // stty may have changed them meanwhile
    curses.def_shell_mode();
    screen_resume();
}

// --- showing --------------------------------------------------------------------------------------

void screen_size(int *w, int *h)
{
    *w = curses.getmaxx(screen.window);
    *h = curses.getmaxy(screen.window);
}

void screen_resize(void)
{
    int w, h;

    if (terminal_size(&w, &h) != SIZE_UNKNOWN)
        curses.resizeterm(h, w);
    screen_redraw();
}

bool screen_ascii(void)
{
    return screen.ascii;
}

bool screen_color(void)
{
    return screen.color;
}

void screen_scheme(enum scheme scheme)
{
    if (!screen.color)
        scheme = SCHEME_MONO;
    for (int i = 0; i < STYLE_COUNT; i++) {
        const struct look *look = theme_look((enum style)i, scheme);

        short fg = look->rich && curses.tigetnum("colors") >= 256 ? look->rich : look->fg;

        screen.attr[i] = attributes(look->attributes);
        screen.pair[i] = 0;
        if ((fg != THEME_DEFAULT || look->bg != THEME_DEFAULT) &&
            curses.init_pair((short)(i + 1), fg, look->bg) == OK)
            screen.pair[i] = (short)(i + 1);
    }
    screen_redraw();
}

void screen_redraw(void)
{
    canvas_free(&screen.shown);
    curses.clearok(screen.window, TRUE);
}

// What the terminal's character set has not, or what curses and we measure differently, is '?'.
static wchar_t presentable(uint32_t code, int width)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};

    if (code < 0x80)
        return code < ' ' || code == 127 ? L'?' : (wchar_t)code;
    if (wcrtomb(bytes, (wchar_t)code, &state) == (size_t)-1 || wcwidth((wchar_t)code) != width)
        return L'?';
    return (wchar_t)code;
}

static void put_cell(int y, int x, const cchar_t *cell)
{
    if (curses.wmove(screen.window, y, x) == OK)
        curses.wadd_wch(screen.window, cell);
}

static void show_row(const struct canvas *c, int y)
{
    const struct glyph *row = &c->cells[(size_t)y * (size_t)c->w];

    for (int x = 0; x < c->w; x++) {
        bool wide = x + 1 < c->w && row[x].code && !row[x + 1].code;
        wchar_t text[2] = {row[x].code ? presentable(row[x].code, wide ? 2 : 1) : L' '};
        uint8_t style = row[x].style < STYLE_COUNT ? row[x].style : STYLE_PLAIN;
        cchar_t cell;

        curses.setcchar(&cell, text, screen.attr[style], screen.pair[style], NULL);
        put_cell(y, x, &cell);
        if (wide && text[0] == L'?') { // its right half, too
            curses.setcchar(&cell, L" ", screen.attr[style], screen.pair[style], NULL);
            put_cell(y, x + 1, &cell);
        }
        x += wide;
    }
}

static bool same_row(const struct canvas *a, const struct canvas *b, int y)
{
    const struct glyph *ra = &a->cells[(size_t)y * (size_t)a->w];
    const struct glyph *rb = &b->cells[(size_t)y * (size_t)b->w];

    for (int x = 0; x < a->w; x++)
        if (ra[x].code != rb[x].code || ra[x].style != rb[x].style)
            return false;
    return true;
}

static void show_cursor(const struct canvas *c)
{
    bool seen = c->cursor_x >= 0 && c->cursor_y >= 0 && c->cursor_x < c->w && c->cursor_y < c->h;

    curses.curs_set(seen);
    curses.leaveok(screen.window, !seen);
    if (seen)
        curses.wmove(screen.window, c->cursor_y, c->cursor_x);
}

void screen_show(const struct canvas *c)
{
    bool fresh = screen.shown.w != c->w || screen.shown.h != c->h;
    bool back = curses.isendwin(); // coming back from the shell, curses asks for the size

    if (fresh)
        canvas_resize(&screen.shown, c->w, c->h);
    for (int y = 0; y < c->h; y++)
        if (fresh || !same_row(c, &screen.shown, y))
            show_row(c, y);
    memcpy(screen.shown.cells, c->cells, (size_t)c->w * (size_t)c->h * sizeof *c->cells);
    signals_window_open();
    if (!back)
        one_write_begin();
    show_cursor(c);
    curses.wnoutrefresh(screen.window);
    curses.doupdate();
    if (!back)
        one_write_end();
    else
        tell_terminal(screen.modes.on); // curses has sent its own modes again
    signals_window_close();
}
