/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "presence.h"

#include <glib/gi18n.h>

#include "disco.h"
#include "gw-jid.h"
#include "gw-log.h"
#include "gw-xml.h"

/* What is known of a contact; kept by local part in session->contacts. */
typedef struct {
	char *peer; /* the network's name */
	int show;
	char *status;
} Contact;

#define GATEWAY "" /* as a contact: the gateway itself */

const char *const presence_show_names[] = { NULL, NULL, "chat", "away", "xa", "dnd" };

static void contact_free(gpointer data)
{
	Contact *contact = data;

	g_free(contact->peer);
	g_free(contact->status);
	g_free(contact);
}

/* ---- out ---- */

static void send_simple(Network *network, const char *from, const char *to, const char *type)
{
	component_begin(network->component, "presence", from, to, type, NULL);
	component_end(network->component, "presence");
}

static void send_contact(const Session *session, const char *local, const Contact *contact)
{
	Network *network = session->network;
	g_autofree char *from = gw_jid_join(local, network->config->domain, NULL);
	gboolean here = contact->show != GW_SHOW_OFFLINE;
	GString *out = component_begin(network->component, "presence", from, session->user,
		here ? NULL : "unavailable", NULL);

	if (here && presence_show_names[contact->show]) {
		gw_xml_element(out, "show", NULL, presence_show_names[contact->show]);
	}
	if (contact->status) {
		gw_xml_element(out, "status", NULL, contact->status);
	}
	if (here) {
		disco_append_caps(out, TARGET_PEER);
	}
	component_end(network->component, "presence");
}

/* The gateway itself is there when its network is. */
static void send_gateway(Network *network, const char *to)
{
	GString *out = component_begin(
		network->component, "presence", network->config->domain, to, NULL, NULL);

	if (!network->online) {
		gw_xml_element(out, "show", NULL, "xa");
		gw_xml_element(out, "status", NULL, failure_text(GW_FAILURE_NETWORK));
	}
	disco_append_caps(out, TARGET_GATEWAY);
	component_end(network->component, "presence");
}

/* ---- contacts ---- */

static void follow(Session *session, const char *peer)
{
	g_autofree char *local = gw_jid_escape(peer);
	GwContact record = { .peer = peer, .subscription = GW_SUBSCRIPTION_TO };
	Contact *contact;

	if (!local) {
		return;
	}
	if (!session->contacts) {
		session->contacts =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, contact_free);
	}
	if (!g_hash_table_contains(session->contacts, local)) {
		contact = g_new0(Contact, 1);
		contact->peer = g_strdup(peer);
		g_hash_table_insert(session->contacts, g_strdup(local), contact);
	}
	if (session->state == SESSION_ONLINE) {
		network_command(
			session->network, GW_COMMAND_CONTACT, session, &record, FALSE, NULL, NULL);
	}
}

static void follow_stored(gpointer data, const char *user, const char *peer)
{
	if (*peer) {
		follow(data, peer);
	}
}

/* The user shows a sign of life: everybody they follow is followed on the network. */
static Session *wake(const Stanza *stanza)
{
	Network *network = stanza->network;
	Session *session = session_get(network, stanza->user);

	if (session && !session->contacts) {
		store_each_contact(network->store, network->config->domain, stanza->user,
			follow_stored, session);
		session_login(session, NULL);
	}
	return session;
}

static gboolean is_followed(const Session *session, const char *local)
{
	return session->contacts && g_hash_table_contains(session->contacts, local);
}

/* XEP-0100 §4.4: the peer cannot refuse, and wants to see the user, too. */
static void subscribe(const Stanza *stanza)
{
	Network *network = stanza->network;
	Session *session = session_get(network, stanza->user);

	if (!session || !store_put_contact(network->store, network->config->domain, stanza->user,
				stanza->name)) {
		stanza_fail(stanza, GW_FAILURE_INTERNAL, NULL);
		return;
	}
	send_simple(network, stanza->to, stanza->user, "subscribed");
	send_simple(network, stanza->to, stanza->user, "subscribe");
	session_login(session, NULL);
	follow(session, stanza->name);
}

