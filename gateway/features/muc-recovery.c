/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gw-jid.h"
#include "gw-log.h"
#include "gw-xml.h"
#include "muc-join.h"
#include "muc-send.h"

#define PROBE_ID "are-you-there"

enum {
	TICK_S = 5,
	LOST_S = 60,    /* after so long without the network its people are shown as gone */
	LINGER_S = 300, /* so long a user stays in the channel whose clients are all gone */
	PROBE_S = 30,   /* so long a client has to say that it is still there */
};

/* A client that was in a room when an earlier run ended. */
typedef struct {
	char *local;
	char *jid;
	char *nick;
	gint64 since_us; /* monotonic: when it was asked; 0: not yet */
} Restored;

static void restored_free(gpointer data)
{
	Restored *restored = data;

	g_free(restored->local);
	g_free(restored->jid);
	g_free(restored->nick);
	g_free(restored);
}

/* ---- the network goes and comes ---- */

void muc_on_network_offline(Network *network)
{
	GHashTableIter iter;
	Room *room;

	g_hash_table_iter_init(&iter, network->rooms);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&room)) {
		for (guint i = 0; i < room->joins->len; i++) {
			((Join *)room->joins->pdata[i])->sent = FALSE;
		}
		if (!room->lost) {
			room->lost = TRUE;
			room->lost_us = g_get_monotonic_time();
			room->generation++;
			if (!network->draining) {
				muc_announce(
					room, _("The connection to the network is lost. You stay "
						"in the room; what "
						"you write is sent when the connection is back."));
			}
		}
	}
	muc_watch(network);
}

/* Users who were on their way out are out; everybody else is brought back. */
static void bring_back(Room *room)
{
	Network *network = room->network;
	g_autoptr(GList) members = g_hash_table_get_values(room->members);
	Change change = { .gone = TRUE };

	for (GList *link = members; link; link = link->next) {
		Member *member = link->data;
		Session *session = session_by_number(network, member->session);

		if (!session) {
			continue;
		}
		if (member->leaving) {
			muc_broadcast_presence(room, member, &change);
			room_remove_member(room, member);
			g_hash_table_remove(session->rooms, room);
		} else {
			muc_rejoin(room, session);
		}
	}
	room_release(room);
}

void muc_on_network_online(Network *network)
{
	g_autoptr(GList) rooms = g_hash_table_get_values(network->rooms);

	for (GList *link = rooms; link; link = link->next) {
		bring_back(link->data);
	}
}

void muc_on_session_online(Session *session)
{
	muc_send_joins(session);
}

/* The network has thrown the user off, or does not let them in. */
void muc_on_session_offline(Session *session, GwFailure failure, const char *text)
{
	g_autoptr(GList) rooms = session->rooms ? g_hash_table_get_keys(session->rooms) : NULL;

	for (GList *link = rooms; link; link = link->next) {
		muc_put_out(link->data, session, failure, text);
	}
}

/* Its people are not there any more; ours stay, to be brought back. */
void muc_sweep(Room *room)
{
	g_autoptr(GList) members = g_hash_table_get_values(room->members);
	Change change = { .gone = TRUE, .codes = { 333 } };

	for (GList *link = members; link; link = link->next) {
		Member *member = link->data;

		if (!member->session && member->generation != room->generation) {
			muc_broadcast_presence(room, member, &change);
			room_remove_member(room, member);
		}
	}
}

/* ---- the XMPP server goes and comes ---- */

void muc_on_component_down(Network *network)
{
	GHashTableIter iter;
	Room *room;

	g_hash_table_iter_init(&iter, network->rooms);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&room)) {
		for (guint i = 0; i < room->occupants->len; i++) {
			Occupant *occupant = room->occupants->pdata[i];

			if (!occupant->away) {
				occupant->away = TRUE;
				occupant->seen = room->last_row;
			}
		}
	}
}

