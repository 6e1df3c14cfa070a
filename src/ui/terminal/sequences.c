#include "ui/terminal/sequences.h"

// ECMA-48, and what xterm, rxvt, PuTTY, the Linux console and VT220s made of it.
// clang-format off
const struct sequence sequences[] = {
    {"\033[A", K_UP},     {"\033OA", K_UP},      {"\033[B", K_DOWN},   {"\033OB", K_DOWN},
    {"\033[C", K_RIGHT},  {"\033OC", K_RIGHT},   {"\033[D", K_LEFT},   {"\033OD", K_LEFT},
    {"\033[H", K_HOME},   {"\033OH", K_HOME},    {"\033[1~", K_HOME},  {"\033[7~", K_HOME},
    {"\033[F", K_END},    {"\033OF", K_END},     {"\033[4~", K_END},   {"\033[8~", K_END},
    {"\033[2~", K_INSERT}, {"\033[3~", K_DELETE}, {"\033[5~", K_PGUP}, {"\033[6~", K_PGDN},
    {"\033[Z", K_BACKTAB}, {"\033OM", K_ENTER},
    {"\033OP", K_F1},     {"\033OQ", K_F2},      {"\033OR", K_F3},     {"\033OS", K_F4},
    {"\033[11~", K_F1},   {"\033[12~", K_F2},    {"\033[13~", K_F3},   {"\033[14~", K_F4},
    {"\033[[A", K_F1},    {"\033[[B", K_F2},     {"\033[[C", K_F3},    {"\033[[D", K_F4},
    {"\033[[E", K_F5},    {"\033[15~", K_F5},    {"\033[17~", K_F6},   {"\033[18~", K_F7},
    {"\033[19~", K_F8},   {"\033[20~", K_F9},    {"\033[21~", K_F10},  {"\033[23~", K_F11},
    {"\033[24~", K_F12},
    {"\033[I", SEQUENCE_FOCUS}, {"\033[O", SEQUENCE_FOCUS},
    {"\033[200~", SEQUENCE_PASTE_BEGIN}, {"\033[201~", SEQUENCE_PASTE_END},
    {"\033[0n", SEQUENCE_STATUS}, {"\033[3n", SEQUENCE_STATUS},
};
// clang-format on
const size_t n_sequences = sizeof sequences / sizeof *sequences;
