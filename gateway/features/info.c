/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "info.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/utsname.h>

#include "gw-xml.h"
#include "muc-room.h"

/* Namespace, question, element of the answer. */
static const struct {
	const char *ns;
	GwInfoKind kind;
	const char *element;
} rows[] = {
	{ "jabber:iq:version", GW_INFO_VERSION, "query" },
	{ "jabber:iq:last", GW_INFO_IDLE, "query" },
	{ "urn:xmpp:ping", GW_INFO_PING, NULL },
	{ "vcard-temp", GW_INFO_PROFILE, "vCard" },
};

/* Properties of vCard4, as the record has them, to elements of vcard-temp. */
static const struct {
	const char *property;
	const char *element;
} vcard_rows[] = {
	{ "FN", "FN" },
	{ "NICKNAME", "NICKNAME" },
	{ "URL", "URL" },
	{ "TITLE", "TITLE" },
	{ "ROLE", "ROLE" },
	{ "BDAY", "BDAY" },
	{ "NOTE", "DESC" },
};

/* ---- the gateway itself ---- */

void info_version(const Stanza *stanza)
{
	GString *out = stanza_result(stanza);

	gw_xml_open_ns(out, "query", "jabber:iq:version");
	gw_xml_element(out, "name", NULL, "Tombolo");
	gw_xml_element(out, "version", NULL, GW_VERSION);
	gw_xml_close(out, "query");
	component_end(stanza->network->component, "iq");
}

void info_time(const Stanza *stanza)
{
	GString *out = stanza_result(stanza);
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *zone = g_date_time_format(now, "%:z");
	g_autoptr(GString) utc = g_string_new(NULL);

	gw_xml_time(utc, g_date_time_to_unix(now) * G_USEC_PER_SEC);
	gw_xml_open_ns(out, "time", "urn:xmpp:time");
	gw_xml_element(out, "tzo", NULL, zone);
	gw_xml_element(out, "utc", NULL, utc->str);
	gw_xml_close(out, "time");
	component_end(stanza->network->component, "iq");
}

/* XEP-0012 §6: of a server or component, since when it runs. */
void info_uptime(const Stanza *stanza)
{
	static gint64 first_us;
	gint64 up_us = stanza->network->up_us;
	GString *out = stanza_result(stanza);

	first_us = first_us ? first_us : up_us;
	gw_xml_open_ns(out, "query", "jabber:iq:last");
	gw_xml_attribute_int(out, "seconds", (g_get_monotonic_time() - first_us) / G_USEC_PER_SEC);
	gw_xml_close(out, "query");
	component_end(stanza->network->component, "iq");
}

void info_vcard(const Stanza *stanza)
{
	GString *out = stanza_result(stanza);

	gw_xml_open_ns(out, "vCard", "vcard-temp");
	gw_xml_element(out, "FN", NULL, stanza->network->features.name);
	gw_xml_element(out, "DESC", NULL, _("A gateway to another chat network"));
	gw_xml_close(out, "vCard");
	component_end(stanza->network->component, "iq");
}

/* ---- people ---- */

/* In a room the nick is asked about, and only by who is inside. */
static gboolean find_peer(const Stanza *stanza, const char **room_id, const char **peer)
{
	const Room *room;

	*room_id = NULL;
	*peer = stanza->name;
	if (stanza->target != TARGET_OCCUPANT) {
		return TRUE;
	}
	room = room_find(stanza->network, stanza->local);
	if (!room || !room_occupant(room, stanza->session, stanza->from)) {
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
		return FALSE;
	}
	if (!room_member(room, stanza->nick)) {
		stanza_fail(stanza, GW_FAILURE_NOT_FOUND, NULL);
		return FALSE;
	}
	*room_id = room->id;
	*peer = stanza->nick;
	return TRUE;
}

void info_ask(const Stanza *stanza)
{
	const char *ns = stanza_payload(stanza)->ns;
	GwInfo record = { 0 };
	Session *session;

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (g_str_equal(rows[i].ns, ns)) {
			record.kind = rows[i].kind;
		}
	}
	if (!find_peer(stanza, &record.room, &record.peer)) {
		return;
	}
	session = stanza_session_to_ask(stanza);
	if (session) {
		network_command_for(
			stanza->network, GW_COMMAND_INFO, session, &record, TRUE, stanza->element);
	}
}

static const char *value_of(const GwInfo *info, const char *name)
{
	for (guint i = 0; i < info->n_values; i++) {
		if (g_strcmp0(info->values[i].name, name) == 0) {
			return info->values[i].value;
		}
	}
	return NULL;
}

static void append_version(GString *out, const GwInfo *info)
{
	static const char *const names[] = { "name", "version", "os" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = value_of(info, names[i]);

		if (value || i < 2) {
			gw_xml_element(out, names[i], NULL, value);
		}
	}
}

static void append_vcard(GString *out, const GwInfo *info)
{
	for (guint i = 0; i < G_N_ELEMENTS(vcard_rows); i++) {
		const char *value = value_of(info, vcard_rows[i].property);

		if (value) {
			gw_xml_element(out, vcard_rows[i].element, NULL, value);
		}
	}
}

static void append_answer(GString *out, const GwInfo *info, const char *ns, const char *element)
{
	gw_xml_open_ns(out, element, ns);
	switch ((GwInfoKind)info->kind) {
	case GW_INFO_VERSION:
		append_version(out, info);
		break;
	case GW_INFO_IDLE:
		gw_xml_attribute(out, "seconds", value_of(info, "seconds"));
		break;
	case GW_INFO_PROFILE:
		append_vcard(out, info);
		break;
	case GW_INFO_TIME:
	case GW_INFO_PING:
		break;
	}
	gw_xml_close(out, element);
}

void info_on_event(Network *network, Session *session, guint serial, const void *data)
{
	const GwInfo *info = data;
	const Pending *pending = serial ? pending_find(network->pending, serial) : NULL;
	GString *out;

	if (!pending) {
		return;
	}
	out = component_begin(network->component, "iq", pending->address.to, pending->address.from,
		"result", pending->address.id);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].kind == (GwInfoKind)info->kind && rows[i].element) {
			append_answer(out, info, rows[i].ns, rows[i].element);
		}
	}
	component_end(network->component, "iq");
	pending_remove(network->pending, serial);
}
