/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "muc-room.h"

#include <string.h>

#include "gw-jid.h"
#include "gw-xml.h"
#include "muc.h"

const char *const muc_role_names[] = { "none", "visitor", "participant", "moderator" };
const char *const muc_affiliation_names[] = { "none", "outcast", "member", "admin", "owner" };

/* ---- occupants ---- */

static void occupant_free(gpointer data)
{
	Occupant *occupant = data;

	g_free(occupant->jid);
	g_free(occupant->to);
	g_free(occupant);
}

Occupant *room_occupant(const Room *room, const Session *session, const char *jid)
{
	const Member *member = room && session ? room_member_of(room, session) : NULL;

	for (GSList *link = member ? member->occupants : NULL; link; link = link->next) {
		Occupant *occupant = link->data;

		if (g_str_equal(occupant->jid, jid)) {
			return occupant;
		}
	}
	return NULL;
}

Occupant *room_add_occupant(Room *room, Member *member, Session *session, const char *jid)
{
	Occupant *occupant = g_new0(Occupant, 1);
	g_autoptr(GString) to = g_string_new(NULL);

	gw_xml_escape(to, jid, -1);
	occupant->session = session;
	occupant->member = member;
	occupant->jid = g_strdup(jid);
	occupant->to_length = to->len;
	occupant->to = g_strdup(to->str);
	member->occupants = g_slist_prepend(member->occupants, occupant);
	member->lingering_us = 0;
	g_ptr_array_add(room->occupants, occupant);
	store_put_occupant(room->network->store, room->network->config->domain, room->local, jid,
		member->nick);
	return occupant;
}

void room_remove_occupant(Room *room, Occupant *occupant)
{
	store_remove_occupant(
		room->network->store, room->network->config->domain, room->local, occupant->jid);
	occupant->member->occupants = g_slist_remove(occupant->member->occupants, occupant);
	g_ptr_array_remove_fast(room->occupants, occupant);
}

gboolean room_has_absent(const Room *room)
{
	GHashTableIter iter;
	Member *member;

	for (guint i = 0; i < room->occupants->len; i++) {
		if (((Occupant *)room->occupants->pdata[i])->away) {
			return TRUE;
		}
	}
	g_hash_table_iter_init(&iter, room->members);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&member)) {
		if (member->lingering_us) {
			return TRUE;
		}
	}
	return FALSE;
}

/* ---- members ---- */

static void member_free(gpointer data)
{
	Member *member = data;

	g_slist_free(member->occupants);
	g_free(member->nick);
	g_free(member->jid);
	g_free(member->occupant_id);
	g_free(member->status);
	g_free(member->extensions);
	g_free(member);
}

void member_set_text(char **field, const char *text)
{
	if (g_strcmp0(*field, text) != 0) {
		g_free(*field);
		*field = g_strdup(text);
	}
}

Member *room_member(const Room *room, const char *nick)
{
	return nick ? g_hash_table_lookup(room->members, nick) : NULL;
}

/* All of a user's nicks are the session's, but for the moment of a change. */
Member *room_member_of(const Room *room, const Session *session)
{
	Member *member = room_member(room, session->nick);
	GHashTableIter iter;

	if (member && member->session == session->number) {
		return member;
	}
	g_hash_table_iter_init(&iter, room->members);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&member)) {
		if (member->session == session->number) {
			return member;
		}
	}
	return NULL;
}

/* XEP-0421: opaque, the same for the same person in the same room, different in another room. Of
 * our own users the bare JID, of others what the network knows them by: so whoever gets the same
 * user@host there, gets the same id. */
char *room_occupant_id(const Room *room, const char *identity)
{
	const char *secret = room->network->occupant_secret;
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret));
	guint8 digest[32];
	gsize length = sizeof(digest);

	g_hmac_update(hmac, (const guchar *)room->jid, (gssize)strlen(room->jid) + 1);
	g_hmac_update(hmac, (const guchar *)identity, -1);
	g_hmac_get_digest(hmac, digest, &length);
	g_hmac_unref(hmac);
	return g_base64_encode(digest, 18);
}

Member *room_add_member(Room *room, const char *nick, guint session, const char *identity)
{
	const Session *ours = session ? session_by_number(room->network, session) : NULL;
	Member *member = g_new0(Member, 1);

	if (ours) {
		identity = ours->user;
	}
	member->nick = g_strdup(nick);
	member->jid = g_strconcat(room->jid, "/", nick, NULL);
	member->session = session;
	member->occupant_id = room_occupant_id(room, identity ? identity : nick);
	member->show = GW_SHOW_ONLINE;
	member->role = GW_ROLE_PARTICIPANT;
	member->generation = room->generation;
	g_hash_table_replace(room->members, member->nick, member);
	return member;
}

void room_rename_member(Room *room, Member *member, const char *nick)
{
	g_hash_table_steal(room->members, member->nick);
	g_free(member->nick);
	g_free(member->jid);
	member->nick = g_strdup(nick);
	member->jid = g_strconcat(room->jid, "/", nick, NULL);
	g_hash_table_replace(room->members, member->nick, member);
	for (GSList *link = member->occupants; link; link = link->next) {
		Occupant *occupant = link->data;

		store_put_occupant(room->network->store, room->network->config->domain, room->local,
			occupant->jid, nick);
	}
}

