// What users of ipcs(1) and lsipc(1) type, and the call of this program that answers it.
#ifndef IPCTOP_IPCS_OPTIONS_H
#define IPCTOP_IPCS_OPTIONS_H

// "ipctop --batch segments" of 'm'; NULL: no option of theirs, or one that means the same here.
const char *ipcs_option_here(int letter);

#endif
