/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INFO_H
#define INFO_H

#include "router.h"

/* What one can ask about somebody, or about the gateway: software version
 * (XEP-0092), time (XEP-0202), last activity (XEP-0012), vCard (XEP-0054). */

void info_version(const Stanza *stanza);
void info_time(const Stanza *stanza);
void info_uptime(const Stanza *stanza);
void info_vcard(const Stanza *stanza);

/* About a peer or a room's member: the network is asked. */
void info_ask(const Stanza *stanza);
void info_on_event(Network *network, Session *session, guint serial, const void *record);

#endif
