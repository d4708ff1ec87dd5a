/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MUC_H
#define MUC_H

#include "router.h"

/* Multi-user chat (XEP-0045): rooms of a network as MUC rooms. muc.c takes the
 * stanzas, muc-admin.c those of moderators and owners, muc-events.c what the network reports,
 * muc-recovery.c brings people back after one of the two was away; muc-room.h is the model they
 * share, and muc-send.c writes what goes out. */

GHashTable *muc_rooms_new(void);

/* Stanzas. */
void muc_presence(const Stanza *stanza);
void muc_message(const Stanza *stanza);
void muc_private_message(const Stanza *stanza);
void muc_ping(const Stanza *stanza); /* XEP-0410 */
void muc_admin_get(const Stanza *stanza);
void muc_admin_set(const Stanza *stanza);
void muc_owner_get(const Stanza *stanza);
void muc_owner_set(const Stanza *stanza);

/* Events. */
void muc_on_message(Network *network, Session *session, guint serial, const GwMessage *message);
/* A private message: TRUE when it belongs in the window of a room and was sent there. */
gboolean muc_on_private_message(Session *session, const GwMessage *message, const char *content);
void muc_on_room(Network *network, Session *session, guint serial, const void *record);
void muc_on_synced(Network *network, Session *session, guint serial, const void *record);
void muc_on_member(Network *network, Session *session, guint serial, const void *record);
void muc_on_member_gone(Network *network, Session *session, guint serial, const void *record);
void muc_on_member_nick(Network *network, Session *session, guint serial, const void *record);
void muc_on_subject(Network *network, Session *session, guint serial, const void *record);
void muc_on_invite(Network *network, Session *session, guint serial, const void *record);
/* TRUE: it was a join, and whoever waits for it has been told. */
gboolean muc_on_join_failed(
	Network *network, const FailureAddress *address, GwFailure failure, const char *text);

/* Comings and goings of both sides. */
void muc_load(Network *network);
void muc_on_network_online(Network *network);
void muc_on_network_offline(Network *network);
void muc_on_session_online(Session *session);
void muc_on_session_offline(Session *session, GwFailure failure, const char *text);
void muc_on_component_up(Network *network);
void muc_on_component_down(Network *network);
void muc_on_probe_answer(const Stanza *stanza);
void muc_shut_down(Network *network);

/* Something has a time limit now: the timer that sees to it runs. */
void muc_watch(Network *network);

/* Whether a join of this session is under way. */
gboolean muc_is_joining(const Session *session);

#endif
