/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store-migrations.h"

#define DOMAIN "irc.example.org"

static char *temp_path(void)
{
	g_autofree char *folder = g_dir_make_tmp("tombolo-store-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return g_build_filename(folder, "store.sqlite", NULL);
}

static void remove_store(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	g_autofree char *folder = g_path_get_dirname(path);

	for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
		g_autofree char *file = g_strconcat(path, endings[i], NULL);

		g_unlink(file);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static Store *open_store(const char *path)
{
	g_autoptr(GError) error = NULL;
	Store *store = store_open(path, &error);

	g_assert_no_error(error);
	return store;
}

static void set_version(const char *path, int version)
{
	sqlite3 *db = NULL;
	g_autofree char *sql = g_strdup_printf("PRAGMA user_version = %d", version);

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static void test_guest_is_stable(void)
{
	g_autofree char *path = temp_path();
	Store *store = open_store(path);
	g_auto(StoreGuest) first = { 0 };
	g_auto(StoreGuest) other = { 0 };
	g_auto(StoreGuest) again = { 0 };

	g_assert_true(store_get_guest(store, DOMAIN, "juliet@example.org", &first));
	g_assert_null(first.nick);
	g_assert_true(g_ascii_islower(first.token[0]));
	g_assert_true(store_get_guest(store, DOMAIN, "romeo@example.org", &other));
	g_assert_cmpstr(first.token, !=, other.token);
	g_assert_true(store_set_guest_nick(store, DOMAIN, "juliet@example.org", "Jule"));
	store_close(store);

	store = open_store(path);
	g_assert_true(store_get_guest(store, DOMAIN, "juliet@example.org", &again));
	g_assert_cmpstr(again.token, ==, first.token);
	g_assert_cmpstr(again.nick, ==, "Jule");
	store_close(store);
	remove_store(path);
}

static void test_secret_stays(void)
{
	g_autofree char *path = temp_path();
	Store *store = open_store(path);
	g_autofree char *first = store_secret(store, "occupant-id");
	g_autofree char *other = store_secret(store, "something");
	g_autofree char *again = NULL;

	g_assert_cmpstr(first, !=, other);
	store_close(store);
	store = open_store(path);
	again = store_secret(store, "occupant-id");
	g_assert_cmpstr(first, ==, again);
	store_close(store);
	remove_store(path);
}

static void collect(gpointer data, const StoreUndelivered *row)
{
	g_string_append((GString *)data, row->text);
}

static void test_undelivered_in_order(void)
{
	g_autoptr(Store) store = open_store(":memory:");
	g_autoptr(GString) seen = g_string_new(NULL);
	gint64 first = store_put_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", "1", 100);

	store_put_undelivered(store, DOMAIN, STORE_TO_ROOM, "#b", "x", 100);
	store_put_undelivered(store, DOMAIN, STORE_TO_USER, "#a", "y", 100);
	store_put_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", "2", 200);
	store_put_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", "3", 300);
	store_each_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", 0, 0, collect, seen);
	g_assert_cmpstr(seen->str, ==, "123");

	g_string_truncate(seen, 0);
	store_each_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", first, 300, collect, seen);
	g_assert_cmpstr(seen->str, ==, "2");

	g_assert_cmpint(store_count_undelivered(store, DOMAIN, STORE_TO_ROOM), ==, 4);
	g_assert_true(store_remove_all_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a"));
	g_assert_cmpint(store_count_undelivered(store, DOMAIN, STORE_TO_ROOM), ==, 1);
}

static void count_and_remove(gpointer data, const StoreUndelivered *row)
{
	gpointer *args = data;

	++*(guint *)args[1];
	store_remove_undelivered(args[0], row->id);
}

/* More rows than one read takes, removed while they are walked. */
static void test_undelivered_many(void)
{
	g_autoptr(Store) store = open_store(":memory:");
	guint seen = 0;
	gpointer args[] = { store, &seen };

	for (guint i = 0; i < 1000; i++) {
		store_put_undelivered(store, DOMAIN, STORE_TO_USER, "juliet@example.org", "m", i);
	}
	store_each_undelivered(store, DOMAIN, STORE_TO_USER, NULL, 0, 0, count_and_remove, args);
	g_assert_cmpuint(seen, ==, 1000);
	g_assert_cmpint(store_count_undelivered(store, DOMAIN, STORE_TO_USER), ==, 0);
}

static void test_trim_drops_the_oldest(void)
{
	g_autoptr(Store) store = open_store(":memory:");
	g_autoptr(GString) seen = g_string_new(NULL);

	for (guint i = 0; i < 5; i++) {
		char text[] = { (char)('a' + i), '\0' };

		store_put_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", text, i);
	}
	g_assert_cmpuint(store_trim_undelivered(store, DOMAIN, STORE_TO_ROOM, 2), ==, 3);
	store_each_undelivered(store, DOMAIN, STORE_TO_ROOM, "#a", 0, 0, collect, seen);
	g_assert_cmpstr(seen->str, ==, "de");
}

static void collect_occupant(gpointer data, const char *room, const char *jid, const char *nick)
{
	g_string_append_printf(data, "%s %s %s;", room, jid, nick);
}

static void test_occupants(void)
{
	g_autoptr(Store) store = open_store(":memory:");
	g_autoptr(GString) seen = g_string_new(NULL);

	store_put_occupant(store, DOMAIN, "#a", "juliet@example.org/x", "Jule");
	store_put_occupant(store, DOMAIN, "#a", "juliet@example.org/x", "Juliet");
	store_put_occupant(store, DOMAIN, "#b", "juliet@example.org/x", "Juliet");
	store_remove_occupant(store, DOMAIN, "#b", "juliet@example.org/x");
	store_each_occupant(store, DOMAIN, collect_occupant, seen);
	g_assert_cmpstr(seen->str, ==, "#a juliet@example.org/x Juliet;");
}

static void collect_contact(gpointer data, const char *user, const char *peer)
{
	g_string_append_printf(data, "%s %s;", user, peer);
}

static void test_contacts(void)
{
	g_autoptr(Store) store = open_store(":memory:");
	g_autoptr(GString) mine = g_string_new(NULL);
	g_autoptr(GString) all = g_string_new(NULL);

	store_put_contact(store, DOMAIN, "juliet@example.org", "nurse");
	store_put_contact(store, DOMAIN, "juliet@example.org", "nurse");
	store_put_contact(store, DOMAIN, "juliet@example.org", "romeo");
	store_put_contact(store, DOMAIN, "tybalt@example.org", "romeo");
	store_remove_contact(store, DOMAIN, "juliet@example.org", "romeo");
	store_each_contact(store, DOMAIN, "juliet@example.org", collect_contact, mine);
	g_assert_cmpstr(mine->str, ==, "juliet@example.org nurse;");
	store_each_contact(store, DOMAIN, NULL, collect_contact, all);
	g_assert_cmpstr(all->str, ==, "juliet@example.org nurse;tybalt@example.org romeo;");
}

/* From every released version on, the steps lead to the newest. */
static void test_migrations(void)
{
	for (int from = 0; from <= store_version; from++) {
		g_autofree char *path = temp_path();
		sqlite3 *db = NULL;
		Store *store;

		g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
		for (int i = 0; i < from; i++) {
			g_assert_cmpint(sqlite3_exec(db, store_migrations[i], NULL, NULL, NULL), ==,
				SQLITE_OK);
		}
		sqlite3_close(db);
		set_version(path, from);
		store = open_store(path);
		g_assert_cmpint(
			store_put_undelivered(store, DOMAIN, STORE_TO_USER, "a@b", "x", 1), >, 0);
		store_close(store);
		remove_store(path);
	}
	g_assert_null(store_migrations[store_version]);
}

static void test_newer_is_refused(void)
{
	g_autofree char *path = temp_path();
	g_autoptr(GError) error = NULL;

	store_close(open_store(path));
	set_version(path, store_version + 1);
	g_assert_null(store_open(path, &error));
	g_assert_nonnull(g_strrstr(error->message, "newer Tombolo"));
	remove_store(path);
}

static void test_garbage_is_refused(void)
{
	g_autofree char *path = temp_path();
	g_autoptr(GError) error = NULL;

	g_assert_true(
		g_file_set_contents(path, "this is no database at all, but long enough", -1, NULL));
	g_assert_null(store_open(path, &error));
	g_assert_nonnull(g_strrstr(error->message, path));
	remove_store(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/guest-is-stable", test_guest_is_stable);
	g_test_add_func("/store/secret-stays", test_secret_stays);
	g_test_add_func("/store/undelivered-in-order", test_undelivered_in_order);
	g_test_add_func("/store/undelivered-many", test_undelivered_many);
	g_test_add_func("/store/trim-drops-the-oldest", test_trim_drops_the_oldest);
	g_test_add_func("/store/occupants", test_occupants);
	g_test_add_func("/store/contacts", test_contacts);
	g_test_add_func("/store/migrations", test_migrations);
	g_test_add_func("/store/newer-is-refused", test_newer_is_refused);
	g_test_add_func("/store/garbage-is-refused", test_garbage_is_refused);
	return g_test_run();
}
