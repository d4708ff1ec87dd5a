/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "network.h"

#include <glib/gi18n.h>
#include <string.h>

#include "features/muc.h"
#include "features/presence.h"
#include "gw-jid.h"
#include "gw-log.h"
#include "outbox.h"
#include "router.h"
#include "session.h"
#include "spool.h"

enum {
	ANSWER_WITHIN_S = 60, /* then what asks is answered with a timeout */
	STOP_WORKER_S = 8,
	STOP_COMPONENT_S = 5,
};

/* ---- outcomes of commands ---- */

static void fail(Network *network, const Pending *pending, GwFailure failure, const char *text)
{
	if (g_str_equal(pending->address.kind, "message")) {
		network->counters.bounced++;
	}
	if (!g_str_equal(pending->address.kind, "presence") ||
		!muc_on_join_failed(network, &pending->address, failure, text)) {
		failure_send(network, &pending->address, failure, text);
	}
}

/* The connection broke: what asks will get no answer, the rest may have arrived. */
static void fail_uncertain(gpointer data, const Pending *pending)
{
	Network *network = data;

	fail(network, pending, pending->asks ? GW_FAILURE_NETWORK : GW_FAILURE_UNCERTAIN, NULL);
}

static void fail_timeout(gpointer data, const Pending *pending)
{
	fail(data, pending, GW_FAILURE_NETWORK, _("The network did not answer."));
}

/* The network has it. Nobody waits for more, but for who asked by an IQ to change something. */
static void settle(gpointer data, const Pending *pending)
{
	Network *network = data;
	const FailureAddress *address = &pending->address;

	if (g_str_equal(address->kind, "iq")) {
		component_begin(network->component, "iq", address->to, address->from, "result",
			address->id);
		component_end(network->component, "iq");
	}
}

static gboolean on_pending_time(gpointer data)
{
	Network *network = data;

	pending_expire(network->pending, g_get_monotonic_time() - ANSWER_WITHIN_S * G_USEC_PER_SEC,
		fail_timeout, network);
	if (pending_count(network->pending)) {
		return G_SOURCE_CONTINUE;
	}
	network->pending_timer = 0;
	return G_SOURCE_REMOVE;
}

guint network_command(Network *network, GwFrameType type, const Session *session,
	const void *record, gboolean asks, const FailureAddress *address, const char *extra)
{
	guint serial = worker_send(network->worker, type, session ? session->number : 0, record);

	if (!serial) {
		if (address) {
			failure_send(network, address,
				network->started ? GW_FAILURE_LIMIT : GW_FAILURE_NETWORK, NULL);
		}
		return 0;
	}
	if (address) {
		pending_add(network->pending, serial, asks, address, extra);
		if (!network->pending_timer) {
			network->pending_timer = g_timeout_add_seconds(
				ANSWER_WITHIN_S / 4, on_pending_time, network);
		}
	}
	return serial;
}

guint network_command_for(Network *network, GwFrameType type, const Session *session,
	const void *record, gboolean asks, const GwElement *stanza)
{
	FailureAddress address = {
		.kind = stanza->name,
		.from = gw_element_attribute(stanza, "from"),
		.to = gw_element_attribute(stanza, "to"),
		.id = gw_element_attribute(stanza, "id"),
	};

	return network_command(network, type, session, record, asks, &address, NULL);
}

static void on_failed(Network *network, Session *session, guint serial, const GwFailed *failed)
{
	const Pending *pending = serial ? pending_find(network->pending, serial) : NULL;

	if (pending) {
		fail(network, pending, (GwFailure)failed->failure, failed->text);
		pending_remove(network->pending, serial);
	} else if (session && failed->text) {
		/* Nobody's stanza: the user is told by the gateway itself. */
		outbox_tell(network, session->user, failed->text);
	}
}

/* ---- the network comes and goes ---- */

static void on_online(Network *network)
{
	GHashTableIter iter;
	Session *session;

	gw_message("%s: the network is there", network->config->domain);
	network->online = TRUE;
	g_hash_table_iter_init(&iter, network->sessions);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&session)) {
		session_login(session, NULL);
	}
	muc_on_network_online(network);
	spool_on_online(network);
	presence_on_network(network);
}

