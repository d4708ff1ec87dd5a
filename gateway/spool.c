/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spool.h"

#include "features/muc.h"
#include "gw-jid.h"
#include "gw-log.h"
#include "router.h"

enum {
	CHECK_EVERY_S = 10,
};

struct Spool {
	Network *network;
	guint timer;
};

static gboolean on_time(gpointer data);

Spool *spool_new(Network *network)
{
	Spool *spool = g_new0(Spool, 1);

	spool->network = network;
	return spool;
}

void spool_free(Spool *spool)
{
	if (spool) {
		g_clear_handle_id(&spool->timer, g_source_remove);
		g_free(spool);
	}
}

/* ---- in ---- */

static void watch(Spool *spool)
{
	if (!spool->timer) {
		spool->timer = g_timeout_add_seconds(CHECK_EVERY_S, on_time, spool);
	}
}

gboolean spool_must_wait(const Session *session)
{
	return session->state != SESSION_ONLINE || session->n_waiting || muc_is_joining(session) ||
	       session->network->closing;
}

void spool_add(Session *session, const GwElement *stanza)
{
	Network *network = session->network;
	g_autoptr(GString) text = g_string_new(NULL);

	gw_element_print(stanza, "jabber:component:accept", text);
	if (!store_put_undelivered(network->store, network->config->domain, STORE_TO_NETWORK,
		    session->user, text->str, g_get_real_time())) {
		failure_answer(network, stanza, GW_FAILURE_NETWORK, NULL);
		return;
	}
	session->n_waiting++;
	network->counters.waited++;
	watch(network->spool);
}

/* ---- out ---- */

typedef struct {
	Network *network;
	gboolean expired;
} Handling;

static GwDocument *parse(Network *network, const StoreUndelivered *row)
{
	g_autofree char *wrapped = g_strconcat(
		"<stream xmlns='jabber:component:accept'>", row->text, "</stream>", NULL);
	g_autoptr(GError) error = NULL;
	GwDocument *document = gw_document_parse(wrapped, -1, &error);

	if (!document) {
		gw_warning("%s: a waiting stanza cannot be read any more: %s",
			network->config->domain, error->message);
		network->counters.dropped++;
	}
	return document;
}

static void handle(gpointer data, const StoreUndelivered *row)
{
	Handling *handling = data;
	Network *network = handling->network;
	g_autoptr(GwDocument) document = parse(network, row);
	const GwElement *stanza = document ? gw_document_root(document)->children : NULL;
	Session *session = session_find(network, row->owner);

	store_remove_undelivered(network->store, row->id);
	if (session && session->n_waiting) {
		session->n_waiting--;
	}
	if (!stanza) {
		return;
	}
	if (handling->expired) {
		network->counters.bounced++;
		failure_answer(network, stanza, GW_FAILURE_EXPIRED, NULL);
	} else {
		router_route(network, stanza, TRUE);
	}
}

void spool_release(Session *session)
{
	Handling handling = { session->network, FALSE };
	g_autofree char *user = g_strdup(session->user);

	if (session->n_waiting && session->state == SESSION_ONLINE && !muc_is_joining(session) &&
		component_is_up(session->network->component)) {
		store_each_undelivered(session->network->store, session->network->config->domain,
			STORE_TO_NETWORK, user, 0, 0, handle, &handling);
	}
}

static gboolean on_time(gpointer data)
{
	Spool *spool = data;
	Network *network = spool->network;
	Handling handling = { network, TRUE };

	if (!component_is_up(network->component)) {
		return G_SOURCE_CONTINUE; /* nobody could be told */
	}
	store_each_undelivered(network->store, network->config->domain, STORE_TO_NETWORK, NULL, 0,
		g_get_real_time() - SPOOL_LIMIT_S * G_USEC_PER_SEC, handle, &handling);
	if (store_count_undelivered(network->store, network->config->domain, STORE_TO_NETWORK)) {
		return G_SOURCE_CONTINUE;
	}
	spool->timer = 0;
	return G_SOURCE_REMOVE;
}

/* ---- after a restart ---- */

static void log_in(gpointer data, const StoreUndelivered *row)
{
	Network *network = data;
	Session *session = session_get(network, row->owner);

	if (session) {
		session->n_waiting = MAX(session->n_waiting, 1);
		session_login(session, NULL);
	}
}

void spool_on_online(Network *network)
{
	store_each_undelivered(network->store, network->config->domain, STORE_TO_NETWORK, NULL, 0,
		0, log_in, network);
	spool_release_all(network);
}

void spool_release_all(Network *network)
{
	g_autoptr(GList) sessions = g_hash_table_get_values(network->sessions);

	for (GList *link = sessions; link; link = link->next) {
		spool_release(link->data);
	}
}

void spool_load(Network *network)
{
	if (store_count_undelivered(network->store, network->config->domain, STORE_TO_NETWORK)) {
		watch(network->spool);
	}
}
