/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc-send.h"

#include <string.h>

#include "gw-xml.h"
#include "outbox.h"
#include "presence.h"

#define NS_MUC_USER "http://jabber.org/protocol/muc#user"
#define NS_OCCUPANT_ID "urn:xmpp:occupant-id:0"
#define NS_STANZA_ID "urn:xmpp:sid:0"

/* ---- who sees what ---- */

/* A room's line goes to an occupant only while that user is in the channel on the network, and only
 * to a client that is known to be there. */
gboolean muc_may_see(const Room *room, const Occupant *occupant)
{
	return occupant->member && !occupant->member->leaving && !occupant->away && !room->lost;
}

/* ---- presence ---- */

static void append_codes(GString *out, const int *codes)
{
	for (guint i = 0; i < 4 && codes[i]; i++) {
		gw_xml_open(out, "status");
		gw_xml_attribute_int(out, "code", codes[i]);
		gw_xml_close(out, "status");
	}
}

static void append_item(GString *out, const Member *member, const Change *change)
{
	int affiliation = change->codes[0] == 301 ? GW_AFFILIATION_OUTCAST : member->affiliation;
	int role = change->gone && !change->new_nick ? GW_ROLE_NONE : member->role;

	gw_xml_open(out, "item");
	gw_xml_attribute(out, "affiliation", muc_affiliation_names[affiliation]);
	gw_xml_attribute(out, "role", muc_role_names[role]);
	gw_xml_attribute(out, "nick", change->new_nick);
	if (change->actor) {
		gw_xml_open(out, "actor");
		gw_xml_attribute(out, "nick", change->actor);
		gw_xml_close(out, "actor");
	}
	if (change->reason && !change->new_nick) {
		gw_xml_element(out, "reason", NULL, change->reason);
	}
	gw_xml_close(out, "item");
}

static void append_occupant_id(GString *out, const Member *member)
{
	gw_xml_open_ns(out, "occupant-id", NS_OCCUPANT_ID);
	gw_xml_attribute(out, "id", member->occupant_id);
	gw_xml_close(out, "occupant-id");
}

static void append_presence(GString *out, const Member *member, const Change *change, gboolean self)
{
	static const int own_presence[4] = { 110 };

	if (!change->gone) {
		if (presence_show_names[member->show]) {
			gw_xml_element(out, "show", NULL, presence_show_names[member->show]);
		}
		if (member->status) {
			gw_xml_element(out, "status", NULL, member->status);
		}
		if (member->extensions) {
			g_string_append(out, member->extensions);
		}
	} else if (change->reason) {
		gw_xml_element(out, "status", NULL, change->reason);
	}
	gw_xml_open_ns(out, "x", NS_MUC_USER);
	append_item(out, member, change);
	append_codes(out, change->codes);
	if (self) {
		append_codes(out, own_presence);
		append_codes(out, change->self_codes);
	}
	gw_xml_close(out, "x");
	append_occupant_id(out, member);
}

void muc_send_presence(
	const Room *room, const Member *member, const char *to, const Change *change, gboolean self)
{
	GString *out = component_begin(room->network->component, "presence", member->jid, to,
		change->gone ? "unavailable" : NULL, NULL);

	append_presence(out, member, change, self);
	component_end(room->network->component, "presence");
}

static void render_presence(const Room *room, const Member *member, const Change *change,
	gboolean self, ComponentTemplate *template)
{
	GString *out = component_template_begin(room->network->component, template, "presence",
		member->jid, change->gone ? "unavailable" : NULL, NULL);

	append_presence(out, member, change, self);
	component_template_end(template, "presence");
}

void muc_broadcast_presence(const Room *room, const Member *member, const Change *change)
{
	ComponentTemplate other = { 0 }, self = { 0 };

	render_presence(room, member, change, FALSE, &other);
	render_presence(room, member, change, TRUE, &self);
	for (guint i = 0; i < room->occupants->len; i++) {
		const Occupant *occupant = room->occupants->pdata[i];

		if (!occupant->away) {
			component_send_copy(room->network->component,
				occupant->member == member ? &self : &other, occupant->to,
				occupant->to_length);
		}
	}
	component_template_clear(&other);
	component_template_clear(&self);
}

/* ---- messages ---- */

/* The time in microseconds, never the same twice, and a random number of this run. */
const char *muc_new_id(void)
{
	enum { TIME_DIGITS = 13 };
	static char id[TIME_DIGITS + 9];
	static gint64 last_us;
	gint64 rest;

	if (!last_us) {
		g_snprintf(id + TIME_DIGITS, sizeof(id) - TIME_DIGITS, "%08x", g_random_int());
	}
	last_us = rest = MAX(g_get_real_time(), last_us + 1);
	for (int i = TIME_DIGITS; i-- > 0; rest >>= 4) {
		id[i] = "0123456789abcdef"[rest & 0xf];
	}
	return id;
}

static void append_stanza_id(GString *out, const Room *room)
{
	gw_xml_open_ns(out, "stanza-id", NS_STANZA_ID);
	gw_xml_attribute(out, "by", room->jid);
	gw_xml_attribute(out, "id", muc_new_id());
	gw_xml_close(out, "stanza-id");
}