void room_remove_member(Room *room, Member *member)
{
	while (member->occupants) {
		room_remove_occupant(room, member->occupants->data);
	}
	g_hash_table_remove(room->members, member->nick);
}

/* ---- joins ---- */

static void join_client_free(gpointer data)
{
	JoinClient *client = data;

	g_free(client->jid);
	g_free(client->id);
	g_free(client);
}

static void join_free(gpointer data)
{
	Join *join = data;

	g_ptr_array_unref(join->clients);
	g_free(join->nick);
	g_free(join->password);
	g_free(join->status);
	g_free(join->extensions);
	g_free(join);
}

Join *room_join_of(const Room *room, const Session *session)
{
	for (guint i = 0; i < room->joins->len; i++) {
		Join *join = room->joins->pdata[i];

		if (join->session == session) {
			return join;
		}
	}
	return NULL;
}

Join *room_add_join(Room *room, Session *session, const char *nick)
{
	Join *join = g_new0(Join, 1);

	join->session = session;
	join->nick = g_strdup(nick);
	join->show = GW_SHOW_ONLINE;
	join->clients = g_ptr_array_new_with_free_func(join_client_free);
	join->since_us = g_get_monotonic_time();
	g_ptr_array_add(room->joins, join);
	if (!session->rooms) {
		session->rooms = g_hash_table_new(NULL, NULL);
	}
	g_hash_table_add(session->rooms, room);
	return join;
}

void join_add_client(Join *join, const char *jid, const char *id, gboolean restored)
{
	JoinClient *client;

	for (guint i = 0; i < join->clients->len; i++) {
		if (g_str_equal(((JoinClient *)join->clients->pdata[i])->jid, jid)) {
			return;
		}
	}
	client = g_new0(JoinClient, 1);
	client->jid = g_strdup(jid);
	client->id = g_strdup(id);
	client->restored = restored;
	g_ptr_array_add(join->clients, client);
}

void room_remove_join(Room *room, Join *join)
{
	g_ptr_array_remove_fast(room->joins, join);
}

gboolean muc_is_joining(const Session *session)
{
	GHashTableIter iter;
	Room *room;

	if (!session->rooms) {
		return FALSE;
	}
	g_hash_table_iter_init(&iter, session->rooms);
	while (g_hash_table_iter_next(&iter, (gpointer *)&room, NULL)) {
		if (room->joins->len && room_join_of(room, session)) {
			return TRUE;
		}
	}
	return FALSE;
}

/* ---- rooms ---- */

static void room_free(gpointer data)
{
	Room *room = data;

	g_ptr_array_unref(room->occupants);
	g_hash_table_unref(room->members);
	g_ptr_array_unref(room->joins);
	g_free(room->id);
	g_free(room->local);
	g_free(room->jid);
	g_free(room->subject);
	g_free(room->subject_by);
	g_free(room);
}

GHashTable *muc_rooms_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, room_free);
}

Room *room_find(const Network *network, const char *local)
{
	return g_hash_table_lookup(network->rooms, local);
}

Room *room_find_by_id(const Network *network, const char *id)
{
	Room *room = id ? g_hash_table_lookup(network->rooms_by_id, id) : NULL;
	g_autofree char *local = NULL;

	if (!room && id) {
		local = gw_jid_escape(id);
		room = local ? room_find(network, local) : NULL;
	}
	return room;
}

void room_set_id(Room *room, const char *id)
{
	if (!g_str_equal(room->id, id)) {
		g_hash_table_remove(room->network->rooms_by_id, room->id);
		member_set_text(&room->id, id);
		g_hash_table_insert(room->network->rooms_by_id, room->id, room);
	}
}

Room *room_get(Network *network, const char *local, const char *id)
{
	Room *room = room_find(network, local);

	if (room) {
		return room;
	}
	room = g_new0(Room, 1);
	room->network = network;
	room->id = g_strdup(id);
	room->local = g_strdup(local);
	room->jid = gw_jid_join(local, network->config->domain, NULL);
	room->members = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, member_free);
	room->occupants = g_ptr_array_new_with_free_func(occupant_free);
	room->joins = g_ptr_array_new_with_free_func(join_free);
	g_hash_table_insert(network->rooms, room->local, room);
	g_hash_table_insert(network->rooms_by_id, room->id, room);
	return room;
}

static gboolean has_member_of_ours(const Room *room)
{
	GHashTableIter iter;
	Member *member;

	g_hash_table_iter_init(&iter, room->members);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&member)) {
		if (member->session) {
			return TRUE;
		}
	}
	return FALSE;
}

void room_release(Room *room)
{
	if (!room->occupants->len && !room->joins->len && !has_member_of_ours(room)) {
		if (room->last_row) {
			store_remove_all_undelivered(room->network->store,
				room->network->config->domain, STORE_TO_ROOM, room->local);
		}
		g_hash_table_remove(room->network->rooms_by_id, room->id);
		g_hash_table_remove(room->network->rooms, room->local);
	}
}
