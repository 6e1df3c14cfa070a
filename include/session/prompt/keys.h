// What keys do in an open prompt, whatever it asks.
#ifndef IPCTOP_SESSION_PROMPT_KEYS_H
#define IPCTOP_SESSION_PROMPT_KEYS_H

#include "base/key.h"
#include "session/prompt/prompt.h"

void prompt_key(struct prompt *p, const struct key_event *event);
// Whether the key would be a character of a line being typed, and that line is no answer.
bool prompt_takes_text(const struct prompt *p, int32_t key);

#endif
