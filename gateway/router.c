/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "router.h"

#include <glib/gi18n.h>
#include <string.h>

#include "features/disco.h"
#include "features/info.h"
#include "features/lists.h"
#include "features/message.h"
#include "features/muc.h"
#include "features/ping.h"
#include "features/presence.h"
#include "features/prompt.h"
#include "gw-jid.h"
#include "gw-log.h"

enum {
	ON_GATEWAY = 1 << TARGET_GATEWAY,
	ON_PEER = 1 << TARGET_PEER,
	ON_ROOM = 1 << TARGET_ROOM,
	ON_OCCUPANT = 1 << TARGET_OCCUPANT,
	ON_ALL = ON_GATEWAY | ON_PEER | ON_ROOM | ON_OCCUPANT,
};

/* Who answers an IQ: by namespace of its payload, type and target. */
static const struct {
	const char *ns;
	int targets;
	StanzaFunc get, set;
} iq_rows[] = {
	{ "http://jabber.org/protocol/disco#info", ON_ALL, disco_info, NULL },
	{ "http://jabber.org/protocol/disco#items", ON_ALL, disco_items, NULL },
	{ "urn:xmpp:ping", ON_GATEWAY | ON_ROOM, ping_answer, NULL },
	{ "urn:xmpp:ping", ON_OCCUPANT, muc_ping, NULL },
	{ "urn:xmpp:ping", ON_PEER, info_ask, NULL },
	{ "jabber:iq:version", ON_GATEWAY, info_version, NULL },
	{ "jabber:iq:version", ON_PEER | ON_OCCUPANT, info_ask, NULL },
	{ "urn:xmpp:time", ON_GATEWAY, info_time, NULL },
	{ "jabber:iq:last", ON_GATEWAY, info_uptime, NULL },
	{ "jabber:iq:last", ON_PEER | ON_OCCUPANT, info_ask, NULL },
	{ "vcard-temp", ON_GATEWAY, info_vcard, NULL },
	{ "vcard-temp", ON_PEER | ON_OCCUPANT, info_ask, NULL },
	{ "jabber:iq:gateway", ON_GATEWAY, prompt_get, prompt_set },
	{ "http://jabber.org/protocol/muc#admin", ON_ROOM, muc_admin_get, muc_admin_set },
	{ "http://jabber.org/protocol/muc#owner", ON_ROOM, muc_owner_get, muc_owner_set },
};

static const struct {
	const char *kind;
	StanzaFunc func[N_TARGETS];
} rows[] = {
	{ "presence", { presence_to_gateway, presence_to_peer, muc_presence, muc_presence } },
	{ "message", { message_to_gateway, message_to_peer, muc_message, muc_private_message } },
};

static const struct {
	GwFrameType type;
	EventFunc func;
} event_rows[] = {
	{ GW_EVENT_MESSAGE, message_on_event },
	{ GW_EVENT_PRESENCE, presence_on_event },
	{ GW_EVENT_ROOM, muc_on_room },
	{ GW_EVENT_ROOMS_SYNCED, muc_on_synced },
	{ GW_EVENT_MEMBER, muc_on_member },
	{ GW_EVENT_MEMBER_GONE, muc_on_member_gone },
	{ GW_EVENT_MEMBER_NICK, muc_on_member_nick },
	{ GW_EVENT_SUBJECT, muc_on_subject },
	{ GW_EVENT_INVITE, muc_on_invite },
	{ GW_EVENT_INFO, info_on_event },
	{ GW_EVENT_LIST_ITEM, lists_on_item },
};

/* ---- answers ---- */

void stanza_fail(const Stanza *stanza, GwFailure failure, const char *text)
{
	if (g_str_equal(stanza->element->name, "message")) {
		stanza->network->counters.bounced++;
	}
	failure_answer(stanza->network, stanza->element, failure, text);
}

Session *stanza_session_to_ask(const Stanza *stanza)
{
	Session *session = session_get(stanza->network, stanza->user);

	if (session) {
		session_login(session, NULL);
	}
	if (!session || session->state == SESSION_OFFLINE) {
		stanza_fail(stanza, GW_FAILURE_NETWORK, NULL);
		return NULL;
	}
	if (!session_may_send(session)) {
		stanza_fail(stanza, GW_FAILURE_LIMIT, NULL);
		return NULL;
	}
	return session;
}

GString *stanza_result(const Stanza *stanza)
{
	return component_begin(
		stanza->network->component, "iq", stanza->to, stanza->from, "result", stanza->id);
}

void stanza_result_empty(const Stanza *stanza)
{
	stanza_result(stanza);
	component_end(stanza->network->component, "iq");
}

const GwElement *stanza_payload(const Stanza *stanza)
{
	return stanza->element->children;
}

const char *const *router_namespaces(Target target)
{
	static const char *found[N_TARGETS][G_N_ELEMENTS(iq_rows) + 1];

	if (!found[target][0]) {
		guint n = 0;

		for (guint i = 0; i < G_N_ELEMENTS(iq_rows); i++) {
			if (iq_rows[i].targets & (1 << target)) {
				found[target][n++] = iq_rows[i].ns;
			}
		}
	}
	return found[target];
}

