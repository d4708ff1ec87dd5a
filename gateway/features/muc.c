/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gw-jid.h"
#include "gw-log.h"
#include "gw-xml.h"
#include "info.h"
#include "message.h"
#include "muc-join.h"
#include "muc-send.h"
#include "presence.h"
#include "spool.h"

#define NS_MUC "http://jabber.org/protocol/muc"
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"

enum {
	MOST_EXTENSIONS = 2048,  /* bytes of presence extensions kept for each user */
	MOST_EXTRAS = 16 * 1024, /* bytes of a message besides its body: all in the room get them */
};

/* ---- presence ---- */

/* What of a client's presence others in the room may see: capabilities, avatar hash, idle time. */
static char *presence_extensions(const GwElement *presence)
{
	static const char *const shown[] = { "http://jabber.org/protocol/caps",
		"vcard-temp:x:update", "urn:xmpp:idle:1", "http://jabber.org/protocol/nick", NULL };
	g_autoptr(GString) out = g_string_new(NULL);

	for (const GwElement *child = presence->children; child; child = child->next) {
		if (g_strv_contains(shown, child->ns)) {
			gw_element_print(child, "jabber:component:accept", out);
		}
	}
	return out->len && out->len <= MOST_EXTENSIONS ? g_strdup(out->str) : NULL;
}

static void update_presence(Room *room, Occupant *occupant, const Stanza *stanza)
{
	static const Change nothing = { 0 };
	Member *member = occupant->member;
	g_autofree char *extensions = presence_extensions(stanza->element);

	member->show = presence_show(stanza->element);
	member_set_text(&member->status, gw_element_child_text(stanza->element, "status", NULL));
	member_set_text(&member->extensions, extensions);
	muc_broadcast_presence(room, member, &nothing);
	presence_tell_network(occupant->session, stanza->element);
}

static void join(const Stanza *stanza, const GwElement *x)
{
	g_autofree char *extensions = presence_extensions(stanza->element);
	JoinWish wish = {
		.jid = stanza->from,
		.id = stanza->id,
		.nick = stanza->nick,
		.password = gw_element_child_text(x, "password", NULL),
		.show = presence_show(stanza->element),
		.status = gw_element_child_text(stanza->element, "status", NULL),
		.extensions = extensions,
	};
	Session *session;

	if (stanza->network->draining) {
		stanza_fail(stanza, GW_FAILURE_SHUTDOWN, NULL);
		return;
	}
	session = session_get(stanza->network, stanza->user);
	if (!session) {
		stanza_fail(stanza, GW_FAILURE_INTERNAL, NULL);
		return;
	}
	muc_watch(stanza->network);
	if (muc_join(stanza->network, stanza->local, stanza->name, session, &wish)) {
		presence_tell_network(session, stanza->element);
	} else {
		session_release(session, FALSE);
	}
}

static void change_nick(const Stanza *stanza, const Room *room, const Occupant *occupant)
{
	GwNick record = { .room = room->id, .new_nick = stanza->nick };

	if (occupant->session->state != SESSION_ONLINE) {
		stanza_fail(stanza, GW_FAILURE_NETWORK, NULL);
		return;
	}
	network_command_for(stanza->network, GW_COMMAND_NICK, occupant->session, &record, TRUE,
		stanza->element);
}

static void on_available(const Stanza *stanza)
{
	Room *room = room_find(stanza->network, stanza->local);
	Occupant *occupant = room_occupant(room, stanza->session, stanza->from);
	const GwElement *x = gw_element_child(stanza->element, "x", NS_MUC);

	if (!stanza->nick) {
		stanza_fail(stanza, GW_FAILURE_BAD_ADDRESS,
			_("A nickname is missing in the address: room@host/nickname."));
	} else if (!occupant && !x) {
		/* It believes to be inside, and is not (XEP-0045 §7.2.1). */
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
	} else if (!occupant) {
		join(stanza, x);
	} else if (!g_str_equal(occupant->member->nick, stanza->nick)) {
		change_nick(stanza, room, occupant);
	} else if (x) {
		/* It has lost its view of the room and asks for it again. */
		static const Change nothing = { 0 };
		muc_send_all(room, occupant, &nothing, -1);
	} else {
		update_presence(room, occupant, stanza);
	}
}

