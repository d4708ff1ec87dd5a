/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc-join.h"

#include <glib/gi18n.h>

#include "gw-jid.h"
#include "gw-log.h"
#include "muc-send.h"
#include "muc.h"
#include "spool.h"

enum {
	NETWORK_WITHIN_S = 20, /* so long a join waits for a network that is away */
	MOST_TRIES = 4,        /* with other nicks, when bringing a user back */
};

static const Change no_change = { 0 };

/* ---- telling who waits ---- */

static void fail_client(const Room *room, const JoinClient *client, const char *nick,
	GwFailure failure, const char *text)
{
	g_autofree char *to = g_strconcat(room->jid, "/", nick, NULL);
	FailureAddress address = { "presence", client->jid, to, client->id };

	store_remove_occupant(
		room->network->store, room->network->config->domain, room->local, client->jid);
	failure_send(room->network, &address, failure, text);
}

void muc_forget(Room *room, Session *session)
{
	if (session->rooms && !room_join_of(room, session) && !room_member_of(room, session)) {
		g_hash_table_remove(session->rooms, room);
		spool_release(session);
	}
	room_release(room);
}

void muc_put_out(Room *room, Session *session, GwFailure failure, const char *text)
{
	Join *join = room_join_of(room, session);
	Member *member = room_member_of(room, session);
	/* XEP-0045 §9.1: who was inside and cannot come back is shown the door. */
	Change change = {
		.gone = TRUE, .codes = { 307, 333 }, .reason = text ? text : failure_text(failure)
	};

	if (join) {
		g_autofree char *nick = g_strdup(join->nick);
		g_autoptr(GPtrArray) clients = g_ptr_array_ref(join->clients);

		room_remove_join(room, join);
		for (guint i = 0; i < clients->len; i++) {
			fail_client(room, clients->pdata[i], nick, failure, text);
		}
	}
	if (member) {
		muc_broadcast_presence(room, member, &change);
		room_remove_member(room, member);
	}
	muc_forget(room, session);
}

/* ---- asking the network ---- */

static gboolean send_join(Room *room, Join *join)
{
	const JoinClient *first = join->clients->len ? join->clients->pdata[0] : NULL;
	g_autofree char *to = g_strconcat(room->jid, "/", join->nick, NULL);
	FailureAddress address = { "presence", first ? first->jid : join->session->user, to,
		first ? first->id : NULL };
	GwJoin record = {
		.room = room->id, .nick = join->nick, .password = join->password, .history_max = -1
	};
	Network *network = room->network;

	join->sent = TRUE;
	/* No address for a failure to send at once: whoever waits is told by fail_join(). */
	return network_command(
		       network, GW_COMMAND_JOIN, join->session, &record, TRUE, &address, NULL) != 0;
}

void muc_send_joins(Session *session)
{
	g_autoptr(GList) rooms = session->rooms ? g_hash_table_get_keys(session->rooms) : NULL;

	for (GList *link = rooms; link; link = link->next) {
		Room *room = link->data;
		Join *join = room_join_of(room, session);

		if (join && !join->sent) {
			send_join(room, join);
		}
	}
}

/* Back on the network under another nick when somebody took theirs meanwhile. */
static gboolean try_other_nick(Room *room, Join *join)
{
	char *nick;

	if (join->clients->len && !((JoinClient *)join->clients->pdata[0])->restored) {
		return FALSE; /* the client chooses */
	}
	if (++join->tries >= MOST_TRIES) {
		return FALSE;
	}
	nick = g_strconcat(join->nick, "_", NULL);
	g_free(join->nick);
	join->nick = nick;
	return send_join(room, join);
}

gboolean muc_on_join_failed(
	Network *network, const FailureAddress *address, GwFailure failure, const char *text)
{
	g_auto(GwJid) to = { 0 };
	Session *session = session_find(network, address->from);
	Room *room =
		gw_jid_split(&to, address->to) && to.local ? room_find(network, to.local) : NULL;
	Join *join = room && session ? room_join_of(room, session) : NULL;

	if (!join || g_strcmp0(join->nick, to.resource) != 0) {
		return FALSE; /* another presence: a change of nick */
	}
	if (failure == GW_FAILURE_CONFLICT && try_other_nick(room, join)) {
		return TRUE;
	}
	if (failure == GW_FAILURE_NETWORK && !network->draining && !network->online) {
		join->sent = FALSE; /* it is asked again when the network is back */
		return TRUE;
	}
	muc_put_out(room, session, failure, text);
	return TRUE;
}

/* ---- coming in ---- */