/* ---- IQ ---- */

/* RFC 6120 §8.4: what we do not know is answered service-unavailable. */
static void answer_unknown(const Stanza *stanza)
{
	GString *out = component_begin(
		stanza->network->component, "iq", stanza->to, stanza->from, "error", stanza->id);

	g_string_append(out, "<error type='cancel'><service-unavailable "
			     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
	component_end(stanza->network->component, "iq");
}

static void route_iq(const Stanza *stanza)
{
	const GwElement *payload = stanza_payload(stanza);
	gboolean is_get = g_strcmp0(stanza->type, "get") == 0;

	if (!is_get && g_strcmp0(stanza->type, "set") != 0) {
		if (g_strcmp0(stanza->type, "result") == 0 ||
			g_strcmp0(stanza->type, "error") == 0) {
			muc_on_probe_answer(stanza);
		} else {
			stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, NULL);
		}
		return;
	}
	if (!payload || !stanza->id) {
		stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, NULL);
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(iq_rows); i++) {
		StanzaFunc func = is_get ? iq_rows[i].get : iq_rows[i].set;

		if (func && iq_rows[i].targets & (1 << stanza->target) &&
			g_str_equal(iq_rows[i].ns, payload->ns)) {
			func(stanza);
			return;
		}
	}
	answer_unknown(stanza);
}

/* ---- all stanzas ---- */

static gboolean is_error(const Stanza *stanza)
{
	return g_strcmp0(stanza->type, "error") == 0;
}

static void dispatch(const Stanza *stanza)
{
	const char *kind = stanza->element->name;

	if (g_str_equal(kind, "iq")) {
		route_iq(stanza);
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (g_str_equal(rows[i].kind, kind)) {
			rows[i].func[stanza->target](stanza);
			return;
		}
	}
	stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, NULL);
}

/* The hostname's own services stay open to everybody, so that clients can see what it is. */
gboolean stanza_is_allowed(const Stanza *stanza)
{
	const ComponentConfig *config = stanza->network->config;
	gsize length = strlen(stanza->user);

	return config_list_has(config->allow, stanza->user, length) ||
	       config_list_has(config->admins, stanza->user, length);
}

static gboolean needs_permission(const Stanza *stanza)
{
	return !is_error(stanza) && g_strcmp0(stanza->type, "result") != 0 &&
	       g_strcmp0(stanza->type, "unavailable") != 0 &&
	       !(g_str_equal(stanza->element->name, "iq") && stanza->target == TARGET_GATEWAY);
}

static void set_target(Stanza *stanza)
{
	if (!stanza->local) {
		stanza->target = TARGET_GATEWAY;
	} else if (!network_is_room(stanza->network, stanza->name)) {
		stanza->target = TARGET_PEER;
	} else {
		stanza->target = stanza->nick ? TARGET_OCCUPANT : TARGET_ROOM;
	}
}

void router_route(Network *network, const GwElement *element, gboolean replayed)
{
	g_auto(GwJid) from = { 0 };
	g_auto(GwJid) to = { 0 };
	g_autofree char *user = NULL;
	g_autofree char *name = NULL;
	Stanza stanza = {
		.network = network,
		.element = element,
		.from = gw_element_attribute(element, "from"),
		.to = gw_element_attribute(element, "to"),
		.type = gw_element_attribute(element, "type"),
		.id = gw_element_attribute(element, "id"),
		.replayed = replayed,
	};

	if (!stanza.from || !gw_jid_split(&from, stanza.from)) {
		gw_warning(
			"%s: the server sent a stanza without a sender", network->config->domain);
		return;
	}
	if (!stanza.to || !gw_jid_split(&to, stanza.to) ||
		!g_str_equal(to.domain, network->config->domain)) {
		stanza_fail(&stanza, GW_FAILURE_BAD_ADDRESS, NULL);
		return;
	}
	stanza.user = user = gw_jid_bare(stanza.from);
	stanza.session = g_hash_table_lookup(network->sessions, user);
	stanza.local = to.local;
	stanza.nick = to.resource;
	stanza.name = name = to.local ? gw_jid_unescape(to.local) : NULL;
	set_target(&stanza);
	if (needs_permission(&stanza) && !stanza_is_allowed(&stanza)) {
		stanza_fail(&stanza, GW_FAILURE_NOT_ALLOWED,
			_("This gateway is not open to you. Its admins decide who may use it."));
		return;
	}
	dispatch(&stanza);
}

void router_event(Network *network, const GwFrameHeader *header, const void *record)
{
	Session *session = header->session ? session_by_number(network, header->session) : NULL;

	for (guint i = 0; i < G_N_ELEMENTS(event_rows); i++) {
		if (event_rows[i].type == header->type) {
			event_rows[i].func(network, session, header->serial, record);
			return;
		}
	}
	gw_debug("%s: nobody takes %s", network->config->domain, gw_frame_name(header->type));
}
