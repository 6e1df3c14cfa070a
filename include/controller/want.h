// What the sampler is to read for the view on screen.
#ifndef IPCTOP_CONTROLLER_WANT_H
#define IPCTOP_CONTROLLER_WANT_H

#include "model/record/snapshot.h"

struct session;

void session_want(struct session *s, struct want *want); // asked after every change of view

#endif
