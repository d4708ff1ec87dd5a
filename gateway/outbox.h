/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "network.h"

/* Messages from the network on their last step to the XMPP server. XEP-0114 has
 * no acknowledgement, so each is kept until a ping sent after it was answered.
 * When the stream is lost, what is unconfirmed goes to the store, as does what
 * comes while it is away; when it is back, all goes out again, with its first
 * time (XEP-0203) and the same ids, so that a repeat can be told. */

Outbox *outbox_new(Network *network);
void outbox_free(Outbox *outbox);

/* Sends a message to one user (`to` a bare or full JID), or keeps it while the stream is away.
 * `content` is the XML inside the stanza. */
void outbox_send(Network *network, const char *from, const char *to, const char *type,
	const char *id, const char *content, gint64 time_us);

/* The gateway itself says something to a user. */
void outbox_tell(Network *network, const char *to, const char *text);

/* A room's message was sent as copies of `template`. */
void outbox_sent_to_room(
	Network *network, const char *room, const ComponentTemplate *template, gint64 time_us);
/* A room's message while some reader is away: keeps it. The row's id; 0: could not be kept. */
gint64 outbox_keep_for_room(
	Network *network, const char *room, const ComponentTemplate *template, gint64 time_us);

/* The component's events. */
void outbox_on_confirmed(Network *network, guint64 mark);
void outbox_on_down(Network *network);
void outbox_on_up(Network *network);

/* A kept message of a room to one of its readers, with its delay; the row stays. */
void outbox_send_kept(Network *network, const StoreUndelivered *row, const char *to);

#endif