static void unsubscribe(const Stanza *stanza)
{
	Network *network = stanza->network;
	Session *session = session_find(network, stanza->user);
	GwContact record = { .peer = stanza->name };

	store_remove_contact(network->store, network->config->domain, stanza->user, stanza->name);
	send_simple(network, stanza->to, stanza->user, "unavailable");
	send_simple(network, stanza->to, stanza->user, "unsubscribed");
	if (session && is_followed(session, stanza->local)) {
		g_hash_table_remove(session->contacts, stanza->local);
		if (session->state == SESSION_ONLINE) {
			network_command(network, GW_COMMAND_CONTACT_GONE, session, &record, FALSE,
				NULL, NULL);
		}
	}
}

static void answer_probe(const Stanza *stanza)
{
	Session *session = wake(stanza);
	const Contact *contact = session && session->contacts
					 ? g_hash_table_lookup(session->contacts, stanza->local)
					 : NULL;

	if (!contact) {
		/* RFC 6121 §4.3.2: without a subscription there is nothing to see. */
		send_simple(stanza->network, stanza->to, stanza->user, "unsubscribed");
	} else if (session->state == SESSION_ONLINE) {
		send_contact(session, stanza->local, contact);
	}
}

static void on_available(const Stanza *stanza)
{
	Session *session = wake(stanza);

	if (session) {
		if (!session->clients) {
			session->clients =
				g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		}
		g_hash_table_add(session->clients, g_strdup(stanza->from));
		presence_tell_network(session, stanza->element);
	}
}

static void on_unavailable(const Stanza *stanza)
{
	Session *session = session_find(stanza->network, stanza->user);

	if (session && session->clients) {
		g_hash_table_remove(session->clients, stanza->from);
		session_release(session, TRUE);
	}
}

void presence_to_peer(const Stanza *stanza)
{
	static const struct {
		const char *type;
		StanzaFunc func;
	} types[] = {
		{ "subscribe", subscribe },
		{ "unsubscribe", unsubscribe },
		{ "probe", answer_probe },
		{ "unavailable", on_unavailable },
	};

	if (!stanza->type) {
		on_available(stanza);
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_equal(types[i].type, stanza->type)) {
			types[i].func(stanza);
			return;
		}
	}
}

void presence_to_gateway(const Stanza *stanza)
{
	Network *network = stanza->network;
	const char *domain = network->config->domain;

	if (!stanza->type || g_str_equal(stanza->type, "probe")) {
		send_gateway(network, stanza->from);
	} else if (g_str_equal(stanza->type, "subscribe")) {
		store_put_contact(network->store, domain, stanza->user, GATEWAY);
		send_simple(network, domain, stanza->user, "subscribed");
		send_gateway(network, stanza->user);
	} else if (g_str_equal(stanza->type, "unsubscribe")) {
		store_remove_contact(network->store, domain, stanza->user, GATEWAY);
		send_simple(network, domain, stanza->user, "unsubscribed");
	}
}

/* ---- events ---- */

void presence_on_event(Network *network, Session *session, guint serial, const void *data)
{
	const GwPresence *record = data;
	g_autofree char *local = record->peer ? gw_jid_escape(record->peer) : NULL;
	Contact *contact = session && local && session->contacts
				   ? g_hash_table_lookup(session->contacts, local)
				   : NULL;

	if (contact && record->show >= 0 && record->show < (int)G_N_ELEMENTS(presence_show_names)) {
		contact->show = record->show;
		g_free(contact->status);
		contact->status = g_strdup(record->status);
		send_contact(session, local, contact);
	}
}

void presence_on_session_online(Session *session)
{
	g_autoptr(GList) contacts =
		session->contacts ? g_hash_table_get_values(session->contacts) : NULL;
	GwPresence own = { .show = session->show };

	if (own.show != GW_SHOW_ONLINE) {
		network_command(
			session->network, GW_COMMAND_PRESENCE, session, &own, FALSE, NULL, NULL);
	}
	for (GList *link = contacts; link; link = link->next) {
		const Contact *contact = link->data;

		follow(session, contact->peer);
	}
}