static void on_offline(Network *network, const GwFailed *why)
{
	gboolean was_online = network->online;
	GHashTableIter iter;
	Session *session;

	network->online = FALSE;
	if (was_online && !network->draining) {
		gw_warning("%s: the network is away: %s", network->config->domain,
			why->text ? why->text : failure_text((GwFailure)why->failure));
	}
	g_hash_table_iter_init(&iter, network->sessions);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&session)) {
		session->state = SESSION_OFFLINE;
	}
	if (was_online) {
		muc_on_network_offline(network);
		presence_on_network(network);
	}
	pending_end(network->pending, G_MAXUINT, fail_uncertain, network);
}

/* ---- flow: neither side is read faster than the other takes ---- */

static void balance(Network *network)
{
	gboolean component_full = component_is_full(network->component);

	worker_set_reading(network->worker, !component_full);
	component_set_reading(
		network->component, !component_full && !worker_is_full(network->worker));
}

static void on_drained(gpointer user)
{
	balance(user);
}

/* ---- the worker's side ---- */

static void copy_features(Network *network, const GwFeatures *features)
{
	g_free((char *)network->features.type);
	g_free((char *)network->features.name);
	g_free((char *)network->features.room_prefixes);
	network->features = *features;
	network->features.type = g_strdup(features->type ? features->type : "");
	network->features.name =
		g_strdup(features->name ? features->name : network->settings->name);
	network->features.room_prefixes = g_strdup(features->room_prefixes);
	network->features.account_fields = NULL;
	network->features.n_account_fields = 0;
}

static void on_started(gpointer user, const GwFeatures *features)
{
	Network *network = user;

	copy_features(network, features);
	network->started = TRUE;
	if (!network->draining) {
		component_open(network->component);
	}
}

static void on_refused(gpointer user, const char *text)
{
	Network *network = user;

	network->on_refused(network, text);
}

static void on_event(gpointer user, const GwFrameHeader *header, const void *record)
{
	Network *network = user;
	Session *session = header->session ? session_by_number(network, header->session) : NULL;

	if (header->session && !session) {
		return; /* crossed with our logout */
	}
	switch ((GwFrameType)header->type) {
	case GW_EVENT_ONLINE:
		session ? session_on_online(session) : on_online(network);
		break;
	case GW_EVENT_OFFLINE:
		session ? session_on_offline(session, record) : on_offline(network, record);
		break;
	case GW_EVENT_FAILED:
		on_failed(network, session, header->serial, record);
		break;
	case GW_EVENT_TAKEN:
		pending_settle(network->pending, header->serial, settle, network);
		break;
	case GW_EVENT_UNCERTAIN:
		pending_end(network->pending, header->serial, fail_uncertain, network);
		break;
	default:
		router_event(network, header, record);
		break;
	}
	balance(network);
}

static void on_gone(gpointer user, const char *reason)
{
	Network *network = user;
	GwFailed why = { GW_FAILURE_NETWORK,
		network->draining ? reason
				  : _("a part of the gateway has failed and is being restarted") };

	network->started = FALSE;
	on_offline(network, &why);
}

static const WorkerHandlers worker_handlers = { on_started, on_refused, on_event, on_gone,
	on_drained };

/* ---- the XMPP server's side ---- */

static void on_stanza(gpointer user, const GwElement *stanza)
{
	Network *network = user;

	router_route(network, stanza, FALSE);
	balance(network);
}

static void on_up(gpointer user)
{
	Network *network = user;

	outbox_on_up(network);
	muc_on_component_up(network);
	presence_on_component_up(network);
	spool_release_all(network);
}

static void on_down(gpointer user, const char *reason)
{
	Network *network = user;

	muc_on_component_down(network);
	outbox_on_down(network);
	balance(network);
}

static void on_confirmed(gpointer user, guint64 mark)
{
	outbox_on_confirmed(user, mark);
}

static const ComponentHandlers component_handlers = { on_stanza, on_up, on_down, on_confirmed,
	on_drained };

/* ---- start and stop ---- */

static Worker *make_worker(Network *network)
{
	const NetworkConfig *settings = network->settings;
	GwStart start = { .settings = settings->settings, .n_settings = settings->keys->len };

	return worker_new(settings->backend, &start, &worker_handlers, network);
}

