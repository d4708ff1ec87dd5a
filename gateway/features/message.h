/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "router.h"

/* Messages between two people, and what is common to all messages. */

void message_to_gateway(const Stanza *stanza);
void message_to_peer(const Stanza *stanza);
void message_on_event(Network *network, Session *session, guint serial, const void *record);

/* Whether a message may go on now. FALSE: it has been answered, or kept. */
gboolean message_may_pass(const Stanza *stanza, Session *session);

/* The XML inside a message to XMPP. `extra` (XML) goes instead of the record's own extensions;
 * NULL: none. Borrowed until the next call. */
const GString *message_content(const GwMessage *message, const char *extra);

#endif