/* The last client of a user takes the user out of the channel; another one just goes. */
static void leave(Room *room, Occupant *occupant, const char *reason)
{
	Member *member = occupant->member;
	Session *session = occupant->session;
	Change change = { .gone = TRUE, .reason = reason };

	if (!member->occupants->next) {
		muc_leave_network(room, member, session, reason);
	}
	if (member->leaving) {
		return; /* the network's answer tells everybody, this client too */
	}
	muc_send_presence(room, member, occupant->jid, &change, TRUE);
	room_remove_occupant(room, occupant);
	if (!member->occupants) {
		/* The network is away, so is the user: nobody is to be told but the others. */
		muc_broadcast_presence(room, member, &change);
		room_remove_member(room, member);
		muc_forget(room, session);
	}
}

/* A join that has not got through yet is taken back. */
static void take_back_join(Room *room, const Stanza *stanza)
{
	Session *session = session_find(stanza->network, stanza->user);
	Join *waiting = session ? room_join_of(room, session) : NULL;

	for (guint i = 0; waiting && i < waiting->clients->len; i++) {
		const JoinClient *client = waiting->clients->pdata[i];

		if (g_str_equal(client->jid, stanza->from)) {
			g_ptr_array_remove_index(waiting->clients, i);
			break;
		}
	}
	if (waiting && !waiting->clients->len && !waiting->sent) {
		room_remove_join(room, waiting);
		muc_forget(room, session);
	}
}

static void on_unavailable(const Stanza *stanza)
{
	Room *room = room_find(stanza->network, stanza->local);
	Occupant *occupant = room_occupant(room, stanza->session, stanza->from);

	if (occupant) {
		leave(room, occupant, gw_element_child_text(stanza->element, "status", NULL));
	} else if (room) {
		take_back_join(room, stanza);
	}
}

/* A client that is gone without a word bounces what it is sent. */
static void on_bounce(const Stanza *stanza)
{
	Room *room = room_find(stanza->network, stanza->local);
	Occupant *occupant = room_occupant(room, stanza->session, stanza->from);

	if (occupant && !occupant->away && failure_is_gone(stanza->element)) {
		gw_info("%s: %s is gone from %s", stanza->network->config->domain, stanza->from,
			room->id);
		leave(room, occupant, NULL);
	}
}

void muc_presence(const Stanza *stanza)
{
	if (!stanza->type) {
		on_available(stanza);
	} else if (g_str_equal(stanza->type, "unavailable")) {
		on_unavailable(stanza);
	} else if (g_str_equal(stanza->type, "error")) {
		on_bounce(stanza);
	} else if (!g_str_equal(stanza->type, "probe")) {
		stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, _("One cannot subscribe to a room."));
	}
}

/* ---- messages ---- */

