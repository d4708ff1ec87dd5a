/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <string.h>

#include "features/muc.h"
#include "features/presence.h"
#include "gw-jid.h"
#include "gw-log.h"
#include "outbox.h"
#include "spool.h"

enum {
	SWEEP_EVERY_S = 60,
	LINGER_S = 15 * 60, /* after the last sign of life, when nothing else holds a session */
};

Session *session_find(const Network *network, const char *user)
{
	gsize length = gw_jid_bare_length(user);
	g_autofree char *bare = NULL;

	if (user[length] == '\0') {
		return g_hash_table_lookup(network->sessions, user);
	}
	bare = g_strndup(user, length);
	return g_hash_table_lookup(network->sessions, bare);
}

Session *session_by_number(const Network *network, guint number)
{
	return g_hash_table_lookup(network->sessions_by_number, GUINT_TO_POINTER(number));
}

static void set_state(Session *session, SessionState state)
{
	static const char *const names[] = { "offline", "connecting", "online" };

	gw_debug("%s: session %u %s -> %s", session->network->config->domain, session->number,
		names[session->state], names[state]);
	session->state = state;
}

/* "Juliet" for juliet@capulet.example: a first nick for who has not chosen one. */
static char *first_nick(const char *user)
{
	const char *at = strchr(user, '@');
	g_autofree char *local = at ? g_strndup(user, (gsize)(at - user)) : g_strdup("guest");

	return gw_jid_unescape(local);
}

/* Guests who only said a word to somebody. */
static gboolean on_sweep(gpointer data)
{
	Network *network = data;
	g_autoptr(GList) sessions = g_hash_table_get_values(network->sessions);

	for (GList *link = sessions; link; link = link->next) {
		session_release(link->data, FALSE);
	}
	if (g_hash_table_size(network->sessions)) {
		return G_SOURCE_CONTINUE;
	}
	network->session_timer = 0;
	return G_SOURCE_REMOVE;
}

Session *session_get(Network *network, const char *user)
{
	Session *session = session_find(network, user);
	g_auto(StoreGuest) guest = { 0 };

	if (session) {
		session->active_us = g_get_monotonic_time();
		return session;
	}
	if (!store_get_guest(network->store, network->config->domain, user, &guest)) {
		return NULL;
	}
	session = g_new0(Session, 1);
	session->network = network;
	session->number = ++network->last_session;
	session->user = g_strdup(user);
	session->token = g_steal_pointer(&guest.token);
	session->nick = guest.nick ? g_steal_pointer(&guest.nick) : first_nick(user);
	session->active_us = session->allowance_us = g_get_monotonic_time();
	session->allowance = (double)network->config->message_burst;
	session->show = GW_SHOW_ONLINE;
	g_hash_table_insert(network->sessions, session->user, session);
	g_hash_table_insert(
		network->sessions_by_number, GUINT_TO_POINTER(session->number), session);
	if (!network->session_timer) {
		network->session_timer = g_timeout_add_seconds(SWEEP_EVERY_S, on_sweep, network);
	}
	return session;
}

void session_free(gpointer data)
{
	Session *session = data;

	g_hash_table_remove(
		session->network->sessions_by_number, GUINT_TO_POINTER(session->number));
	g_clear_pointer(&session->rooms, g_hash_table_unref);
	g_clear_pointer(&session->contacts, g_hash_table_unref);
	g_clear_pointer(&session->clients, g_hash_table_unref);
	g_clear_pointer(&session->private_rooms, g_hash_table_unref);
	g_free(session->user);
	g_free(session->token);
	g_free(session->nick);
	g_free(session);
}

void session_login(Session *session, const char *nick)
{
	Network *network = session->network;
	GwLogin login = { 0 };

	if (nick && session->state == SESSION_OFFLINE) {
		session_set_nick(session, nick);
	}
	if (session->state != SESSION_OFFLINE || !network->online || network->draining) {
		return;
	}
	login.user = session->user;
	login.token = session->token;
	login.nick = session->nick;
	if (network_command(network, GW_COMMAND_LOGIN, session, &login, FALSE, NULL, NULL)) {
		set_state(session, SESSION_CONNECTING);
	}
}

void session_logout(Session *session, const char *reason)
{
	GwFailed why = { GW_FAILURE_NONE, reason };

	/* The worker may know of it even while it is offline. */
	network_command(session->network, GW_COMMAND_LOGOUT, session, &why, FALSE, NULL, NULL);
	gw_info("%s: %s has left", session->network->config->domain, session->user);
	g_hash_table_remove(session->network->sessions, session->user);
}

static gboolean is_empty(GHashTable *table)
{
	return !table || !g_hash_table_size(table);
}

void session_release(Session *session, gboolean now)
{
	gint64 quiet_us = g_get_monotonic_time() - session->active_us;

	gboolean is_free =
		is_empty(session->rooms) && is_empty(session->clients) && !session->n_waiting;
	gboolean is_quiet = is_empty(session->contacts) && quiet_us > LINGER_S * G_USEC_PER_SEC;

	if (is_free && (now || is_quiet)) {
		session_logout(session, NULL);
	}
}

void session_set_nick(Session *session, const char *nick)
{
	if (g_strcmp0(session->nick, nick) != 0) {
		g_free(session->nick);
		session->nick = g_strdup(nick);
		store_set_guest_nick(session->network->store, session->network->config->domain,
			session->user, nick);
	}
}

/* A bucket that fills at message-rate up to message-burst. */
gboolean session_may_send(Session *session)
{
	const ComponentConfig *config = session->network->config;
	gint64 now = g_get_monotonic_time();

	session->allowance += (double)(now - session->allowance_us) / G_USEC_PER_SEC *
			      (double)config->message_rate;
	session->allowance = MIN(session->allowance, (double)config->message_burst);
	session->allowance_us = session->active_us = now;
	if (session->allowance < 1) {
		return FALSE;
	}
	session->allowance -= 1;
	return TRUE;
}

void session_on_online(Session *session)
{
	set_state(session, SESSION_ONLINE);
	gw_info("%s: %s is online", session->network->config->domain, session->user);
	presence_on_session_online(session);
	muc_on_session_online(session);
	spool_release(session);
}

void session_on_offline(Session *session, const GwFailed *why)
{
	Network *network = session->network;

	set_state(session, SESSION_OFFLINE);
	muc_on_session_offline(session, (GwFailure)why->failure, why->text);
	if (why->text) {
		outbox_tell(network, session->user, why->text);
	}
	session_release(session, TRUE);
}
