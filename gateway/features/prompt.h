/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROMPT_H
#define PROMPT_H

#include "router.h"

/* jabber:iq:gateway (XEP-0100 §6): from a name on the network to its JID. */
void prompt_get(const Stanza *stanza);
void prompt_set(const Stanza *stanza);

#endif