static void probe(Network *network, const char *local, const char *jid)
{
	g_autofree char *from = gw_jid_join(local, network->config->domain, NULL);
	GString *out = component_begin(network->component, "iq", from, jid, "get", PROBE_ID);

	gw_xml_element(out, "ping", "urn:xmpp:ping", NULL);
	component_end(network->component, "iq");
}

void muc_on_component_up(Network *network)
{
	GHashTableIter iter;
	Room *room;

	g_hash_table_iter_init(&iter, network->rooms);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&room)) {
		/* What was written last before the loss is kept, and may be needed. */
		room->last_row = MAX(room->last_row, 1);
		for (guint i = 0; i < room->occupants->len; i++) {
			const Occupant *occupant = room->occupants->pdata[i];

			if (occupant->away) {
				probe(network, room->local, occupant->jid);
			}
		}
	}
	for (guint i = 0; network->restored && i < network->restored->len; i++) {
		Restored *restored = network->restored->pdata[i];

		restored->since_us = g_get_monotonic_time();
		probe(network, restored->local, restored->jid);
	}
	network->up_us = g_get_monotonic_time();
	muc_watch(network);
}

/* Nobody needs the kept messages any more. */
static void forget_rows(Room *room)
{
	if (room->last_row && !room_has_absent(room)) {
		store_remove_all_undelivered(room->network->store, room->network->config->domain,
			STORE_TO_ROOM, room->local);
		room->last_row = 0;
	}
}

/* It has missed what was kept, and whoever came and went. */
static void client_is_here(Room *room, Occupant *occupant)
{
	static const Change nothing = { 0 };
	gint64 seen = occupant->seen;

	occupant->away = FALSE;
	muc_send_all(room, occupant, &nothing, seen);
	forget_rows(room);
}

/* Its user stays in the channel for a while, to be found there again. */
static void client_is_gone(Room *room, Occupant *occupant)
{
	Member *member = occupant->member;

	gw_info("%s: %s did not come back to %s", room->network->config->domain, occupant->jid,
		room->id);
	member->seen = occupant->seen;
	room_remove_occupant(room, occupant);
	if (!member->occupants) {
		member->lingering_us = g_get_monotonic_time();
		muc_watch(room->network);
	}
}

static void restore_client(Network *network, const Restored *restored)
{
	g_autofree char *user = gw_jid_bare(restored->jid);
	g_autofree char *id = gw_jid_unescape(restored->local);
	Session *session = session_get(network, user);
	JoinWish wish = { .jid = restored->jid,
		.nick = restored->nick,
		.show = GW_SHOW_ONLINE,
		.restored = TRUE };

	if (session) {
		muc_join(network, restored->local, id, session, &wish);
	}
}

/* TRUE: it was one of those of an earlier run. */
static gboolean find_restored(const Stanza *stanza, gboolean here)
{
	Network *network = stanza->network;

	for (guint i = 0; network->restored && i < network->restored->len; i++) {
		Restored *restored = network->restored->pdata[i];

		if (g_str_equal(restored->jid, stanza->from) &&
			g_str_equal(restored->local, stanza->local)) {
			if (here) {
				restore_client(network, restored);
			} else {
				store_remove_occupant(network->store, network->config->domain,
					restored->local, restored->jid);
			}
			g_ptr_array_remove_index_fast(network->restored, i);
			return TRUE;
		}
	}
	return FALSE;
}

void muc_on_probe_answer(const Stanza *stanza)
{
	gboolean here = g_strcmp0(stanza->type, "result") == 0 || !failure_is_gone(stanza->element);
	Room *room = stanza->local ? room_find(stanza->network, stanza->local) : NULL;
	Occupant *occupant = room_occupant(room, stanza->session, stanza->from);

	if (g_strcmp0(stanza->id, PROBE_ID) != 0 || !stanza->local || find_restored(stanza, here) ||
		!occupant || !occupant->away) {
		return;
	}
	here ? client_is_here(room, occupant) : client_is_gone(room, occupant);
}

/* ---- a new run of the gateway ---- */

