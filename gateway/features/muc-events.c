/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc.h"

#include <glib/gi18n.h>

#include "gw-jid.h"
#include "gw-log.h"
#include "gw-xml.h"
#include "message.h"
#include "muc-join.h"
#include "muc-send.h"
#include "outbox.h"
#include "spool.h"

static const Change no_change = { 0 };

/* ---- members ---- */

/* The network tells presence of its own people only; of ours we know more ourselves. */
static gboolean update_member(Member *member, const GwMember *record)
{
	gboolean changed = member->role != record->role ||
			   member->affiliation != record->affiliation ||
			   member->flags != record->flags;

	member->role = record->role;
	member->affiliation = record->affiliation;
	member->flags = record->flags;
	if (!record->session) {
		changed = changed || member->show != record->show ||
			  g_strcmp0(member->status, record->status) != 0;
		member->show = record->show ? record->show : GW_SHOW_ONLINE;
		member_set_text(&member->status, record->status);
	}
	return changed;
}

/* A join or a change of nick has worked. What else leads to such events (an IQ that gives somebody
 * voice) is answered when the network surely has it. */
static void settle(Network *network, guint serial)
{
	const Pending *pending = serial ? pending_find(network->pending, serial) : NULL;

	if (pending && g_str_equal(pending->address.kind, "presence")) {
		pending_remove(network->pending, serial);
	}
}

static void rename_member(Room *room, Member *member, const char *nick, gboolean forced)
{
	Change change = { .gone = TRUE, .codes = { 303 }, .new_nick = nick };

	if (forced) {
		change.self_codes[0] = 210;
	}
	muc_broadcast_presence(room, member, &change);
	room_rename_member(room, member, nick);
	muc_broadcast_presence(room, member, &no_change);
}

/* While the network was away, somebody took the nick of one of ours, who is not back yet and will
 * find it taken (see muc_on_join_failed). */
static void make_way(Room *room, Member *member)
{
	g_autoptr(GString) nick = g_string_new(member->nick);

	while (room_member(room, nick->str)) {
		g_string_append_c(nick, '_');
	}
	rename_member(room, member, nick->str, TRUE);
}

/* The network is back, and this user is back in the room, perhaps under another nick. */
static void return_member(Room *room, Member *member, Session *session, const GwMember *record)
{
	Join *join = room_join_of(room, session);
	gboolean changed = update_member(member, record);

	if (!g_str_equal(member->nick, record->nick)) {
		rename_member(room, member, record->nick, TRUE);
	} else if (changed) {
		muc_broadcast_presence(room, member, &no_change);
	}
	if (join) {
		room_remove_join(room, join);
	}
}

static void announce_return(Room *room)
{
	if (room->lost) {
		room->lost = FALSE;
		muc_announce(room, _("The connection to the network is back."));
	}
}

static void add_member(Room *room, const GwMember *record, Session *ours)
{
	Member *member = room_add_member(room, record->nick, record->session, record->identity);

	update_member(member, record);
	if (ours && room_join_of(room, ours)) {
		muc_finish_join(room, member, ours);
	} else {
		muc_broadcast_presence(room, member, &no_change);
	}
}

void muc_on_member(Network *network, Session *session, guint serial, const void *data)
{
	const GwMember *record = data;
	Room *room = room_find_by_id(network, record->room);
	Session *ours = record->session ? session_by_number(network, record->session) : NULL;
	Member *member =
		room ? ours ? room_member_of(room, ours) : room_member(room, record->nick) : NULL;

	settle(network, serial);
	if (!room || !record->nick || (record->session && !ours)) {
		return;
	}
	if (ours) {
		session_set_nick(ours, record->nick);
		announce_return(room);
	}
	if (member && !ours && member->session) {
		make_way(room, member);
		member = NULL;
	}
	if (!member) {
		add_member(room, record, ours);
		return;
	}
	member->generation = room->generation;
	if (ours) {
		return_member(room, member, ours, record);
		spool_release(ours);
	} else if (update_member(member, record)) {
		muc_broadcast_presence(room, member, &no_change);
	}
}

/* How a way to leave is told (XEP-0045 §15.6.2). */
static const int leave_codes[] = {
	[GW_LEAVE_LEFT] = 0,
	[GW_LEAVE_QUIT] = 0,
	[GW_LEAVE_KICKED] = 307,
	[GW_LEAVE_BANNED] = 301,
	[GW_LEAVE_KILLED] = 307,
	[GW_LEAVE_SPLIT] = 333,
};

void muc_on_member_gone(Network *network, Session *session, guint serial, const void *data)
{
	const GwLeave *record = data;
	Room *room = room_find_by_id(network, record->room);
	Session *ours = record->session ? session_by_number(network, record->session) : NULL;
	Member *member =
		room ? ours ? room_member_of(room, ours) : room_member(room, record->nick) : NULL;
	Change change = { .gone = TRUE, .reason = record->reason, .actor = record->actor };

	if (!member) {
		return;
	}
	if (record->kind >= 0 && record->kind < (int)G_N_ELEMENTS(leave_codes)) {
		change.codes[0] = leave_codes[record->kind];
	}
	muc_broadcast_presence(room, member, &change);
	room_remove_member(room, member);
	if (ours) {
		muc_forget(room, ours);
	}
}

