/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRESENCE_H
#define PRESENCE_H

#include "router.h"

/* Presence outside of rooms: users follow people of the network, and the gateway
 * itself (XEP-0100 §4). A contact's presence is sent to the user's bare JID,
 * and the user's server gives it to all clients. */

void presence_to_gateway(const Stanza *stanza);
void presence_to_peer(const Stanza *stanza);
void presence_on_event(Network *network, Session *session, guint serial, const void *record);

void presence_on_session_online(Session *session);
/* The network came or went. */
void presence_on_network(Network *network);
void presence_on_component_up(Network *network);
void presence_shut_down(Network *network);

/* By GwShow, what <show/> says (RFC 6121 §4.7.2.1); NULL: no such element. */
extern const char *const presence_show_names[6];
/* <show/> of a presence of type available. */
GwShow presence_show(const GwElement *presence);
/* The user's own presence, to the network: away or back. */
void presence_tell_network(Session *session, const GwElement *presence);

#endif
