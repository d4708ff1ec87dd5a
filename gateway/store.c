/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "gw-log.h"
#include "store-migrations.h"

enum {
	TOKEN_LENGTH = 9, /* an ident on IRC has room for ten */
	COMPLAIN_AGAIN_S = 60,
};

typedef enum {
	BEGIN,
	COMMIT,
	GET_SECRET,
	PUT_SECRET,
	GET_GUEST,
	PUT_GUEST,
	SET_GUEST_NICK,
	PUT_CONTACT,
	REMOVE_CONTACT,
	EACH_CONTACT,
	PUT_OCCUPANT,
	REMOVE_OCCUPANT,
	EACH_OCCUPANT,
	PUT_UNDELIVERED,
	EACH_UNDELIVERED,
	REMOVE_UNDELIVERED,
	REMOVE_ALL_UNDELIVERED,
	COUNT_UNDELIVERED,
	TRIM_UNDELIVERED,
	N_STATEMENTS,
} Statement;

static const char *const statements[N_STATEMENTS] = {
	[BEGIN] = "BEGIN",
	[COMMIT] = "COMMIT",
	[GET_SECRET] = "SELECT value FROM secret WHERE purpose = ?",
	[PUT_SECRET] = "INSERT INTO secret VALUES (?, ?)",
	[GET_GUEST] = "SELECT token, nick FROM guest WHERE domain = ? AND user = ?",
	[PUT_GUEST] = "INSERT INTO guest (domain, user, token) VALUES (?, ?, ?)",
	[SET_GUEST_NICK] = "UPDATE guest SET nick = ?3 WHERE domain = ?1 AND user = ?2",
	[PUT_CONTACT] = "INSERT OR IGNORE INTO contact VALUES (?, ?, ?)",
	[REMOVE_CONTACT] = "DELETE FROM contact WHERE domain = ? AND user = ? AND peer = ?",
	[EACH_CONTACT] =
		"SELECT user, peer FROM contact WHERE domain = ?1 AND user = ifnull(?2, user)",
	[PUT_OCCUPANT] = "INSERT OR REPLACE INTO occupant VALUES (?, ?, ?, ?)",
	[REMOVE_OCCUPANT] = "DELETE FROM occupant WHERE domain = ? AND room = ? AND jid = ?",
	[EACH_OCCUPANT] = "SELECT room, jid, nick FROM occupant WHERE domain = ?",
	[PUT_UNDELIVERED] = "INSERT INTO undelivered (domain, direction, owner, text, time_us)"
			    " VALUES (?, ?, ?, ?, ?)",
	[EACH_UNDELIVERED] =
		"SELECT id, direction, owner, text, time_us FROM undelivered WHERE domain = ?1"
		" AND direction = ?2 AND owner = ifnull(?3, owner) AND id > ?4 AND time_us < ?5"
		" ORDER BY id LIMIT 200",
	[REMOVE_UNDELIVERED] = "DELETE FROM undelivered WHERE id = ?",
	[REMOVE_ALL_UNDELIVERED] =
		"DELETE FROM undelivered WHERE domain = ? AND direction = ? AND owner = ?",
	[COUNT_UNDELIVERED] = "SELECT count(*) FROM undelivered WHERE domain = ? AND direction = ?",
	[TRIM_UNDELIVERED] =
		"DELETE FROM undelivered WHERE id IN (SELECT id FROM undelivered WHERE domain = ?1"
		" AND direction = ?2 ORDER BY id DESC LIMIT -1 OFFSET ?3)",
};

struct Store {
	sqlite3 *db;
	sqlite3_stmt *prepared[N_STATEMENTS];
	guint commit_idle;
	gint64 complained_us;
};

/* ---- statements ---- */

static void complain(Store *store, const char *doing)
{
	gint64 now = g_get_monotonic_time();

	if (!store->complained_us ||
		now - store->complained_us > COMPLAIN_AGAIN_S * G_USEC_PER_SEC) {
		store->complained_us = now;
		gw_warning("the store fails (%s): %s; messages that would have to wait are refused "
			   "until it works again",
			doing, sqlite3_errmsg(store->db));
	}
}

/* Ready for binding; NULL when it cannot be prepared (then it is complained about). */
static sqlite3_stmt *use(Store *store, Statement which)
{
	sqlite3_stmt **statement = &store->prepared[which];

	if (*statement) {
		sqlite3_reset(*statement);
		sqlite3_clear_bindings(*statement);
	} else if (sqlite3_prepare_v3(store->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
			   statement, NULL) != SQLITE_OK) {
		complain(store, "prepare");
		return NULL;
	}
	return *statement;
}