static gboolean is_for_rooms_to_say(const GwElement *child)
{
	static const struct {
		const char *ns, *name;
	} ours[] = {
		{ "urn:xmpp:sid:0", "stanza-id" },
		{ "urn:xmpp:occupant-id:0", "occupant-id" },
		{ "urn:xmpp:delay", "delay" },
		{ "jabber:x:delay", "x" },
		{ NS_MUC_USER, "x" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(ours); i++) {
		if (gw_element_is(child, ours[i].name, ours[i].ns)) {
			return TRUE;
		}
	}
	return FALSE;
}

/* What the sender's message carries besides its body and may be shown to the other XMPP users as it
 * is. What only a room may say of a message is taken out, or it would be forged. */
static char *message_extras(const GwElement *message)
{
	GString *out = NULL;

	for (const GwElement *child = message->children; child; child = child->next) {
		if (!g_str_equal(child->ns, message->ns) && !is_for_rooms_to_say(child)) {
			out = out ? out : g_string_sized_new(128);
			gw_element_print(child, "jabber:component:accept", out);
		}
	}
	return out ? g_string_free(out, FALSE) : NULL;
}

static void set_subject(
	const Stanza *stanza, const Room *room, const Session *session, const char *text)
{
	GwSubject record = { .room = room->id, .text = text };

	if (session->state != SESSION_ONLINE) {
		stanza_fail(stanza, GW_FAILURE_NETWORK, NULL);
		return;
	}
	network_command_for(
		stanza->network, GW_COMMAND_SUBJECT, session, &record, FALSE, stanza->element);
}

static void say(const Stanza *stanza, const Room *room, const Session *session, const char *body,
	const char *extras)
{
	FailureAddress address = { "message", stanza->from, stanza->to, stanza->id };
	GwMessage record = { .room = room->id, .id = stanza->id, .body = body };

	network_command(
		stanza->network, GW_COMMAND_MESSAGE, session, &record, FALSE, &address, extras);
}

static void on_groupchat(const Stanza *stanza, Room *room, Occupant *occupant)
{
	const char *body = gw_element_child_text(stanza->element, "body", NULL);
	const char *subject = gw_element_child_text(stanza->element, "subject", NULL);
	Session *session = occupant->session;
	g_autofree char *extras = NULL;

	if (!message_may_pass(stanza, session)) {
		return;
	}
	extras = message_extras(stanza->element);
	if (extras && strlen(extras) > MOST_EXTRAS) {
		stanza_fail(stanza, GW_FAILURE_LIMIT,
			_("That message is too large for a room. Please send it as a file."));
		return;
	}
	if (body && spool_must_wait(session) && !stanza->replayed) {
		spool_add(session, stanza->element);
	} else if (body) {
		say(stanza, room, session, body, extras);
	} else if (subject) {
		set_subject(stanza, room, session, subject);
	} else if (extras) {
		muc_broadcast_passing(room, occupant->member, stanza->id, extras);
	}
}

/* XEP-0045 §7.8.2. */
static void send_invitation(
	const Stanza *stanza, const Room *room, const Occupant *occupant, const GwElement *invite)
{
	const char *whom = gw_element_attribute(invite, "to");
	g_auto(GwJid) jid = { 0 };
	g_autofree char *peer = NULL;
	GwInvite record = { .room = room->id,
		.reason = gw_element_child_text(invite, "reason", NULL) };

	if (!whom || !gw_jid_split(&jid, whom) || !jid.local ||
		!g_str_equal(jid.domain, stanza->network->config->domain)) {
		stanza_fail(stanza, GW_FAILURE_BAD_ADDRESS,
			_("People of this network only can be invited this way; send others the "
			  "room's address."));
		return;
	}
	record.peer = peer = gw_jid_unescape(jid.local);
	network_command_for(stanza->network, GW_COMMAND_INVITE, occupant->session, &record, FALSE,
		stanza->element);
}

void muc_message(const Stanza *stanza)
{
	Room *room = room_find(stanza->network, stanza->local);
	Occupant *occupant = room_occupant(room, stanza->session, stanza->from);
	const GwElement *invite = gw_element_child(
		gw_element_child(stanza->element, "x", NS_MUC_USER), "invite", NULL);

	if (g_strcmp0(stanza->type, "error") == 0) {
		on_bounce(stanza);
	} else if (!occupant || occupant->member->leaving) {
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
	} else if (invite) {
		send_invitation(stanza, room, occupant, invite);
	} else if (g_strcmp0(stanza->type, "groupchat") != 0) {
		stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, NULL);
	} else {
		on_groupchat(stanza, room, occupant);
	}
}

/* XEP-0045 §7.5. The window it belongs to is remembered, as the answer comes from the nick alone.
 */
static void say_privately(const Stanza *stanza, const Room *room, const Occupant *occupant)
{
	Session *session = occupant->session;
	GwMessage record = {
		.room = room->id,
		.peer = stanza->nick,
		.id = stanza->id,
		.body = gw_element_child_text(stanza->element, "body", NULL),
		.flags = GW_MESSAGE_PRIVATE,
	};

	if (!record.body) {
		return; /* typing and the like: the network has no such thing */
	}
	if (spool_must_wait(session) && !stanza->replayed) {
		spool_add(session, stanza->element);
		return;
	}
	if (!session->private_rooms) {
		session->private_rooms =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	}
	g_hash_table_replace(session->private_rooms, g_strdup(stanza->nick), g_strdup(room->local));
	network_command_for(
		stanza->network, GW_COMMAND_MESSAGE, session, &record, FALSE, stanza->element);
}

void muc_private_message(const Stanza *stanza)
{
	Room *room = room_find(stanza->network, stanza->local);
	Occupant *occupant = room_occupant(room, stanza->session, stanza->from);

	if (g_strcmp0(stanza->type, "error") == 0) {
		on_bounce(stanza);
	} else if (!occupant || occupant->member->leaving) {
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
	} else if (g_strcmp0(stanza->type, "groupchat") == 0) {
		stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, NULL);
	} else if (!room_member(room, stanza->nick)) {
		stanza_fail(stanza, GW_FAILURE_NOT_FOUND,
			_("There is nobody of that nickname in this room."));
	} else if (message_may_pass(stanza, occupant->session)) {
		say_privately(stanza, room, occupant);
	}
}

/* ---- IQs ---- */

void muc_ping(const Stanza *stanza)
{
	const Room *room = room_find(stanza->network, stanza->local);
	const Occupant *occupant = room_occupant(room, stanza->session, stanza->from);
	const Member *target = room ? room_member(room, stanza->nick) : NULL;

	if (!occupant || occupant->member->leaving) {
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
	} else if (occupant->member == target) {
		stanza_result_empty(stanza);
	} else {
		info_ask(stanza);
	}
}
