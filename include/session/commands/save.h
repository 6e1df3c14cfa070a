// Files the user asks for: the view on screen (w), the settings (S).
#ifndef IPCTOP_SESSION_COMMANDS_SAVE_H
#define IPCTOP_SESSION_COMMANDS_SAVE_H

#include "model/record/action.h"

struct session;

void save_report(struct session *s);   // R: all of it, asks for the name
void save_learn(struct session *s);    // a new picture: the prompt shows that it has all of it
void save_ask(struct session *s);      // w: asks for the name
void save_settings(struct session *s); // S
// Shows the result of writing, or asks whether to replace a file, once no prompt is open:
// when the writer has a result, and after a prompt was closed.
void save_results(struct session *s);
void save_forget(struct session *s); // as the session ends

// Writes the setting of a limit that was set to the file of our own that the start of the machine reads.
void save_setting(struct session *s, const struct outcome *outcome);

#endif