static void bind_texts(sqlite3_stmt *statement, const char *const *texts, guint n)
{
	for (guint i = 0; i < n; i++) {
		sqlite3_bind_text(statement, (int)i + 1, texts[i], -1, SQLITE_STATIC);
	}
}

static gboolean finish(Store *store, sqlite3_stmt *statement, const char *doing)
{
	int result = sqlite3_step(statement);

	sqlite3_reset(statement);
	if (result != SQLITE_DONE && result != SQLITE_ROW) {
		complain(store, doing);
		return FALSE;
	}
	return TRUE;
}

static gboolean on_commit(gpointer data)
{
	Store *store = data;

	store->commit_idle = 0;
	if (!sqlite3_get_autocommit(store->db)) {
		sqlite3_stmt *commit = use(store, COMMIT);

		if (commit && !finish(store, commit, "commit")) {
			sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		}
	}
	return G_SOURCE_REMOVE;
}

/* A statement that writes, inside this turn's transaction. */
static sqlite3_stmt *use_to_write(Store *store, Statement which)
{
	if (!store->commit_idle) {
		sqlite3_stmt *begin = use(store, BEGIN);

		if (begin) {
			finish(store, begin, "begin");
		}
		store->commit_idle = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_commit, store, NULL);
	}
	return use(store, which);
}

/* Most questions take a few strings. */
static gboolean write_texts(Store *store, Statement which, const char *const *texts, guint n)
{
	sqlite3_stmt *statement = use_to_write(store, which);

	if (!statement) {
		return FALSE;
	}
	bind_texts(statement, texts, n);
	return finish(store, statement, statements[which]);
}

#define WRITE_TEXTS(store, which, ...)                                  \
	write_texts(store, which, (const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static char *column_dup(sqlite3_stmt *statement, int column)
{
	return g_strdup((const char *)sqlite3_column_text(statement, column));
}

void store_flush(Store *store)
{
	if (store->commit_idle) {
		g_source_remove(store->commit_idle);
		on_commit(store);
	}
}

/* ---- opening ---- */

static gboolean exec(Store *store, const char *sql, GError **error)
{
	char *message = NULL;

	if (sqlite3_exec(store->db, sql, NULL, NULL, &message) == SQLITE_OK) {
		return TRUE;
	}
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s", message);
	sqlite3_free(message);
	return FALSE;
}

static int read_version(Store *store)
{
	sqlite3_stmt *statement = NULL;
	int version = -1;

	if (sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL) ==
			SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW) {
		version = sqlite3_column_int(statement, 0);
	}
	sqlite3_finalize(statement);
	return version;
}

static gboolean migrate(Store *store, GError **error)
{
	int version = read_version(store);

	if (version < 0) {
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s", sqlite3_errmsg(store->db));
		return FALSE;
	}
	if (version > store_version) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			"it was written by a newer Tombolo (store version %d, this program knows "
			"up to "
			"%d); install that version again, or use another store",
			version, store_version);
		return FALSE;
	}
	for (; version < store_version; version++) {
		g_autofree char *step =
			g_strdup_printf("BEGIN; %s; PRAGMA user_version = %d; COMMIT",
				store_migrations[version], version + 1);

		if (!exec(store, step, error)) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean open_file(Store *store, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (!g_str_equal(path, ":memory:") && g_mkdir_with_parents(folder, 0700) < 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot make the folder %s",
			folder);
		return FALSE;
	}
	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
		SQLITE_OK) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s",
			store->db ? sqlite3_errmsg(store->db) : "out of memory");
		return FALSE;
	}
	/* Only its owner may read who talks with whom. */
	g_chmod(path, 0600);
	sqlite3_busy_timeout(store->db, 100); /* the main loop waits meanwhile */
	return exec(store,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; "
		"PRAGMA cache_size = -512",
		error);
}

Store *store_open(const char *path, GError **error)
{
	g_autoptr(Store) store = g_new0(Store, 1);

	if (!open_file(store, path, error) || !migrate(store, error)) {
		g_prefix_error(error, "store %s: ", path);
		return NULL;
	}
	return g_steal_pointer(&store);
}

void store_close(Store *store)
{
	if (!store) {
		return;
	}
	store_flush(store);
	for (guint i = 0; i < N_STATEMENTS; i++) {
		sqlite3_finalize(store->prepared[i]);
	}
	sqlite3_close(store->db);
	g_free(store);
}

/* ---- secrets ---- */

