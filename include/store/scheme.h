// Header only. Which colours the screen is drawn in; ui/canvas/theme.h says what they are.
#ifndef IPCTOP_STORE_SCHEME_H
#define IPCTOP_STORE_SCHEME_H

#define SCHEME_NAMES "default, light, high-contrast or mono" // as texts list them

enum scheme {
    SCHEME_DEFAULT,  // for the usual dark background
    SCHEME_LIGHT,    // for black on white
    SCHEME_CONTRAST, // nothing dim, nothing coloured thinly
    SCHEME_MONO,     // bold, underline and reverse alone
    SCHEME_COUNT
};

#endif
