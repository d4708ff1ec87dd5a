/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctcp.h"

#include <string.h>

static void test_parse(void)
{
	static const char *const rows[][3] = {
		{ "hello", NULL, NULL },
		{ "", NULL, NULL },
		{ "\x01", NULL, NULL },
		{ "\x01\x01", NULL, NULL },
		{ "\x01 x\x01", NULL, NULL },
		{ "a \x01VERSION\x01", NULL, NULL },
		{ "\x01VERSION\x01", "VERSION", "" },
		{ "\x01version", "VERSION", "" },
		{ "\x01VERSION \x01", "VERSION", "" },
		{ "\x01"
		  "ACTION dances \x01",
			"ACTION", "dances " },
		{ "\x01"
		  "Action dances",
			"ACTION", "dances" },
		{ "\x01PING 1 2\x01 more", "PING", "1 2" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(IrcCtcp) ctcp = { 0 };

		g_assert_cmpint(irc_ctcp_parse(&ctcp, rows[i][0]), ==, rows[i][1] != NULL);
		if (rows[i][1]) {
			g_assert_true(irc_ctcp_is(&ctcp, rows[i][1]));
			g_assert_cmpstr(ctcp.arguments, ==, rows[i][2]);
		}
	}
}

static void test_build(void)
{
	static const char *const rows[][3] = {
		{ "VERSION", NULL, "\x01VERSION\x01" },
		{ "VERSION", "", "\x01VERSION\x01" },
		{ "ACTION", "waves",
			"\x01"
			"ACTION waves\x01" },
		{ "PING", "1\x01\r\n2", "\x01PING 1   2\x01" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = irc_ctcp_build(rows[i][0], rows[i][1]);

		g_assert_cmpstr(text, ==, rows[i][2]);
	}

	g_autofree char *action = irc_ctcp_build("ACTION", "x");
	g_assert_cmpuint(strlen(action), ==, IRC_CTCP_ACTION_OVERHEAD + 1);
}

static void test_reply(void)
{
	static const char *const rows[][2] = {
		{ "\x01VERSION\x01", "\x01VERSION Tombolo 1\x01" },
		{ "\x01version\x01", "\x01VERSION Tombolo 1\x01" },
		{ "\x01PING 12 34\x01", "\x01PING 12 34\x01" },
		{ "\x01PING\x01", "\x01PING\x01" },
		{ "\x01PING 1234567890123456789012345678901234567890123456789012345678901234\x01",
			"\x01PING 1234567890123456789012345678901234567890123456789012345678901234"
			"\x01" },
		{ "\x01PING 12345678901234567890123456789012345678901234567890123456789012345\x01",
			NULL },
		{ "\x01TIME\x01", "\x01TIME 2001-09-09T01:46:40Z\x01" },
		{ "\x01"
		  "CLIENTINFO\x01",
			"\x01"
			"CLIENTINFO ACTION CLIENTINFO PING TIME VERSION\x01" },
		{ "\x01"
		  "ACTION waves\x01",
			NULL },
		{ "\x01"
		  "DCC SEND x 1 2\x01",
			NULL },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(IrcCtcp) ctcp = { 0 };
		g_autofree char *reply = NULL;

		g_assert_true(irc_ctcp_parse(&ctcp, rows[i][0]));
		reply = irc_ctcp_reply(&ctcp, "Tombolo 1", G_GINT64_CONSTANT(1000000000000000));
		g_assert_cmpstr(reply, ==, rows[i][1]);
	}
}

static void test_reply_odd_time(void)
{
	g_auto(IrcCtcp) ctcp = { 0 };
	g_autofree char *reply = NULL;

	g_assert_true(irc_ctcp_parse(&ctcp, "\x01TIME"));
	reply = irc_ctcp_reply(&ctcp, "", G_MAXINT64);
	g_assert_nonnull(reply);
}

static void test_action(void)
{
	g_autofree char *body = irc_ctcp_action_to_body("waves");

	g_assert_cmpstr(body, ==, "/me waves");
	g_assert_cmpstr(irc_ctcp_action_of_body(body), ==, "waves");
	g_assert_cmpstr(irc_ctcp_action_of_body("/me "), ==, "");
	g_assert_null(irc_ctcp_action_of_body("/me"));
	g_assert_null(irc_ctcp_action_of_body("/men"));
	g_assert_null(irc_ctcp_action_of_body(" /me waves"));
	g_assert_null(irc_ctcp_action_of_body(""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/ctcp/parse", test_parse);
	g_test_add_func("/irc/ctcp/build", test_build);
	g_test_add_func("/irc/ctcp/reply", test_reply);
	g_test_add_func("/irc/ctcp/reply-odd-time", test_reply_odd_time);
	g_test_add_func("/irc/ctcp/action", test_action);
	return g_test_run();
}