/* Unguessable, and readable in logs and idents: no letters that look like digits. */
static char *random_word(guint length)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	char *word = g_malloc(length + 1);

	G_STATIC_ASSERT(sizeof(letters) == 33);
	sqlite3_randomness((int)length, word);
	for (guint i = 0; i < length; i++) {
		word[i] = letters[(guchar)word[i] % 32];
	}
	word[length] = '\0';
	return word;
}

char *store_secret(Store *store, const char *purpose)
{
	sqlite3_stmt *get = use(store, GET_SECRET);
	g_autofree char *value = NULL;

	if (!get) {
		return NULL;
	}
	bind_texts(get, &purpose, 1);
	if (sqlite3_step(get) == SQLITE_ROW) {
		value = column_dup(get, 0);
		sqlite3_reset(get);
		return g_steal_pointer(&value);
	}
	sqlite3_reset(get);
	value = random_word(40);
	return WRITE_TEXTS(store, PUT_SECRET, purpose, value) ? g_steal_pointer(&value) : NULL;
}

/* ---- guests ---- */

void store_guest_clear(StoreGuest *guest)
{
	g_clear_pointer(&guest->token, g_free);
	g_clear_pointer(&guest->nick, g_free);
}

static gboolean find_guest(Store *store, const char *domain, const char *user, StoreGuest *guest)
{
	sqlite3_stmt *get = use(store, GET_GUEST);
	const char *key[] = { domain, user };
	gboolean found;

	if (!get) {
		return FALSE;
	}
	bind_texts(get, key, 2);
	found = sqlite3_step(get) == SQLITE_ROW;
	if (found) {
		guest->token = column_dup(get, 0);
		guest->nick = column_dup(get, 1);
	}
	sqlite3_reset(get);
	return found;
}

gboolean store_get_guest(Store *store, const char *domain, const char *user, StoreGuest *guest)
{
	memset(guest, 0, sizeof(*guest));
	if (find_guest(store, domain, user, guest)) {
		return TRUE;
	}
	guest->token = random_word(TOKEN_LENGTH);
	/* It becomes an ident, which some daemons want to begin with a letter. */
	guest->token[0] = (char)('a' + guest->token[0] % 26);
	if (!WRITE_TEXTS(store, PUT_GUEST, domain, user, guest->token)) {
		store_guest_clear(guest);
		return FALSE;
	}
	return TRUE;
}

gboolean store_set_guest_nick(Store *store, const char *domain, const char *user, const char *nick)
{
	return WRITE_TEXTS(store, SET_GUEST_NICK, domain, user, nick);
}

/* ---- contacts ---- */

gboolean store_put_contact(Store *store, const char *domain, const char *user, const char *peer)
{
	return WRITE_TEXTS(store, PUT_CONTACT, domain, user, peer);
}

gboolean store_remove_contact(Store *store, const char *domain, const char *user, const char *peer)
{
	return WRITE_TEXTS(store, REMOVE_CONTACT, domain, user, peer);
}

void store_each_contact(
	Store *store, const char *domain, const char *user, StoreContactFunc func, gpointer data)
{
	sqlite3_stmt *each = use(store, EACH_CONTACT);
	const char *key[] = { domain, user };
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

	if (!each) {
		return;
	}
	bind_texts(each, key, 2);
	while (sqlite3_step(each) == SQLITE_ROW) {
		g_ptr_array_add(found, column_dup(each, 0));
		g_ptr_array_add(found, column_dup(each, 1));
	}
	sqlite3_reset(each);
	for (guint i = 0; i < found->len; i += 2) {
		func(data, found->pdata[i], found->pdata[i + 1]);
	}
}

/* ---- occupants ---- */

gboolean store_put_occupant(
	Store *store, const char *domain, const char *room, const char *jid, const char *nick)
{
	return WRITE_TEXTS(store, PUT_OCCUPANT, domain, room, jid, nick);
}

gboolean store_remove_occupant(Store *store, const char *domain, const char *room, const char *jid)
{
	return WRITE_TEXTS(store, REMOVE_OCCUPANT, domain, room, jid);
}

void store_each_occupant(Store *store, const char *domain, StoreOccupantFunc func, gpointer data)
{
	sqlite3_stmt *each = use(store, EACH_OCCUPANT);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

	if (!each) {
		return;
	}
	bind_texts(each, &domain, 1);
	while (sqlite3_step(each) == SQLITE_ROW) {
		for (int column = 0; column < 3; column++) {
			g_ptr_array_add(found, column_dup(each, column));
		}
	}
	sqlite3_reset(each);
	for (guint i = 0; i < found->len; i += 3) {
		func(data, found->pdata[i], found->pdata[i + 1], found->pdata[i + 2]);
	}
}

