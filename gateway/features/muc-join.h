/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MUC_JOIN_H
#define MUC_JOIN_H

#include "muc-room.h"

/* A client wants into a room. `id` of its presence may be NULL; `password` too. */
typedef struct {
	const char *jid; /* full */
	const char *id;
	const char *nick;
	const char *password;
	int show; /* GwShow */
	const char *status;
	const char *extensions; /* XML */
	gboolean restored;      /* it did not ask: it was in before the gateway was restarted */
} JoinWish;

/* FALSE: the join failed at once, and the client has been told (if it asked). */
gboolean muc_join(Network *network, const char *local, const char *room_id, Session *session,
	const JoinWish *wish);
/* Sends the JOINs that wait for this session. */
void muc_send_joins(Session *session);
/* Brings a user back into a room where they are a member, after the network was away. */
void muc_rejoin(Room *room, Session *session);
/* The network has let the user in: their member is there. */
void muc_finish_join(Room *room, Member *member, Session *session);
/* Takes the user out of the channel: `member->leaving` until the network says so; FALSE there: it
 * is away, and so is the user. */
void muc_leave_network(Room *room, Member *member, Session *session, const char *reason);
/* The network has thrown the user out, or does not let them in: clients inside are shown the door,
 * those that wait are told. */
void muc_put_out(Room *room, Session *session, GwFailure failure, const char *text);
/* The user is out of the room, on the network too; it may be gone then. */
void muc_forget(Room *room, Session *session);
/* After a reconnect: removes those of the network who were not told again. */
void muc_sweep(Room *room);
/* Ends joins that wait for a network which does not come. */
void muc_expire_joins(Network *network, gint64 now_us);

#endif