static void tell_followers(gpointer data, const char *user, const char *peer)
{
	if (!*peer) {
		send_gateway(data, user);
	}
}

/* Nobody is there any more as far as the user can see. */
static void hide_contacts(Session *session)
{
	GHashTableIter iter;
	const char *local;
	Contact *contact;

	if (!session->contacts) {
		return;
	}
	g_hash_table_iter_init(&iter, session->contacts);
	while (g_hash_table_iter_next(&iter, (gpointer *)&local, (gpointer *)&contact)) {
		if (contact->show != GW_SHOW_OFFLINE) {
			contact->show = GW_SHOW_OFFLINE;
			g_clear_pointer(&contact->status, g_free);
			send_contact(session, local, contact);
		}
	}
}

static void hide_everybody(Network *network)
{
	GHashTableIter iter;
	Session *session;

	g_hash_table_iter_init(&iter, network->sessions);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&session)) {
		hide_contacts(session);
	}
}

void presence_on_network(Network *network)
{
	if (!network->online) {
		hide_everybody(network);
	}
	store_each_contact(network->store, network->config->domain, NULL, tell_followers, network);
}

/* Who follows somebody is asked for a sign of life (RFC 6121 §4.3); one probe a user is enough. */
typedef struct {
	Network *network;
	GHashTable *asked;
} Asking;

static void ask_follower(gpointer data, const char *user, const char *peer)
{
	Asking *asking = data;
	Session *session = session_find(asking->network, user);
	g_autofree char *from = *peer ? network_jid(asking->network, peer) : NULL;

	if (!*peer) {
		send_gateway(asking->network, user);
	} else if (from && !(session && session->clients) &&
		   g_hash_table_add(asking->asked, g_strdup(user))) {
		send_simple(asking->network, from, user, "probe");
	}
}

void presence_on_component_up(Network *network)
{
	g_autoptr(GHashTable) asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Asking asking = { network, asked };
	GHashTableIter iter;
	Session *session;

	store_each_contact(network->store, network->config->domain, NULL, ask_follower, &asking);
	g_hash_table_iter_init(&iter, network->sessions);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&session)) {
		GHashTableIter contacts;
		const char *local;
		Contact *contact;

		if (!session->contacts) {
			continue;
		}
		g_hash_table_iter_init(&contacts, session->contacts);
		while (g_hash_table_iter_next(
			&contacts, (gpointer *)&local, (gpointer *)&contact)) {
			send_contact(session, local, contact);
		}
	}
}

static void tell_unavailable(gpointer data, const char *user, const char *peer)
{
	Network *network = data;

	if (!*peer) {
		send_simple(network, network->config->domain, user, "unavailable");
	}
}

void presence_shut_down(Network *network)
{
	hide_everybody(network);
	store_each_contact(
		network->store, network->config->domain, NULL, tell_unavailable, network);
}

/* ---- the user's own ---- */

GwShow presence_show(const GwElement *presence)
{
	const char *show = gw_element_child_text(presence, "show", NULL);

	for (guint i = GW_SHOW_CHAT; show && i < G_N_ELEMENTS(presence_show_names); i++) {
		if (g_str_equal(presence_show_names[i], show)) {
			return (GwShow)i;
		}
	}
	return GW_SHOW_ONLINE;
}

void presence_tell_network(Session *session, const GwElement *presence)
{
	GwPresence record = {
		.show = presence_show(presence),
		.status = gw_element_child_text(presence, "status", NULL),
	};

	if (record.show != session->show) {
		session->show = record.show;
		if (session->state == SESSION_ONLINE) {
			network_command(session->network, GW_COMMAND_PRESENCE, session, &record,
				FALSE, NULL, NULL);
		}
	}
}