/* ---- undelivered ---- */

gint64 store_put_undelivered(Store *store, const char *domain, StoreDirection direction,
	const char *owner, const char *text, gint64 time_us)
{
	sqlite3_stmt *put = use_to_write(store, PUT_UNDELIVERED);

	if (!put) {
		return 0;
	}
	sqlite3_bind_text(put, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int(put, 2, direction);
	sqlite3_bind_text(put, 3, owner, -1, SQLITE_STATIC);
	sqlite3_bind_text(put, 4, text, -1, SQLITE_STATIC);
	sqlite3_bind_int64(put, 5, time_us);
	return finish(store, put, "put_undelivered") ? sqlite3_last_insert_rowid(store->db) : 0;
}

static void undelivered_free(gpointer data)
{
	StoreUndelivered *row = data;

	g_free((char *)row->owner);
	g_free((char *)row->text);
	g_free(row);
}

/* At most as many rows as the statement's LIMIT, copied so that the caller may write meanwhile. */
static GPtrArray *read_undelivered(sqlite3_stmt *each)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(undelivered_free);

	while (sqlite3_step(each) == SQLITE_ROW) {
		StoreUndelivered *row = g_new0(StoreUndelivered, 1);

		row->id = sqlite3_column_int64(each, 0);
		row->direction = (StoreDirection)sqlite3_column_int(each, 1);
		row->owner = column_dup(each, 2);
		row->text = column_dup(each, 3);
		row->time_us = sqlite3_column_int64(each, 4);
		g_ptr_array_add(rows, row);
	}
	sqlite3_reset(each);
	return rows;
}

void store_each_undelivered(Store *store, const char *domain, StoreDirection direction,
	const char *owner, gint64 after, gint64 until_us, StoreUndeliveredFunc func, gpointer data)
{
	guint n;

	do {
		sqlite3_stmt *each = use(store, EACH_UNDELIVERED);
		g_autoptr(GPtrArray) rows = NULL;

		if (!each) {
			return;
		}
		sqlite3_bind_text(each, 1, domain, -1, SQLITE_STATIC);
		sqlite3_bind_int(each, 2, direction);
		sqlite3_bind_text(each, 3, owner, -1, SQLITE_STATIC);
		sqlite3_bind_int64(each, 4, after);
		sqlite3_bind_int64(each, 5, until_us ? until_us : G_MAXINT64);
		rows = read_undelivered(each);
		n = rows->len;
		for (guint i = 0; i < n; i++) {
			after = ((StoreUndelivered *)rows->pdata[i])->id;
			func(data, rows->pdata[i]);
		}
	} while (n);
}

gboolean store_remove_undelivered(Store *store, gint64 id)
{
	sqlite3_stmt *remove = use_to_write(store, REMOVE_UNDELIVERED);

	if (!remove) {
		return FALSE;
	}
	sqlite3_bind_int64(remove, 1, id);
	return finish(store, remove, "remove_undelivered");
}

gboolean store_remove_all_undelivered(
	Store *store, const char *domain, StoreDirection direction, const char *owner)
{
	sqlite3_stmt *remove = use_to_write(store, REMOVE_ALL_UNDELIVERED);

	if (!remove) {
		return FALSE;
	}
	sqlite3_bind_text(remove, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int(remove, 2, direction);
	sqlite3_bind_text(remove, 3, owner, -1, SQLITE_STATIC);
	return finish(store, remove, "remove_all_undelivered");
}

gint64 store_count_undelivered(Store *store, const char *domain, StoreDirection direction)
{
	sqlite3_stmt *count = use(store, COUNT_UNDELIVERED);
	gint64 n = 0;

	if (!count) {
		return 0;
	}
	sqlite3_bind_text(count, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int(count, 2, direction);
	if (sqlite3_step(count) == SQLITE_ROW) {
		n = sqlite3_column_int64(count, 0);
	}
	sqlite3_reset(count);
	return n;
}

guint store_trim_undelivered(
	Store *store, const char *domain, StoreDirection direction, gint64 most)
{
	sqlite3_stmt *trim = use_to_write(store, TRIM_UNDELIVERED);

	if (!trim) {
		return 0;
	}
	sqlite3_bind_text(trim, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int(trim, 2, direction);
	sqlite3_bind_int64(trim, 3, most);
	return finish(store, trim, "trim_undelivered") ? (guint)sqlite3_changes(store->db) : 0;
}