static gboolean is_over_quota(const Session *session, const Room *room)
{
	return session->rooms && !g_hash_table_contains(session->rooms, room) &&
	       g_hash_table_size(session->rooms) >= session->network->config->rooms_per_user;
}

/* The user is inside with another client already: nothing to ask the network for. */
static void add_client(Room *room, Member *member, Session *session, const JoinWish *wish)
{
	gboolean returns = member->lingering_us != 0;
	gint64 seen = wish->restored ? 0 : returns ? member->seen : -1;
	Occupant *occupant = room_add_occupant(room, member, session, wish->jid);
	Change change = { 0 };

	if (!g_str_equal(member->nick, wish->nick)) {
		change.self_codes[0] = 210;
	}
	muc_send_all(room, occupant, &change, seen);
}

gboolean muc_join(Network *network, const char *local, const char *room_id, Session *session,
	const JoinWish *wish)
{
	Room *room = room_get(network, local, room_id);
	Member *member = room_member_of(room, session);
	Join *join = room_join_of(room, session);
	JoinClient client = { (char *)wish->jid, (char *)wish->id, wish->restored };

	if (is_over_quota(session, room)) {
		fail_client(room, &client, wish->nick, GW_FAILURE_LIMIT,
			_("You are in as many rooms as this gateway allows. Leave one first."));
		room_release(room);
		return FALSE;
	}
	if (member && !member->leaving) {
		add_client(room, member, session, wish);
		return TRUE;
	}
	if (!join) {
		join = room_add_join(room, session, wish->nick);
		join->password = g_strdup(wish->password);
		join->show = wish->show;
		join->status = g_strdup(wish->status);
		join->extensions = g_strdup(wish->extensions);
	}
	join_add_client(join, wish->jid, wish->id, wish->restored);
	session_login(session, wish->nick);
	if (session->state == SESSION_ONLINE && !join->sent) {
		send_join(room, join);
	}
	return TRUE;
}

void muc_rejoin(Room *room, Session *session)
{
	if (!room_join_of(room, session)) {
		room_add_join(room, session, session->nick);
	}
}

void muc_leave_network(Room *room, Member *member, Session *session, const char *reason)
{
	GwLeave record = { .room = room->id, .kind = GW_LEAVE_LEFT, .reason = reason };

	if (session->state == SESSION_ONLINE && !member->leaving) {
		member->leaving = network_command(room->network, GW_COMMAND_LEAVE, session, &record,
					  FALSE, NULL, NULL) != 0;
	}
}

void muc_finish_join(Room *room, Member *member, Session *session)
{
	Join *join = room_join_of(room, session);
	g_autoptr(GPtrArray) clients = g_ptr_array_ref(join->clients);
	g_autofree char *nick = g_strdup(join->nick);

	gw_info("%s: %s is in %s", room->network->config->domain, session->user, room->id);
	member->show = join->show;
	member_set_text(&member->status, join->status);
	member_set_text(&member->extensions, join->extensions);
	room_remove_join(room, join);
	/* The others hear of the newcomer before the newcomer is there to hear of itself. */
	muc_broadcast_presence(room, member, &no_change);
	for (guint i = 0; i < clients->len; i++) {
		const JoinClient *client = clients->pdata[i];
		Occupant *occupant = room_add_occupant(room, member, session, client->jid);
		Change change = { 0 };
		guint n = 0;

		if (room->flags & GW_ROOM_CREATED) {
			change.self_codes[n++] = 201;
		}
		if (!g_str_equal(nick, member->nick)) {
			change.self_codes[n++] = 210;
		}
		muc_send_all(room, occupant, &change, client->restored ? 0 : -1);
	}
	room->flags &= ~GW_ROOM_CREATED;
	if (!member->occupants) {
		muc_leave_network(room, member, session, NULL); /* all have changed their minds */
	}
	spool_release(session);
}

void muc_expire_joins(Network *network, gint64 now_us)
{
	g_autoptr(GList) rooms = g_hash_table_get_values(network->rooms);

	for (GList *link = rooms; link; link = link->next) {
		Room *room = link->data;
		g_autoptr(GPtrArray) late = g_ptr_array_new();

		for (guint i = 0; i < room->joins->len; i++) {
			Join *join = room->joins->pdata[i];

			if (!join->sent && join->clients->len &&
				now_us - join->since_us > NETWORK_WITHIN_S * G_USEC_PER_SEC) {
				g_ptr_array_add(late, join->session);
			}
		}
		for (guint i = 0; i < late->len; i++) {
			/* The last one may take the room with it. */
			muc_put_out(room, late->pdata[i], GW_FAILURE_NETWORK, NULL);
		}
	}
}