Network *network_new(
	const ComponentConfig *config, const NetworkConfig *settings, Store *store, GError **error)
{
	Network *network = g_new0(Network, 1);

	network->config = config;
	network->settings = settings;
	network->store = store;
	network->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, session_free);
	network->sessions_by_number = g_hash_table_new(NULL, NULL);
	network->rooms = muc_rooms_new();
	network->rooms_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	network->pending = pending_table_new();
	network->outbox = outbox_new(network);
	network->spool = spool_new(network);
	network->worker = make_worker(network);
	network->component = component_new(
		config->domain, config->server, config->secret, &component_handlers, network);
	network->occupant_secret = store_secret(store, "occupant-id");
	if (!network->occupant_secret) {
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the store cannot be written");
		network_free(network);
		return NULL;
	}
	return network;
}

void network_free(Network *network)
{
	if (!network) {
		return;
	}
	g_clear_handle_id(&network->pending_timer, g_source_remove);
	g_clear_handle_id(&network->session_timer, g_source_remove);
	g_clear_handle_id(&network->muc_timer, g_source_remove);
	g_clear_pointer(&network->restored, g_ptr_array_unref);
	component_free(network->component);
	worker_free(network->worker);
	g_hash_table_unref(network->rooms_by_id);
	g_hash_table_unref(network->rooms);
	g_hash_table_unref(network->sessions);
	g_hash_table_unref(network->sessions_by_number);
	pending_table_free(network->pending);
	g_clear_pointer(&network->lists, g_hash_table_unref);
	outbox_free(network->outbox);
	spool_free(network->spool);
	g_free((char *)network->features.type);
	g_free((char *)network->features.name);
	g_free((char *)network->features.room_prefixes);
	g_free(network->occupant_secret);
	g_free(network);
}

gboolean network_start(Network *network, GError **error)
{
	muc_load(network);
	spool_load(network);
	return worker_start(network->worker, error);
}

/* Leaving goes from the far side to the near one: the worker brings home what it still has and
 * leaves its network, then the rooms close, then the stream. */
static void on_component_closed(gpointer user)
{
	Network *network = user;

	network->on_stopped(network);
}

static void on_worker_stopped(gpointer user)
{
	Network *network = user;

	muc_shut_down(network);
	presence_shut_down(network);
	network->closing = TRUE;
	component_close(network->component, STOP_COMPONENT_S, on_component_closed);
}

void network_stop(Network *network, void (*done)(Network *network))
{
	network->draining = TRUE;
	network->on_stopped = done;
	worker_stop(network->worker, _("The gateway is being restarted"), STOP_WORKER_S,
		on_worker_stopped);
}

/* Who may not use the gateway any more is put out of their rooms, too. */
static void end_forbidden_sessions(Network *network)
{
	g_autoptr(GList) sessions = g_hash_table_get_values(network->sessions);

	for (GList *link = sessions; link; link = link->next) {
		Session *session = link->data;
		gsize length = strlen(session->user);

		if (!config_list_has(network->config->allow, session->user, length) &&
			!config_list_has(network->config->admins, session->user, length)) {
			muc_on_session_offline(session, GW_FAILURE_NOT_ALLOWED,
				_("This gateway is not open to you any more."));
			session_logout(session, NULL);
		}
	}
}

void network_reload(Network *network, const ComponentConfig *config)
{
	component_set_server(network->component, config->server, config->secret);
	network->config = config;
	end_forbidden_sessions(network);
}

/* ---- addresses ---- */

char *network_jid(const Network *network, const char *id)
{
	g_autofree char *local = gw_jid_escape(id);

	return local ? gw_jid_join(local, network->config->domain, NULL) : NULL;
}

gboolean network_is_room(const Network *network, const char *id)
{
	const char *prefixes = network->features.room_prefixes;

	return prefixes && *id && strchr(prefixes, *id);
}

void network_log_counters(const Network *network)
{
	const Counters *c = &network->counters;

	gw_message("%s: %" G_GUINT64_FORMAT " messages from XMPP, %" G_GUINT64_FORMAT
		   " to XMPP, %" G_GUINT64_FORMAT " answered with an error, %" G_GUINT64_FORMAT
		   " had to wait, %" G_GUINT64_FORMAT
		   " not shown to readers outside, %" G_GUINT64_FORMAT
		   " dropped over the limit; %u sessions, %u rooms",
		network->config->domain, c->from_xmpp, c->to_xmpp, c->bounced, c->waited,
		c->suppressed, c->dropped, g_hash_table_size(network->sessions),
		g_hash_table_size(network->rooms));
}