static void load_occupant(gpointer data, const char *room, const char *jid, const char *nick)
{
	Network *network = data;
	Restored *restored = g_new0(Restored, 1);

	restored->local = g_strdup(room);
	restored->jid = g_strdup(jid);
	restored->nick = g_strdup(nick);
	g_ptr_array_add(network->restored, restored);
}

void muc_load(Network *network)
{
	network->restored = g_ptr_array_new_with_free_func(restored_free);
	store_each_occupant(network->store, network->config->domain, load_occupant, network);
	if (network->restored->len) {
		gw_message("%s: looking for %u clients that were in rooms before",
			network->config->domain, network->restored->len);
	}
}

/* XEP-0045 §15.6.2, 332: the service stops. Who is told so, comes back by their own client. */
void muc_shut_down(Network *network)
{
	GHashTableIter iter;
	Room *room;
	Change change = {
		.gone = TRUE, .codes = { 332 }, .reason = _("The gateway is being restarted")
	};

	g_hash_table_iter_init(&iter, network->rooms);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&room)) {
		for (guint i = 0; i < room->occupants->len; i++) {
			const Occupant *occupant = room->occupants->pdata[i];

			muc_send_presence(room, occupant->member, occupant->jid, &change, TRUE);
			store_remove_occupant(network->store, network->config->domain, room->local,
				occupant->jid);
		}
	}
}

/* ---- time limits ---- */

/* Those who have not answered will notice by themselves that they are out (XEP-0410). */
static void forget_restored(Network *network)
{
	for (guint i = 0; network->restored && i < network->restored->len; i++) {
		const Restored *restored = network->restored->pdata[i];

		store_remove_occupant(
			network->store, network->config->domain, restored->local, restored->jid);
	}
	g_clear_pointer(&network->restored, g_ptr_array_unref);
}

/* TRUE while something of the room has a limit. */
static gboolean tick_away(Room *room, gint64 now)
{
	gboolean waiting = FALSE;

	for (guint i = room->occupants->len; i-- > 0;) {
		Occupant *occupant = room->occupants->pdata[i];

		if (occupant->away && component_is_up(room->network->component)) {
			if (now - room->network->up_us > PROBE_S * G_USEC_PER_SEC) {
				client_is_gone(room, occupant);
			} else {
				waiting = TRUE;
			}
		}
	}
	return waiting;
}

static gboolean tick_lingering(Room *room, gint64 now)
{
	g_autoptr(GList) members = g_hash_table_get_values(room->members);
	gboolean waiting = FALSE;

	for (GList *link = members; link; link = link->next) {
		Member *member = link->data;
		Session *session = session_by_number(room->network, member->session);

		if (!member->lingering_us || member->leaving || !session) {
			continue;
		}
		waiting = TRUE;
		if (now - member->lingering_us > LINGER_S * G_USEC_PER_SEC) {
			muc_leave_network(room, member, session, NULL);
		}
	}
	return waiting;
}

static gboolean on_tick(gpointer data)
{
	Network *network = data;
	gint64 now = g_get_monotonic_time();
	gboolean waiting = network->restored && network->restored->len;
	g_autoptr(GList) rooms = NULL;

	muc_expire_joins(network, now);
	if (network->up_us && now - network->up_us > PROBE_S * G_USEC_PER_SEC) {
		forget_restored(network);
	}
	rooms = g_hash_table_get_values(network->rooms);
	for (GList *link = rooms; link; link = link->next) {
		Room *room = link->data;

		waiting |= tick_away(room, now) | tick_lingering(room, now) | room->joins->len;
		if (room->lost) {
			waiting = TRUE;
			if (now - room->lost_us > LOST_S * G_USEC_PER_SEC) {
				muc_sweep(room);
			}
		}
		forget_rows(room);
	}
	if (waiting) {
		return G_SOURCE_CONTINUE;
	}
	network->muc_timer = 0;
	return G_SOURCE_REMOVE;
}

void muc_watch(Network *network)
{
	if (!network->muc_timer) {
		network->muc_timer = g_timeout_add_seconds(TICK_S, on_tick, network);
	}
}
