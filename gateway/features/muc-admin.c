/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc.h"

#include <glib/gi18n.h>

#include "gw-jid.h"
#include "gw-xml.h"
#include "lists.h"
#include "muc-room.h"

/* What moderators, admins and owners do (XEP-0045 §8 to §10). */

#define NS_MUC_ADMIN "http://jabber.org/protocol/muc#admin"
#define NS_MUC_OWNER "http://jabber.org/protocol/muc#owner"

static int index_of(const char *name, const char *const *names, int n)
{
	for (int i = 0; name && i < n; i++) {
		if (g_str_equal(names[i], name)) {
			return i;
		}
	}
	return -1;
}

/* A JID of ours that stands for a mask of the network; NULL: it does not. */
static char *mask_of(const Stanza *stanza, const char *text)
{
	g_auto(GwJid) jid = { 0 };

	return gw_jid_split(&jid, text) && jid.local &&
			       g_str_equal(jid.domain, stanza->network->config->domain)
		       ? gw_jid_unescape(jid.local)
		       : NULL;
}

/* XEP-0045 §8 and §9: one person, one change. */
static gboolean read_item(const Stanza *stanza, const Room *room, const GwElement *item,
	const char *masked, GwModerate *record)
{
	int role = index_of(gw_element_attribute(item, "role"), muc_role_names, 4);
	int affiliation =
		index_of(gw_element_attribute(item, "affiliation"), muc_affiliation_names, 5);
	const char *jid = gw_element_attribute(item, "jid");

	record->room = room->id;
	record->nick = gw_element_attribute(item, "nick");
	record->reason = gw_element_child_text(item, "reason", NULL);
	if (!record->nick && jid) {
		const Session *session = session_find(stanza->network, jid);
		const Member *member = session ? room_member_of(room, session) : NULL;

		record->nick = member ? member->nick : NULL;
		/* As list_bans() writes masks. */
		record->identity = member ? NULL : masked;
	}
	if (role >= 0) {
		record->kick = role == GW_ROLE_NONE;
		record->set_role = !record->kick;
		record->role = role;
	} else if (affiliation >= 0) {
		record->set_affiliation = TRUE;
		record->affiliation = affiliation;
	}
	return (record->nick || record->identity) && (role >= 0 || affiliation >= 0);
}

void muc_admin_set(const Stanza *stanza)
{
	const Room *room = room_find(stanza->network, stanza->local);
	const Occupant *occupant = room_occupant(room, stanza->session, stanza->from);
	const GwElement *item = gw_element_child(stanza_payload(stanza), "item", NULL);
	const char *jid = gw_element_attribute(item, "jid");
	g_autofree char *masked = jid ? mask_of(stanza, jid) : NULL;
	GwModerate record = { 0 };

	if (!occupant) {
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
	} else if (!item || item->next) {
		stanza_fail(
			stanza, GW_FAILURE_BAD_REQUEST, _("Please change one person at a time."));
	} else if (!read_item(stanza, room, item, masked, &record)) {
		stanza_fail(stanza, GW_FAILURE_NOT_FOUND,
			_("There is nobody of that name in the room, and it is no mask to ban "
			  "either."));
	} else {
		network_command_for(stanza->network, GW_COMMAND_MODERATE, occupant->session,
			&record, FALSE, stanza->element);
	}
}

static void append_listed(GString *out, const Room *room, int role, int affiliation)
{
	GHashTableIter iter;
	const Member *member;

	g_hash_table_iter_init(&iter, room->members);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&member)) {
		if (member->role == role || member->affiliation == affiliation) {
			gw_xml_open(out, "item");
			gw_xml_attribute(
				out, "affiliation", muc_affiliation_names[member->affiliation]);
			gw_xml_attribute(out, "role", muc_role_names[member->role]);
			gw_xml_attribute(out, "nick", member->nick);
			gw_xml_close(out, "item");
		}
	}
}

void muc_admin_get(const Stanza *stanza)
{
	const Room *room = room_find(stanza->network, stanza->local);
	const Occupant *occupant = room_occupant(room, stanza->session, stanza->from);
	const GwElement *item = gw_element_child(stanza_payload(stanza), "item", NULL);
	int role = index_of(gw_element_attribute(item, "role"), muc_role_names, 4);
	int affiliation =
		index_of(gw_element_attribute(item, "affiliation"), muc_affiliation_names, 5);
	GString *out;

	if (!occupant) {
		stanza_fail(stanza, GW_FAILURE_NOT_JOINED, NULL);
	} else if (occupant->member->role != GW_ROLE_MODERATOR) {
		stanza_fail(stanza, GW_FAILURE_NOT_ALLOWED, NULL);
	} else if (affiliation == GW_AFFILIATION_OUTCAST) {
		list_bans(stanza, room->id);
	} else if (role < 1 && affiliation < GW_AFFILIATION_MEMBER) {
		stanza_fail(stanza, GW_FAILURE_UNSUPPORTED, NULL);
	} else {
		out = stanza_result(stanza);
		gw_xml_open_ns(out, "query", NS_MUC_ADMIN);
		append_listed(out, room, role, affiliation);
		gw_xml_close(out, "query");
		component_end(stanza->network->component, "iq");
	}
}

/* The room has no options of its own here; a client that has made one accepts the defaults
 * (XEP-0045 §10.1.2). */
void muc_owner_get(const Stanza *stanza)
{
	const Room *room = room_find(stanza->network, stanza->local);
	const Occupant *occupant = room_occupant(room, stanza->session, stanza->from);

	if (!occupant || occupant->member->affiliation < GW_AFFILIATION_ADMIN) {
		stanza_fail(stanza, GW_FAILURE_NOT_ALLOWED, NULL);
		return;
	}
	gw_xml_element(stanza_result(stanza), "query", NS_MUC_OWNER, NULL);
	component_end(stanza->network->component, "iq");
}

void muc_owner_set(const Stanza *stanza)
{
	const Room *room = room_find(stanza->network, stanza->local);
	const Occupant *occupant = room_occupant(room, stanza->session, stanza->from);

	if (!occupant || occupant->member->affiliation < GW_AFFILIATION_ADMIN) {
		stanza_fail(stanza, GW_FAILURE_NOT_ALLOWED, NULL);
	} else if (gw_element_child(stanza_payload(stanza), "destroy", NULL)) {
		stanza_fail(stanza, GW_FAILURE_UNSUPPORTED,
			_("A channel ends by itself when everybody has left it."));
	} else {
		stanza_result_empty(stanza);
	}
}
