// Names of signals. signal(7); the C library has sigabbrev_np(3) only as glibc 2.32 and later, and
// strsignal(3) is translated.
#ifndef IPCTOP_BASE_SIGNAL_NAME_H
#define IPCTOP_BASE_SIGNAL_NAME_H

// "TERM" of SIGTERM, "Terminated": constant strings. NULL of real-time signals and of no signal.
const char *signal_abbreviation(int number);
const char *signal_description(int number);
// Of "TERM", "SIGTERM" or "15", in any case; 0: there is no such signal.
int signal_by_name(const char *name);

#endif
