/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STORE_H
#define STORE_H

#include <glib.h>

/* What must survive the process, in SQLite: the only file with SQL, one function
 * per question. Synchronous; what is written in one turn of the main loop is one
 * transaction. When the disk fails, writers return FALSE (logged once a minute)
 * and the gateway goes on without: a promise that needs the store is refused. */

typedef struct Store Store;

/* `path` is a file, made if missing; ":memory:" works too. A store from a newer version is refused.
 */
Store *store_open(const char *path, GError **error);
void store_close(Store *store); /* commits; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* Commits now instead of at the end of the turn. */
void store_flush(Store *store);

/* A random value made once for ever, for the keyed hashes of `purpose`. Caller frees; NULL: failed.
 */
char *store_secret(Store *store, const char *purpose);

/* ---- guests: users of a network without an account there ---- */

typedef struct {
	char *token; /* stable, opaque, never given to anybody else */
	char *nick;  /* the last one used; NULL: none yet */
} StoreGuest;

/* Finds or makes. FALSE: failed. Clear with store_guest_clear(). */
gboolean store_get_guest(Store *store, const char *domain, const char *user, StoreGuest *guest);
void store_guest_clear(StoreGuest *guest);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoreGuest, store_guest_clear)
gboolean store_set_guest_nick(Store *store, const char *domain, const char *user, const char *nick);

/* ---- contacts: which peers a user follows ---- */

gboolean store_put_contact(Store *store, const char *domain, const char *user, const char *peer);
gboolean store_remove_contact(Store *store, const char *domain, const char *user, const char *peer);
typedef void (*StoreContactFunc)(gpointer data, const char *user, const char *peer);
/* `user` NULL: everybody's. */
void store_each_contact(
	Store *store, const char *domain, const char *user, StoreContactFunc func, gpointer data);

/* ---- occupants: who is in which room with which client ---- */

gboolean store_put_occupant(
	Store *store, const char *domain, const char *room, const char *jid, const char *nick);
gboolean store_remove_occupant(Store *store, const char *domain, const char *room, const char *jid);
typedef void (*StoreOccupantFunc)(
	gpointer data, const char *room, const char *jid, const char *nick);
void store_each_occupant(Store *store, const char *domain, StoreOccupantFunc func, gpointer data);

/* ---- undelivered: what waits for the other side ---- */

typedef enum {
	STORE_TO_NETWORK, /* owner: bare JID of the sender; text: the stanza */
	STORE_TO_USER,    /* owner: bare JID; text: the stanza, without `to` and delay */
	STORE_TO_ROOM,    /* owner: local part of the room; text likewise */
} StoreDirection;

typedef struct {
	gint64 id; /* grows */
	StoreDirection direction;
	const char *owner;
	const char *text;
	gint64 time_us;
} StoreUndelivered;

/* The row's id; 0: failed, so nothing was promised. */
gint64 store_put_undelivered(Store *store, const char *domain, StoreDirection direction,
	const char *owner, const char *text, gint64 time_us);
typedef void (*StoreUndeliveredFunc)(gpointer data, const StoreUndelivered *row);
/* Oldest first, those with an id over `after` and a time before `until_us` (0: all). `owner` NULL:
 * everybody's. `func` may remove rows. */
void store_each_undelivered(Store *store, const char *domain, StoreDirection direction,
	const char *owner, gint64 after, gint64 until_us, StoreUndeliveredFunc func, gpointer data);
gboolean store_remove_undelivered(Store *store, gint64 id);
gboolean store_remove_all_undelivered(
	Store *store, const char *domain, StoreDirection direction, const char *owner);
gint64 store_count_undelivered(Store *store, const char *domain, StoreDirection direction);
/* Drops the oldest rows of a direction beyond `most`; returns how many. */
guint store_trim_undelivered(
	Store *store, const char *domain, StoreDirection direction, gint64 most);

#endif
