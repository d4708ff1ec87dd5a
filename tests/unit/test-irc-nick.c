/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nick.h"

#include <string.h>

static const IrcNickRules wide = { .max_length = 9, .first = "_", .rest = "_-", .utf8 = TRUE };
static const IrcNickRules bare = { .max_length = 4, .first = "", .rest = "" };
static const IrcNickRules free_start = { .max_length = 0, .first = "0123456789_", .rest = "_" };

static void test_check(void)
{
	static const struct {
		const IrcNickRules *rules;
		const char *nick;
		IrcNameFault fault;
	} rows[] = {
		{ &irc_nick_rfc2812, "alice", IRC_NAME_OK },
		{ &irc_nick_rfc2812, "[a]\\`_^{|}-9", IRC_NAME_OK },
		{ &irc_nick_rfc2812, "", IRC_NAME_EMPTY },
		{ &irc_nick_rfc2812, "9a", IRC_NAME_BAD_START },
		{ &irc_nick_rfc2812, "-a", IRC_NAME_BAD_START },
		{ &irc_nick_rfc2812, "a b", IRC_NAME_BAD_CHARACTER },
		{ &irc_nick_rfc2812, "a.b", IRC_NAME_BAD_CHARACTER },
		{ &irc_nick_rfc2812, "a\r\nQUIT", IRC_NAME_BAD_CHARACTER },
		{ &irc_nick_rfc2812, ":a", IRC_NAME_BAD_CHARACTER },
		{ &irc_nick_rfc2812, "@a", IRC_NAME_BAD_CHARACTER },
		{ &irc_nick_rfc2812, "\303\244", IRC_NAME_BAD_CHARACTER },
		{ &irc_nick_rfc2812, "123456789012345678901234567890", IRC_NAME_BAD_START },
		{ &irc_nick_rfc2812, "a12345678901234567890123456789", IRC_NAME_OK },
		{ &irc_nick_rfc2812, "a123456789012345678901234567890", IRC_NAME_TOO_LONG },
		{ &wide, "\303\244b", IRC_NAME_OK },
		{ &wide, "\314\201b", IRC_NAME_BAD_START },
		{ &wide, "a\302\240b", IRC_NAME_BAD_CHARACTER },
		{ &wide, "a\342\200\216", IRC_NAME_BAD_CHARACTER },
		{ &wide, "a\xff", IRC_NAME_BAD_CHARACTER },
		{ &wide, "\355\240\200", IRC_NAME_BAD_CHARACTER },
		{ &wide, "\303\244\303\244\303\244\303\244\303\244", IRC_NAME_TOO_LONG },
		{ &free_start, "9a", IRC_NAME_OK },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(irc_nick_check(rows[i].rules, rows[i].nick), ==, rows[i].fault);
	}
}

static void test_fault_text(void)
{
	g_assert_null(irc_name_fault_text(IRC_NAME_OK));
	for (guint i = IRC_NAME_OK + 1; i < IRC_N_NAME_FAULTS; i++) {
		g_assert_nonnull(irc_name_fault_text(i));
	}
}

