/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "gw-jid.h"

static void test_split(void)
{
	static const struct {
		const char *text;
		const char *local, *domain, *resource;
	} rows[] = {
		{ "example.org", NULL, "example.org", NULL },
		{ "a@b", "a", "b", NULL },
		{ "a@b/c", "a", "b", "c" },
		{ "b/c", NULL, "b", "c" },
		{ "a@b/c@d/e f", "a", "b", "c@d/e f" },
		{ "b/c@d", NULL, "b", "c@d" },
		{ "#chan%irc@b/gr\xc3\xbcn", "#chan%irc", "b", "gr\xc3\xbcn" },
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GwJid) jid = { .local = NULL };
		g_autofree char *bare = gw_jid_bare(rows[i].text);

		g_assert_true(gw_jid_split(&jid, rows[i].text));
		g_assert_cmpstr(jid.local, ==, rows[i].local);
		g_assert_cmpstr(jid.domain, ==, rows[i].domain);
		g_assert_cmpstr(jid.resource, ==, rows[i].resource);
		g_assert_cmpstr(gw_jid_resource(rows[i].text), ==, rows[i].resource);
		g_assert_cmpuint(gw_jid_bare_length(rows[i].text), ==, strlen(bare));
		g_autofree char *joined = gw_jid_join(jid.local, jid.domain, jid.resource);
		g_assert_cmpstr(joined, ==, rows[i].text);
		g_autofree char *joined_bare = gw_jid_join(jid.local, jid.domain, NULL);
		g_assert_cmpstr(joined_bare, ==, bare);
	}
}

static void test_not_jids(void)
{
	static const char *const texts[] = { "", "@b", "a@", "a@/c", "/c", "b/", "a@b/", "a@b@c",
		"a\xff@b" };
	g_autofree char *long_part = g_strnfill(1024, 'x');
	g_autofree char *long_local = gw_jid_join(long_part, "b", NULL);
	g_autofree char *long_resource = gw_jid_join("a", "b", long_part);
	GwJid jid;

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_false(gw_jid_split(&jid, texts[i]));
		g_assert_null(jid.storage);
		g_assert_null(gw_jid_prepare(texts[i]));
	}
	g_assert_false(gw_jid_split(&jid, NULL));
	g_assert_false(gw_jid_split(&jid, long_part));
	g_assert_false(gw_jid_split(&jid, long_local));
	g_assert_false(gw_jid_split(&jid, long_resource));
	long_part[1023] = '\0';
	g_assert_true(gw_jid_split(&jid, long_part));
	gw_jid_clear(&jid);
}

static void test_prepare(void)
{
	static const struct {
		const char *text, *prepared;
	} rows[] = {
		{ "Alice@Example.ORG/Home Office", "alice@example.org/Home Office" },
		{ "example.org.", "example.org" }, { "[::1]", "[::1]" },
		{ "GR\xc3\x9c\xc3\x9f"
		  "E@M\xc3\x9cnchen.de",
			"gr\xc3\xbcsse@m\xc3\xbcnchen.de" },
		{ "a@b/\xf0\x9f\xa5\xb2", "a@b/\xf0\x9f\xa5\xb2" }, /* newer than the tables */
		{ "a b@c", NULL }, { "a\"b@c", NULL }, { "a@b c", NULL }, { "a@exa_mple", NULL },
		{ "a@b/c\x01", NULL }, { "a@b/c\xc2\xa0", "a@b/c " },
		{ "\xc2\xad@b", NULL },      /* soft hyphen: nothing is left */
		{ "a\xef\xbc\xa0@b", NULL }, /* a wide @ */
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *prepared = gw_jid_prepare(rows[i].text);

		g_assert_cmpstr(prepared, ==, rows[i].prepared);
	}
	g_autofree char *nick = gw_jid_prepare_resource("Some Nick|away");
	g_assert_cmpstr(nick, ==, "Some Nick|away");
	g_assert_null(gw_jid_prepare_resource(""));
	g_assert_null(gw_jid_prepare_resource("a\nb"));
	g_assert_null(gw_jid_prepare_resource("a\xff"));
}

