// Every test program's output comes line by line: where one hangs and is ended, or dies, the name of
// the test that did it is there.
#include <stdio.h>

__attribute__((constructor)) static void line_by_line(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
}
