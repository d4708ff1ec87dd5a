/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pending.h"

static const FailureAddress address = { "message", "juliet@example.org/x", "nurse@irc.example.org",
	"m1" };

static void note(gpointer data, const Pending *pending)
{
	g_string_append_printf(data, "%u ", pending->serial);
}

static void add(PendingTable *table, guint serial, gboolean asks)
{
	pending_add(table, serial, asks, &address, NULL);
}

static void test_settle_leaves_questions(void)
{
	g_autoptr(PendingTable) table = pending_table_new();
	g_autoptr(GString) settled = g_string_new(NULL);

	add(table, 1, FALSE);
	add(table, 2, TRUE);
	add(table, 3, FALSE);
	add(table, 4, FALSE);
	pending_settle(table, 3, note, settled);
	g_assert_cmpstr(settled->str, ==, "1 3 ");
	g_assert_nonnull(pending_find(table, 2));
	g_assert_nonnull(pending_find(table, 4));
	g_assert_null(pending_find(table, 3));

	g_string_truncate(settled, 0);
	pending_end(table, G_MAXUINT, note, settled);
	g_assert_cmpstr(settled->str, ==, "2 4 ");
	g_assert_cmpuint(pending_count(table), ==, 0);
}

static void test_removed_are_skipped(void)
{
	g_autoptr(PendingTable) table = pending_table_new();
	g_autoptr(GString) ended = g_string_new(NULL);

	add(table, 1, FALSE);
	add(table, 2, FALSE);
	pending_remove(table, 1);
	pending_remove(table, 77);
	pending_end(table, 2, note, ended);
	g_assert_cmpstr(ended->str, ==, "2 ");
}

static void test_keeps_its_strings(void)
{
	g_autoptr(PendingTable) table = pending_table_new();
	g_autofree char *id = g_strdup("temporary");
	FailureAddress with_id = { "iq", "a@b/c", NULL, id };
	const Pending *pending;

	pending_add(table, 9, TRUE, &with_id, "<extra/>");
	id[0] = 'X';
	pending = pending_find(table, 9);
	g_assert_cmpstr(pending->address.id, ==, "temporary");
	g_assert_cmpstr(pending->address.from, ==, "a@b/c");
	g_assert_null(pending->address.to);
	g_assert_cmpstr(pending->extra, ==, "<extra/>");
}

/* Serials wrap around at 2^32. */
static void test_wraps(void)
{
	g_autoptr(PendingTable) table = pending_table_new();
	g_autoptr(GString) settled = g_string_new(NULL);

	add(table, G_MAXUINT - 1, FALSE);
	add(table, 1, FALSE);
	add(table, 2, FALSE);
	pending_settle(table, 1, note, settled);
	g_assert_cmpstr(settled->str, ==, "4294967294 1 ");
	g_assert_nonnull(pending_find(table, 2));
}

static void test_expire(void)
{
	g_autoptr(PendingTable) table = pending_table_new();
	g_autoptr(GString) expired = g_string_new(NULL);

	add(table, 1, TRUE);
	add(table, 2, FALSE);
	pending_expire(table, g_get_monotonic_time() - G_USEC_PER_SEC, note, expired);
	g_assert_cmpstr(expired->str, ==, "");
	pending_expire(table, g_get_monotonic_time() + 1, note, expired);
	g_assert_cmpstr(expired->str, ==, "1 2 ");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pending/settle-leaves-questions", test_settle_leaves_questions);
	g_test_add_func("/pending/removed-are-skipped", test_removed_are_skipped);
	g_test_add_func("/pending/keeps-its-strings", test_keeps_its_strings);
	g_test_add_func("/pending/wraps", test_wraps);
	g_test_add_func("/pending/expire", test_expire);
	return g_test_run();
}