/* XEP-0106 §3 and its examples, lower case because nodeprep folds. */
static void test_escape(void)
{
	static const struct {
		const char *id, *local;
	} rows[] = {
		{ "space cadet", "space\\20cadet" },
		{ "call me \"ishmael\"", "call\\20me\\20\\22ishmael\\22" },
		{ "at&t guy", "at\\26t\\20guy" },
		{ "d'artagnan", "d\\27artagnan" },
		{ "/.fanboy", "\\2f.fanboy" },
		{ "::foo::", "\\3a\\3afoo\\3a\\3a" },
		{ "<foo>", "\\3cfoo\\3e" },
		{ "user@host", "user\\40host" },
		{ "c:\\net", "c\\3a\\net" },
		{ "c:\\\\net", "c\\3a\\\\net" },
		{ "c:\\cool stuff", "c\\3a\\cool\\20stuff" },
		{ "c:\\5commas", "c\\3a\\5c5commas" },
		{ "\\3and\\2is\\5cool", "\\5c3and\\2is\\5c5cool" },
		{ "\\20", "\\5c20" },
		{ "\\2", "\\2" },
		{ "a\\", "a\\" },
		{ "\\\\20", "\\\\5c20" },
		{ "#chan", "#chan" },
		{ "nick[x]", "nick[x]" },
		{ "%server", "%server" },
		{ "gr\xc3\xbcn", "gr\xc3\xbcn" },
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *local = gw_jid_escape(rows[i].id);
		g_autofree char *id = gw_jid_unescape(rows[i].local);

		g_assert_cmpstr(local, ==, rows[i].local);
		g_assert_cmpstr(id, ==, rows[i].id);
	}
}

static void test_escape_impossible(void)
{
	static const char *const ids[] = { "", " ", " a", "a ", "a\tb", "a\x01", "a\xff",
		"\xc2\xad" };
	g_autofree char *long_id = g_strnfill(1024, 'x');
	g_autofree char *long_when_escaped = g_strnfill(400, '@');

	for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_assert_null(gw_jid_escape(ids[i]));
	}
	g_assert_null(gw_jid_escape(NULL));
	g_assert_null(gw_jid_escape(long_id));
	g_assert_null(gw_jid_escape(long_when_escaped));
	long_id[1023] = '\0';
	g_autofree char *local = gw_jid_escape(long_id);
	g_assert_cmpstr(local, ==, long_id);
	/* A space cannot be at an end, so there the code means itself. */
	g_autofree char *first = gw_jid_unescape("\\20a\\20b\\20");
	g_assert_cmpstr(first, ==, "\\20a b\\20");
}

/* What nodeprep does not fold comes back as it was. */
static void test_round_trip(void)
{
	static const char alphabet[] = "\\\\\\2520346789abcdef &\"'/:<>@x#";

	for (guint i = 0; i < 50000; i++) {
		char id[12];
		int length = g_test_rand_int_range(1, sizeof(id));

		for (int at = 0; at < length; at++) {
			id[at] = alphabet[g_test_rand_int_range(0, sizeof(alphabet) - 1)];
		}
		id[length] = '\0';
		g_autofree char *local = gw_jid_escape(id);
		if (id[0] == ' ' || id[length - 1] == ' ') {
			g_assert_null(local);
			continue;
		}
		g_assert_nonnull(local);
		g_assert_null(strpbrk(local, " &\"'/:<>@"));
		g_autofree char *back = gw_jid_unescape(local);
		g_assert_cmpstr(back, ==, id);
	}
}

/* Case is lost, and nothing else: a code in capitals is not taken for a character. */
static void test_capital_codes(void)
{
	static const char *const ids[] = { "a\\3Ab", "\\5C20", "\\2F", "\\3c\\3C" };

	for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
		g_autofree char *local = gw_jid_escape(ids[i]);
		g_autofree char *back = gw_jid_unescape(local);
		g_autofree char *folded = g_ascii_strdown(ids[i], -1);

		g_assert_cmpstr(back, ==, folded);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/jid/split", test_split);
	g_test_add_func("/jid/not-jids", test_not_jids);
	g_test_add_func("/jid/prepare", test_prepare);
	g_test_add_func("/jid/escape", test_escape);
	g_test_add_func("/jid/escape-impossible", test_escape_impossible);
	g_test_add_func("/jid/round-trip", test_round_trip);
	g_test_add_func("/jid/capital-codes", test_capital_codes);
	return g_test_run();
}