static void render_message(const Room *room, const Member *member, const char *id,
	const char *content, ComponentTemplate *template)
{
	GString *out = component_template_begin(room->network->component, template, "message",
		member ? member->jid : room->jid, "groupchat", id);

	g_string_append(out, content);
	append_stanza_id(out, room);
	if (member) {
		append_occupant_id(out, member);
	}
	component_template_end(template, "message");
}

static void send_copies(const Room *room, const ComponentTemplate *template)
{
	Network *network = room->network;

	for (guint i = 0; i < room->occupants->len; i++) {
		const Occupant *occupant = room->occupants->pdata[i];

		if (muc_may_see(room, occupant)) {
			component_send_copy(
				network->component, template, occupant->to, occupant->to_length);
			network->counters.to_xmpp++;
		} else if (!occupant->away) {
			network->counters.suppressed++;
		}
	}
}

void muc_broadcast_message(
	Room *room, const Member *member, const char *id, const char *content, gint64 time_us)
{
	Network *network = room->network;
	static ComponentTemplate template; /* its memory serves all messages */

	render_message(room, member, id, content, &template);
	if (room_has_absent(room)) {
		gint64 row = outbox_keep_for_room(network, room->local, &template, time_us);

		room->last_row = MAX(room->last_row, row);
	}
	if (component_is_up(network->component)) {
		send_copies(room, &template);
		outbox_sent_to_room(network, room->local, &template, time_us);
	}
}

void muc_broadcast_passing(Room *room, const Member *member, const char *id, const char *content)
{
	ComponentTemplate template = { 0 };

	render_message(room, member, id, content, &template);
	send_copies(room, &template);
	component_template_clear(&template);
}

/* What the room itself says is no line of the channel: those who are not in it at the moment, as
 * the network is away, are just whom it concerns. */
void muc_announce(Room *room, const char *text)
{
	for (guint i = 0; i < room->occupants->len; i++) {
		const Occupant *occupant = room->occupants->pdata[i];
		GString *out;

		if (!occupant->away) {
			out = component_begin(room->network->component, "message", room->jid,
				occupant->jid, "groupchat", NULL);
			gw_xml_element(out, "body", NULL, text);
			component_end(room->network->component, "message");
		}
	}
}

/* ---- the subject ---- */

/* XEP-0045 §7.2.15: sent even when empty; from who set it, or the room. */
void muc_send_subject(const Room *room, const char *to)
{
	g_autofree char *by = room->subject_by ? g_strconcat(room->jid, "/", room->subject_by, NULL)
					       : g_strdup(room->jid);
	GString *out =
		component_begin(room->network->component, "message", by, to, "groupchat", NULL);

	gw_xml_element(out, "subject", NULL, room->subject ? room->subject : "");
	if (room->subject_us) {
		g_autoptr(GString) stamp = g_string_new(NULL);

		gw_xml_time(stamp, room->subject_us);
		gw_xml_open_ns(out, "delay", "urn:xmpp:delay");
		gw_xml_attribute(out, "from", room->jid);
		gw_xml_attribute(out, "stamp", stamp->str);
		gw_xml_close(out, "delay");
	}
	component_end(room->network->component, "message");
}

void muc_broadcast_subject(const Room *room)
{
	for (guint i = 0; i < room->occupants->len; i++) {
		const Occupant *occupant = room->occupants->pdata[i];

		if (muc_may_see(room, occupant)) {
			muc_send_subject(room, occupant->jid);
		}
	}
}

void muc_tell_config_changed(const Room *room)
{
	for (guint i = 0; i < room->occupants->len; i++) {
		const Occupant *occupant = room->occupants->pdata[i];

		if (!occupant->away) {
			static const int config_changed[4] = { 104 };
			GString *out = component_begin(room->network->component, "message",
				room->jid, occupant->jid, "groupchat", NULL);

			gw_xml_open_ns(out, "x", NS_MUC_USER);
			append_codes(out, config_changed);
			gw_xml_close(out, "x");
			component_end(room->network->component, "message");
		}
	}
}

/* ---- all of it ---- */

typedef struct {
	Room *room;
	const char *to;
} Missing;

static void send_missed_row(gpointer data, const StoreUndelivered *row)
{
	const Missing *missing = data;

	outbox_send_kept(missing->room->network, row, missing->to);
}

void muc_send_missed(Room *room, const char *to, gint64 seen)
{
	Missing missing = { room, to };

	store_each_undelivered(room->network->store, room->network->config->domain, STORE_TO_ROOM,
		room->local, seen, 0, send_missed_row, &missing);
}

void muc_send_all(Room *room, Occupant *occupant, const Change *change, gint64 seen)
{
	static const Change nothing = { 0 };
	GHashTableIter iter;
	Member *member;

	g_hash_table_iter_init(&iter, room->members);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&member)) {
		if (member != occupant->member && !member->leaving) {
			muc_send_presence(room, member, occupant->jid, &nothing, FALSE);
		}
	}
	muc_send_presence(room, occupant->member, occupant->jid, change, TRUE);
	if (seen >= 0) {
		muc_send_missed(room, occupant->jid, seen);
	}
	muc_send_subject(room, occupant->jid);
}