static void test_make(void)
{
	static const struct {
		const IrcNickRules *rules;
		const char *text, *nick;
	} rows[] = {
		{ &irc_nick_rfc2812, "alice", "alice" },
		{ &irc_nick_rfc2812, "_", "_" },
		{ &irc_nick_rfc2812, NULL, "x" },
		{ &irc_nick_rfc2812, "", "x" },
		{ &irc_nick_rfc2812, "  ", "x" },
		{ &irc_nick_rfc2812, " alice ", "alice" },
		{ &irc_nick_rfc2812, "alice at home", "alice_at_home" },
		{ &irc_nick_rfc2812, "ro.meo@x", "ro_meo_x" },
		{ &irc_nick_rfc2812, "1romeo", "_1romeo" },
		{ &irc_nick_rfc2812, "-x", "_-x" },
		{ &irc_nick_rfc2812, "J\303\274rgen", "Jurgen" },
		{ &irc_nick_rfc2812, "\347\214\253", "x" },
		{ &irc_nick_rfc2812, "\347\214\253\347\214\253 cat", "_cat" },
		{ &irc_nick_rfc2812, "a\r\nQUIT :b", "a_QUIT_b" },
		{ &irc_nick_rfc2812, "\xff\xfe", "x" },
		{ &irc_nick_rfc2812, "a123456789012345678901234567890",
			"a12345678901234567890123456789" },
		{ &wide, "\303\244 \347\214\253", "\303\244_\347\214\253" },
		{ &wide, "abcdefgh\303\244", "abcdefgh" },
		{ &bare, "a-b", "ab" },
		{ &bare, "1234", "x123" },
		{ &bare, "-_-", "x" },
		{ &free_start, "1234", "1234" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *nick = irc_nick_make(rows[i].rules, rows[i].text);

		g_assert_cmpstr(nick, ==, rows[i].nick);
	}
}

static void test_alternative(void)
{
	static const struct {
		const IrcNickRules *rules;
		const char *nick;
		guint n;
		const char *other;
	} rows[] = {
		{ &irc_nick_rfc2812, "nick", 0, "nick_" },
		{ &irc_nick_rfc2812, "nick", 1, "nick_" },
		{ &irc_nick_rfc2812, "nick", 2, "nick__" },
		{ &irc_nick_rfc2812, "nick", 3, "nick2" },
		{ &irc_nick_rfc2812, "nick", 4, "nick3" },
		{ &irc_nick_rfc2812, "nick", 101, "nick100" },
		{ &irc_nick_rfc2812, "a12345678901234567890123456789", 1,
			"a1234567890123456789012345678_" },
		{ &wide, "abcdefg\303\244", 1, "abcdefg_" },
		{ &wide, "abcdefgh_", 1, "abcdefgha" },
		{ &bare, "nick", 1, "nic2" },
		{ &bare, "nic2", 1, "nica" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *other =
			irc_nick_alternative(rows[i].rules, rows[i].nick, rows[i].n);

		g_assert_cmpstr(other, ==, rows[i].other);
	}
}

/* Whatever the text and the length: nicks are legal, alternatives too, and never the same. */
static void test_any(void)
{
	for (guint round = 0; round < 20000; round++) {
		IrcNickRules rules = round & 1 ? wide : irc_nick_rfc2812;
		char text[24] = "";

		rules.max_length = g_test_rand_int_range(1, 12);
		for (guint i = 0; i < sizeof(text) - 1; i++) {
			text[i] = g_test_rand_int_range(0, 256);
		}
		g_autofree char *nick = irc_nick_make(&rules, text);
		g_assert_cmpint(irc_nick_check(&rules, nick), ==, IRC_NAME_OK);
		for (guint n = 0; n < 12; n++) {
			g_autofree char *other = irc_nick_alternative(&rules, nick, n);

			g_assert_cmpint(irc_nick_check(&rules, other), ==, IRC_NAME_OK);
			g_assert_cmpstr(other, !=, nick);
		}
	}
}

static void test_channel(void)
{
	static const struct {
		const char *name, *types;
		gsize max_length;
		IrcNameFault fault;
	} rows[] = {
		{ "#a", NULL, 0, IRC_NAME_OK },
		{ "&a", NULL, 0, IRC_NAME_OK },
		{ "+a", NULL, 0, IRC_NAME_BAD_START },
		{ "+a", "#&+", 0, IRC_NAME_OK },
		{ "a", NULL, 0, IRC_NAME_BAD_START },
		{ "#\303\244", NULL, 0, IRC_NAME_OK },
		{ "#", NULL, 0, IRC_NAME_OK },
		{ "", NULL, 0, IRC_NAME_EMPTY },
		{ "", "", 0, IRC_NAME_EMPTY },
		{ "#a b", NULL, 0, IRC_NAME_BAD_CHARACTER },
		{ "#a,b", NULL, 0, IRC_NAME_BAD_CHARACTER },
		{ "#a\x07o", NULL, 0, IRC_NAME_BAD_CHARACTER },
		{ "#a\r", NULL, 0, IRC_NAME_BAD_CHARACTER },
		{ "#a\nQUIT", NULL, 0, IRC_NAME_BAD_CHARACTER },
		{ "#1234", NULL, 5, IRC_NAME_OK },
		{ "#12345", NULL, 5, IRC_NAME_TOO_LONG },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(irc_channel_check(rows[i].name, rows[i].types, rows[i].max_length),
			==, rows[i].fault);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/nick/check", test_check);
	g_test_add_func("/irc/nick/fault-text", test_fault_text);
	g_test_add_func("/irc/nick/make", test_make);
	g_test_add_func("/irc/nick/alternative", test_alternative);
	g_test_add_func("/irc/nick/any", test_any);
	g_test_add_func("/irc/nick/channel", test_channel);
	return g_test_run();
}