void muc_on_member_nick(Network *network, Session *session, guint serial, const void *data)
{
	const GwNick *record = data;
	Room *room = room_find_by_id(network, record->room);
	Member *member = room ? room_member(room, record->nick) : NULL;
	Session *ours = record->session ? session_by_number(network, record->session) : NULL;

	settle(network, serial);
	if (ours) {
		session_set_nick(ours, record->new_nick);
	}
	if (member && record->new_nick) {
		rename_member(room, member, record->new_nick, record->forced);
	}
}

/* ---- the room ---- */

void muc_on_room(Network *network, Session *session, guint serial, const void *data)
{
	const GwRoom *record = data;
	Room *room = room_find_by_id(network, record->room);

	if (room) {
		gboolean changed =
			room->occupants->len && (room->flags ^ record->flags) & ~GW_ROOM_CREATED;

		room->flags = record->flags;
		room_set_id(room, record->room);
		if (changed) {
			muc_tell_config_changed(room);
		}
	}
}

/* After a reconnect: who was not told again is not there any more. */
void muc_on_synced(Network *network, Session *session, guint serial, const void *data)
{
	const GwRoom *record = data;
	Room *room = room_find_by_id(network, record->room);

	if (room) {
		muc_sweep(room);
	}
}

void muc_on_subject(Network *network, Session *session, guint serial, const void *data)
{
	const GwSubject *record = data;
	Room *room = room_find_by_id(network, record->room);

	if (room && (serial || g_strcmp0(room->subject, record->text) != 0)) {
		member_set_text(&room->subject, record->text);
		member_set_text(&room->subject_by, record->nick);
		room->subject_us = record->time_us;
		muc_broadcast_subject(room);
	}
}

/* XEP-0045 §7.8.2, with XEP-0249 for clients that like it better. */
void muc_on_invite(Network *network, Session *session, guint serial, const void *data)
{
	const GwInvite *record = data;
	g_autofree char *room = record->room ? network_jid(network, record->room) : NULL;
	g_autofree char *from = record->peer ? network_jid(network, record->peer) : NULL;
	g_autoptr(GString) content = g_string_new(NULL);

	if (!session || !room) {
		return;
	}
	gw_xml_open_ns(content, "x", "http://jabber.org/protocol/muc#user");
	gw_xml_open(content, "invite");
	gw_xml_attribute(content, "from", from);
	if (record->reason) {
		gw_xml_element(content, "reason", NULL, record->reason);
	}
	gw_xml_close(content, "invite");
	if (record->password) {
		gw_xml_element(content, "password", NULL, record->password);
	}
	gw_xml_close(content, "x");
	gw_xml_open_ns(content, "x", "jabber:x:conference");
	gw_xml_attribute(content, "jid", room);
	gw_xml_close(content, "x");
	outbox_send(network, room, session->user, "normal", NULL, content->str, 0);
}

/* ---- messages ---- */

void muc_on_message(Network *network, Session *session, guint serial, const GwMessage *message)
{
	Room *room = room_find_by_id(network, message->room);
	const Pending *pending = serial ? pending_find(network->pending, serial) : NULL;
	const Member *member = room ? room_member(room, message->peer) : NULL;
	const GString *content;

	if (!room || !message->body) {
		return;
	}
	content = message_content(message, pending ? pending->extra : NULL);
	if (!member && message->peer) {
		/* Somebody outside speaks into the channel. */
		g_autofree char *jid = g_strconcat(room->jid, "/", message->peer, NULL);
		g_autofree char *occupant_id = room_occupant_id(room, message->peer);
		Member outsider = { .jid = jid, .occupant_id = occupant_id };

		muc_broadcast_message(room, &outsider, NULL, content->str, message->time_us);
		return;
	}
	muc_broadcast_message(
		room, member, pending ? pending->address.id : NULL, content->str, message->time_us);
}

gboolean muc_on_private_message(Session *session, const GwMessage *message, const char *content)
{
	const char *local = session->private_rooms && message->peer
				    ? g_hash_table_lookup(session->private_rooms, message->peer)
				    : NULL;
	Room *room = local ? room_find(session->network, local) : NULL;
	Member *self = room ? room_member_of(room, session) : NULL;
	g_autofree char *from = NULL;
	g_autofree char *marked = NULL;
	gboolean sent = FALSE;

	if (!self || !room_member(room, message->peer)) {
		return FALSE;
	}
	from = g_strconcat(room->jid, "/", message->peer, NULL);
	marked = g_strconcat(content, "<x xmlns='http://jabber.org/protocol/muc#user'/>", NULL);
	for (GSList *link = self->occupants; link; link = link->next) {
		const Occupant *occupant = link->data;

		if (!occupant->away) {
			outbox_send(session->network, from, occupant->jid, "chat", NULL, marked,
				message->time_us);
			sent = TRUE;
		}
	}
	return sent;
}
