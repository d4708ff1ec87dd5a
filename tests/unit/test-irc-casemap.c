/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "casemap.h"

static void test_names(void)
{
	for (guint i = 0; i < IRC_N_CASEMAPS; i++) {
		g_assert_cmpint(irc_casemap_from_name(irc_casemap_name(i), IRC_N_CASEMAPS), ==, i);
	}
	g_assert_cmpint(
		irc_casemap_from_name("RFC1459", IRC_CASEMAP_ASCII), ==, IRC_CASEMAP_RFC1459);
	g_assert_cmpint(irc_casemap_from_name("strict_rfc1459", IRC_CASEMAP_ASCII), ==,
		IRC_CASEMAP_STRICT_RFC1459);
	g_assert_cmpint(irc_casemap_from_name("rfc7613", IRC_CASEMAP_ASCII), ==, IRC_CASEMAP_ASCII);
	g_assert_cmpint(irc_casemap_from_name("", IRC_CASEMAP_RFC1459), ==, IRC_CASEMAP_RFC1459);
	g_assert_cmpint(irc_casemap_from_name(NULL, IRC_CASEMAP_RFC1459), ==, IRC_CASEMAP_RFC1459);
}

static void test_fold(void)
{
	static const struct {
		IrcCasemap casemap;
		const char *folded;
	} rows[] = {
		{ IRC_CASEMAP_ASCII, "az@`[]\\^{}|~\303\204" },
		{ IRC_CASEMAP_RFC1459, "az@`{}|~{}|~\303\204" },
		{ IRC_CASEMAP_STRICT_RFC1459, "az@`{}|^{}|~\303\204" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *folded =
			irc_casemap_fold(rows[i].casemap, "AZ@`[]\\^{}|~\303\204");

		g_assert_cmpstr(folded, ==, rows[i].folded);
	}
}

/* Equal names fold to the same text and have the same hash: for all pairs of bytes. */
static void test_agreement(void)
{
	for (guint map = 0; map < IRC_N_CASEMAPS; map++) {
		for (guint i = 1; i < 256 * 256; i++) {
			char a[] = { 'x', i & 0xff, '\0' };
			char b[] = { 'X', i >> 8, '\0' };
			gboolean same =
				irc_casemap_lower(map, a[1]) == irc_casemap_lower(map, b[1]);

			g_assert_cmpint(irc_casemap_equal(map, a, b), ==, same);
			g_assert_cmpint(irc_casemap_equal_func(map)(a, b), ==, same);
			if (same) {
				g_assert_cmpuint(
					irc_casemap_hash(map, a), ==, irc_casemap_hash(map, b));
			}
		}
	}
}

static void test_equal_edges(void)
{
	g_assert_true(irc_casemap_equal(IRC_CASEMAP_ASCII, NULL, NULL));
	g_assert_false(irc_casemap_equal(IRC_CASEMAP_ASCII, "a", NULL));
	g_assert_false(irc_casemap_equal(IRC_CASEMAP_ASCII, NULL, ""));
	g_assert_false(irc_casemap_equal(IRC_CASEMAP_ASCII, "a", "ab"));
	g_assert_false(irc_casemap_equal(IRC_CASEMAP_ASCII, "ab", "a"));
	g_assert_true(irc_casemap_equal(IRC_CASEMAP_ASCII, "", ""));
}

static void test_hash_table(void)
{
	for (guint map = 0; map < IRC_N_CASEMAPS; map++) {
		g_autoptr(GHashTable) table =
			g_hash_table_new(irc_casemap_hash_func(map), irc_casemap_equal_func(map));

		g_hash_table_add(table, (gpointer) "Foo[1]");
		g_assert_true(g_hash_table_contains(table, "fOO[1]"));
		g_assert_cmpint(
			g_hash_table_contains(table, "foo{1}"), ==, map != IRC_CASEMAP_ASCII);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/casemap/names", test_names);
	g_test_add_func("/irc/casemap/fold", test_fold);
	g_test_add_func("/irc/casemap/agreement", test_agreement);
	g_test_add_func("/irc/casemap/equal-edges", test_equal_edges);
	g_test_add_func("/irc/casemap/hash-table", test_hash_table);
	return g_test_run();
}
