/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <string.h>

#include "ctcp.h"

static void test_to_utf8(void)
{
	static const struct {
		const char *bytes, *charset, *text;
	} rows[] = {
		{ "", NULL, "" },
		{ "plain", NULL, "plain" },
		{ "\303\244", NULL, "\303\244" },
		{ "\xe4", NULL, "\303\244" },
		{ "caf\xe9", NULL, "caf\303\251" },
		{ "\x80", NULL, "\342\202\254" },
		{ "a\x81z", NULL, "a\357\277\275z" },
		{ "\xe4", "ISO-8859-5", "\321\204" },
		{ "\xe4", "no-such-charset", "\357\277\275" },
		{ "a\xff\xfe", "ASCII", "a\357\277\275\357\277\275" },
		{ "\x82\xa0\x82", "SHIFT_JIS", "\343\201\202\357\277\275" },
		/* a cut last character does not make the rest another charset */
		{ "\303\244\342\202", NULL, "\303\244" },
		{ "\303\244\303", NULL, "\303\244" },
		{ "\303\244\303x", NULL, "\303\203\302\244\303\203x" },
		/* surrogates, overlong, too large */
		{ "\355\240\200", "ASCII", "\357\277\275\357\277\275\357\277\275" },
		{ "\300\200", "ASCII", "\357\277\275\357\277\275" },
		{ "\xf7\xbf\xbf\xbf", "ASCII", "\357\277\275\357\277\275\357\277\275\357\277\275" },
		{ "\x02\x1d\xe4", NULL, "\x02\x1d\303\244" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = irc_text_to_utf8(rows[i].bytes, rows[i].charset);

		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static void test_to_utf8_long(void)
{
	g_autofree char *bytes = g_strnfill(65536, '\xe4');
	g_autofree char *text = irc_text_to_utf8(bytes, NULL);

	g_assert_cmpuint(strlen(text), ==, 2 * 65536);
	g_assert_true(g_utf8_validate(text, -1, NULL));
}

static char *split(const char *body, gsize budget)
{
	g_autoptr(GPtrArray) pieces = irc_text_split(body, budget);

	g_ptr_array_add(pieces, NULL);
	return g_strjoinv("|", (char **)pieces->pdata);
}

static void test_split(void)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "\n\r\n \t \n", "" },
		{ "one", "one" },
		{ "one\ntwo", "one|two" },
		{ "one\r\n\r\ntwo\rthree\n", "one|two|three" },
		{ "  indented  ", "  indented" },
		/* 32 bytes */
		{ "0123456789 123456789 123456789 1", "0123456789 123456789 123456789 1" },
		{ "0123456789 123456789 123456789 12", "0123456789 123456789 123456789|12" },
		{ "0123456789 123456789 12345678901 x", "0123456789 123456789 12345678901|x" },
		{ "0123456789 123456789 1234567890   x", "0123456789 123456789 1234567890|x" },
		{ "a 0123456789012345678901234567890123456789",
			"a|01234567890123456789012345678901|23456789" },
		{ "                                                  x", " x" },
		/* characters */
		{ "\303\244\303\244\303\244\303\244\303\244\303\244\303\244\303\244\303\244\303\244"
		  "\303\244\303\244\303\244\303\244\303\244-\303\244",
			"\303\244\303\244\303\244\303\244\303\244\303\244\303\244\303\244\303\244"
			"\303\244\303\244\303\244\303\244\303\244\303\244-|\303\244" },
		{ "0123456789012345678901234567890\342\202\254",
			"0123456789012345678901234567890|\342\202\254" },
		/* a combining mark stays with its letter, joined emoji together */
		{ "0123456789012345678901234567890a\314\201\314\202",
			"0123456789012345678901234567890|a\314\201\314\202" },
		{ "0123456789012345678901234567890a\314\201",
			"0123456789012345678901234567890|a\314\201" },
		{ "01234567890123456789012\360\237\221\251\342\200\215\360\237\224\247",
			"01234567890123456789012|\360\237\221\251\342\200\215\360\237\224\247" },
		/* actions: 5 bytes less for the first */
		{ "/me waves", "/me waves" },
		{ "/me waves\nand goes", "/me waves|and goes" },
		{ "/me 01234567890123456789012", "/me 01234567890123456789012" },
		{ "/me 012345678901234567890123", "/me 01234567890123456789012|3" },
		{ "/me 0123456789 0123456789 0123456789", "/me 0123456789 0123456789|0123456789" },
		{ "x\n/me y", "x|/me y" },
		{ "\n \n/me y", "/me y" },
		{ "/me \n/me y", "/me|/me y" },
		{ "/me", "/me" },
		{ "   /me 0123456789012345678901234567890",
			" /me|0123456789012345678901234567890" },
		/* formatting goes on */
		{ "\x02"
		  "0123456789 123456789 12345678\x02 90 x",
			"\x02"
			"0123456789 123456789 12345678\x02|90 x" },
		{ "\x02"
		  "0123456789 123456789 12345678 90\x02 x",
			"\x02"
			"0123456789 123456789 12345678|\x02"
			"90\x02 x" },
		{ "\x02y\nx", "\x02y|x" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = split(rows[i][0], IRC_TEXT_MIN_BUDGET);
		g_autofree char *smaller = split(rows[i][0], 0);

		g_assert_cmpstr(text, ==, rows[i][1]);
		g_assert_cmpstr(smaller, ==, text); /* the least budget is kept to */
	}
}

static char *without_blanks(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", -1);

	return g_strjoinv("", words);
}

static char *random_body(void)
{
	static const char *const parts[] = { "word", " ", "  ", "\n", "\r\n", "\t",
		"averyveryverylongwordthatdoesnotfitanywhere", "\303\244", "\342\202\254",
		"\360\237\230\200", "e\314\201", "\360\237\221\251\342\200\215\360\237\224\247",
		"/me " };
	g_autoptr(GString) body = g_string_new(NULL);
	guint n = g_test_rand_int_range(0, 60);

	for (guint i = 0; i < n; i++) {
		g_string_append(body, parts[g_test_rand_int_range(0, G_N_ELEMENTS(parts))]);
	}
	return g_string_free(g_steal_pointer(&body), FALSE);
}

/* Pieces fit, are not blank, hold whole characters, and joined they are the text but for blanks. */
static void test_split_any(void)
{
	for (guint round = 0; round < 20000; round++) {
		g_autofree char *body = random_body();
		gsize budget = g_test_rand_int_range(IRC_TEXT_MIN_BUDGET, 100);
		g_autoptr(GPtrArray) pieces = irc_text_split(body, budget);
		g_autoptr(GString) joined = g_string_new(NULL);

		for (guint i = 0; i < pieces->len; i++) {
			const char *piece = pieces->pdata[i];
			gboolean action = i == 0 && irc_ctcp_action_of_body(piece);
			gsize size = strlen(piece);

			size += action ? IRC_CTCP_ACTION_OVERHEAD - strlen("/me ") : 0;
			g_assert_cmpuint(size, <=, budget);
			g_assert_true(g_utf8_validate(piece, -1, NULL));
			g_assert_null(strpbrk(piece, "\r\n"));
			g_assert_cmpuint(strspn(piece, " \t"), <, strlen(piece));
			g_string_append(joined, piece);
		}
		g_autofree char *left = without_blanks(body);
		g_autofree char *right = without_blanks(joined->str);
		/* "/me " without a text is nothing to say. */
		g_assert_cmpstr(
			right, ==, strcmp(left, "/me") == 0 && pieces->len == 0 ? "" : left);
	}
}

/* Seconds would mean a cost that grows with the square. */
static void test_split_cost(void)
{
	static const char *const parts[] = { "x", " ", "\314\201", "\n", "x ", "\x02", "\xff",
		"\x80", "\342\200\215", "/me " };

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autoptr(GString) body = g_string_new(NULL);

		while (body->len < 1024 * 1024) {
			g_string_append(body, parts[i]);
		}
		g_autoptr(GPtrArray) pieces = irc_text_split(body->str, 400);
		g_assert_cmpuint(pieces->len, <=, 1024 * 1024);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/text/to-utf8", test_to_utf8);
	g_test_add_func("/irc/text/to-utf8-long", test_to_utf8_long);
	g_test_add_func("/irc/text/split", test_split);
	g_test_add_func("/irc/text/split-any", test_split_any);
	g_test_add_func("/irc/text/split-cost", test_split_cost);
	return g_test_run();
}
