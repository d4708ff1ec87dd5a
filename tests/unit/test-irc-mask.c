/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mask.h"

#include <string.h>

static void test_match(void)
{
	static const struct {
		const char *mask, *text;
		gboolean matches;
	} rows[] = {
		{ "", "", TRUE },
		{ "", "a", FALSE },
		{ "*", "", TRUE },
		{ "?", "", FALSE },
		{ "?", "a", TRUE },
		{ "a", "", FALSE },
		{ "*!*@bad.host", "al!~al@bad.host", TRUE },
		{ "*!*@bad.host", "al!~al@bad.host.x", FALSE },
		{ "*!*@BAD.*", "al!~al@bad.host", TRUE },
		{ "a?c*", "abc", TRUE },
		{ "a?c*", "ac", FALSE },
		{ "**a**b**", "xaxbx", TRUE },
		{ "*ab*ab", "ababab", TRUE },
		{ "*ab*abc", "ababab", FALSE },
		{ "*?", "a", TRUE },
		{ "*?*?", "a", FALSE },
		{ "a\\*", "a*", TRUE },
		{ "a\\*", "ab", FALSE },
		{ "a\\?", "a?", TRUE },
		{ "a\\?", "ab", FALSE },
		{ "*\\*x", "abc*x", TRUE },
		{ "*\\**", "abc", FALSE },
		{ "a\\b!*", "a\\b!c", TRUE },
		{ "a\\", "a\\", TRUE },
		{ "\\", "", FALSE },
		{ "\\*", "", FALSE },
		{ "x\303\244*", "x\303\244y", TRUE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(irc_mask_match(IRC_CASEMAP_ASCII, rows[i].mask, rows[i].text), ==,
			rows[i].matches);
	}
	g_assert_false(irc_mask_match(IRC_CASEMAP_ASCII, "a[*", "a{b"));
	g_assert_true(irc_mask_match(IRC_CASEMAP_RFC1459, "a[*", "a{b"));
}

/* What trips those who try every star again. */
static void test_cost(void)
{
	g_autoptr(GString) mask = g_string_new(NULL);
	g_autofree char *text = g_strnfill(65536, 'a');

	for (guint i = 0; i < 250; i++) {
		g_string_append(mask, "*a");
	}
	g_string_append(mask, "*b");
	g_assert_false(irc_mask_match(IRC_CASEMAP_ASCII, mask->str, text));
	text[65535] = 'b';
	g_assert_true(irc_mask_match(IRC_CASEMAP_ASCII, mask->str, text));
}

static void test_normalise(void)
{
	static const char *const rows[][2] = {
		{ "nick", "nick!*@*" },
		{ "ni*", "ni*!*@*" },
		{ "*", "*!*@*" },
		{ "user@host", "*!user@host" },
		{ "@host", "*!*@host" },
		{ "user@", "*!user@*" },
		{ "nick!user", "nick!user@*" },
		{ "nick!", "nick!*@*" },
		{ "!user@", "*!user@*" },
		{ "nick!user@host", "nick!user@host" },
		{ "!@", "*!*@*" },
		{ "*.example.org", "*!*@*.example.org" },
		{ "192.0.2.0/24", "*!*@192.0.2.0/24" },
		{ "2001:db8::*", "*!*@2001:db8::*" },
		{ "f::1", "*!*@f::1" },
		{ "~bob@host", "*!~bob@host" },
		{ "~a@2001:db8::1", "*!~a@2001:db8::1" },
		{ "nick!~user", "nick!~user@*" },
		{ "~bob", "~bob!*@*" },
		{ "~", "~!*@*" },
		{ "~:x", "*!*@~:x" },
		{ "~a:account", "~a:account" },
		{ "~account:bob", "~account:bob" },
		{ "~security-group:known-users", "~security-group:known-users" },
		{ "~q:~bob!*@*", "~q:~bob!*@*" },
		{ "$a:account", "$a:account" },
		{ "R:account", "R:account" },
		{ "m:nick!user@host", "m:nick!user@host" },
		{ "", NULL },
		{ "a b", NULL },
		{ "a\r\nQUIT", NULL },
		{ "a\x7f", NULL },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *mask = irc_mask_normalise(rows[i][0]);

		g_assert_cmpstr(mask, ==, rows[i][1]);
		if (mask) {
			g_autofree char *again = irc_mask_normalise(mask);

			g_assert_cmpstr(again, ==, mask);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/mask/match", test_match);
	g_test_add_func("/irc/mask/cost", test_cost);
	g_test_add_func("/irc/mask/normalise", test_normalise);
	return g_test_run();
}
