/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SPOOL_H
#define SPOOL_H

#include "session.h"

/* Messages from XMPP that wait for the network: kept in the store as they came,
 * handled again in order when the user's session and rooms are back, and
 * answered with an error when that takes longer than SPOOL_LIMIT_S. */

#define SPOOL_LIMIT_S 300

Spool *spool_new(Network *network);
void spool_free(Spool *spool);

/* Whether a message of this user must wait, as the network is away or earlier ones wait still. */
gboolean spool_must_wait(const Session *session);
/* Keeps it, or answers with an error when it cannot be kept. */
void spool_add(Session *session, const GwElement *stanza);
/* The session is online and back in its rooms: handles what waits. */
void spool_release(Session *session);
/* As spool_release() for everybody: the XMPP server is there to take what has to be answered. */
void spool_release_all(Network *network);
/* The network is back: users who are not here, but have something waiting, are logged in. */
void spool_on_online(Network *network);
/* Something waits from an earlier run: its time limit is watched. */
void spool_load(Network *network);

#endif
