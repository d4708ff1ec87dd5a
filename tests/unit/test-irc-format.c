/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format.h"

#include <string.h>

#define B "\x02"
#define I "\x1d"
#define S "\x1e"
#define M "\x11"
#define U "\x1f"
#define R "\x16"
#define RESET "\x0f"
#define C "\x03"
#define H "\x04"

static void test_to_text(void)
{
	static const struct {
		const char *irc, *text;
		gboolean accidental;
	} rows[] = {
		{ "", "", FALSE },
		{ "plain", "plain", FALSE },
		{ B "b" B, "*b*", FALSE },
		{ I "i" I, "_i_", FALSE },
		{ S "s" S, "~s~", FALSE },
		{ M "m" M, "`m`", FALSE },
		{ U "u" U, "u", FALSE },
		{ R "r" R, "r", FALSE },
		{ B "open", "*open*", FALSE },
		{ B "b" RESET " c", "*b* c", FALSE },
		{ B "two words" B " x", "*two words* x", FALSE },
		/* nested and overlapping */
		{ B I "x" I B, "*_x_*", FALSE },
		{ I B "x" I B, "*_x_*", FALSE },
		{ B "a " I "b" I " c" B, "*a _b_ c*", FALSE },
		{ B "a " I "b" B " c" I, "*a _b_* _c_", FALSE },
		{ B "a " I "b" B "c" I, "*a _b_*c", FALSE },
		{ B I S M "x", "*_~`x`~_*", FALSE },
		{ M "a " B "b" B " c" M, "`a b c`", FALSE },
		{ B "a " M "b" M, "*a `b`*", FALSE },
		/* where a pair is not valid */
		{ "x" B "y" B, "xy", FALSE },
		{ B "a" B I "b" I, "*a*b", FALSE },
		{ B "   " B "x", "   x", FALSE },
		{ B B "x", "x", FALSE },
		{ B, "", FALSE },
		{ B "Topic: " B "x", "*Topic:* x", FALSE },
		{ "a" B " b " B "c", "a *b* c", FALSE },
		{ B "a\nb" B, "*a*\nb", FALSE },
		{ B "\302\240a\302\240" B, "\302\240a\302\240", FALSE },
		/* accidental ones */
		{ "snake_case", "snake_case", TRUE },
		{ "*", "*", TRUE },
		{ "~", "~", TRUE },
		{ "`", "`", TRUE },
		{ B "2*3" B, "2*3", TRUE },
		{ I "2*3" I, "_2*3_", TRUE },
		{ M "a`b" M, "a`b", TRUE },
		{ B "x" B " 2*3", "*x* 2*3", TRUE },
		{ "a\n*", "a\n*", TRUE },
		{ "> quote", "> quote", FALSE },
		/* colours */
		{ C "4red" C " x", "red x", FALSE },
		{ C "04red", "red", FALSE },
		{ C "4,12red", "red", FALSE },
		{ C "04,012x", "2x", FALSE },
		{ C "123x", "3x", FALSE },
		{ C "4,x", ",x", FALSE },
		{ C ",4", ",4", FALSE },
		{ C "4," C "4", ",", FALSE },
		{ C, "", FALSE },
		{ H "ff0000red" H, "red", FALSE },
		{ H "FF0000,00ff00red", "red", FALSE },
		{ H "ff0000,00ff0red", ",00ff0red", FALSE },
		{ H "ff00red", "ff00red", FALSE },
		{ H "ff000", "ff000", FALSE },
		{ B C "4x" C B, "*x*", FALSE },
		/* what XML cannot carry, or should not */
		{ "a\x01\x07\x1b"
		  "b\x7f",
			"ab", FALSE },
		{ "a\tb\rc", "a\tbc", FALSE },
		{ "\302\205x", "x", FALSE },
		{ "\357\277\276\357\277\277x", "x", FALSE },
		{ "\355\240\200x", "\357\277\275\357\277\275\357\277\275x", FALSE },
		{ "\xff"
		  "a\303",
			"\357\277\275a\357\277\275", FALSE },
		{ "\360\237\230\200", "\360\237\230\200", FALSE },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		gboolean accidental = !rows[i].accidental;
		g_autofree char *text = irc_format_to_text(rows[i].irc, &accidental);

		g_assert_cmpstr(text, ==, rows[i].text);
		g_assert_cmpint(accidental, ==, rows[i].accidental);
	}

	g_autofree char *text = irc_format_to_text("*", NULL);
	g_assert_cmpstr(text, ==, "*");
}

static void test_strip(void)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ B "a" C "4,5b" H "ff0000c" RESET U R S M I "d", "abcd" },
		{ "a\r\nb\tc", "a  b c" },
		{ "a*_~`", "a*_~`" },
		{ "\x01\x7f\302\205\357\277\277x", "x" },
		{ "\xe9t\xe9", "\357\277\275t\357\277\275" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = irc_format_strip(rows[i][0]);

		g_assert_cmpstr(text, ==, rows[i][1]);
	}
}

static void test_from_text(void)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "*b*", B "b" B },
		{ "_i_", I "i" I },
		{ "~s~", S "s" S },
		{ "`m`", M "m" M },
		{ "a *b c* d", "a " B "b c" B " d" },
		{ "*b*c", B "b" B "c" },
		{ "*_x_*", B I "x" I B },
		{ "*a _b_ c*", B "a " I "b" I " c" B },
		{ "`*x*`", M "*x*" M },
		{ "*a* _b_", B "a" B " " I "b" I },
		{ "*a `b` c*", B "a " M "b" M " c" B },
		/* not spans */
		{ "*", "*" },
		{ "**", "**" },
		{ "***", "***" },
		{ "**b**", "**b**" },
		{ "* a*", "* a*" },
		{ "*a *", "*a *" },
		{ "a*b*", "a*b*" },
		{ "*a\nb*", "*a\nb*" },
		{ "*a _b* c_", B "a _b" B " c_" },
		{ "snake_case_name", "snake_case_name" },
		{ "2 * 3 * 4", "2 * 3 * 4" },
		{ "*\302\240a*", "*\302\240a*" },
		{ "\303\244 *\303\244*", "\303\244 " B "\303\244" B },
		/* blocks stay */
		{ "> *q*\n*b*", "> *q*\n" B "b" B },
		{ ">> *q*", ">> *q*" },
		{ "```\n*x*\n```\n*b*", "```\n*x*\n```\n" B "b" B },
		{ "```c\n*x*\n```y\n*x*\n```\n*b*", "```c\n*x*\n```y\n*x*\n```\n" B "b" B },
		{ "```\n*x*", "```\n*x*" },
		/* nobody may write codes of their own */
		{ "a\x02"
		  "b\x03"
		  "4\x01\r",
			"ab4" },
		{ "a\tb", "a\tb" },
		{ "\xff*b*", "\357\277\275*b*" },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *irc = irc_format_from_text(rows[i][0]);

		g_assert_cmpstr(irc, ==, rows[i][1]);
	}
}

/* Spans go to IRC and come back. */
static void test_round_trip(void)
{
	static const char *const texts[] = { "*b*", "a _i_ b", "*a _b_ c* ~d~ `e`", "*_~`x`~_*",
		"plain", "/me *waves*", "*a*\n_b_\n\nc" };

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *irc = irc_format_from_text(texts[i]);
		g_autofree char *text = irc_format_to_text(irc, NULL);

		g_assert_cmpstr(text, ==, texts[i]);
	}
}

static void assert_clean(const char *text, gboolean newlines)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar character = g_utf8_get_char(text);

		g_assert_true(!g_unichar_iscntrl(character) ||
			      (newlines && (character == '\t' || character == '\n')));
	}
}

/* Any bytes at all: the results are UTF-8 without control characters, markers aside the same text.
 */
static void test_any_bytes(void)
{
	static const char pieces[] =
		"\x02\x1d\x1e\x11\x1f\x03\x04\x16\x0f *_~`,4a\n\t\r\xc3\xa4\xff\xed";

	for (guint i = 0; i < 20000; i++) {
		char irc[40];
		guint length = g_test_rand_int_range(0, sizeof(irc));

		for (guint k = 0; k < length; k++) {
			irc[k] = pieces[g_test_rand_int_range(0, sizeof(pieces) - 1)];
		}
		irc[length] = '\0';
		g_autofree char *text = irc_format_to_text(irc, NULL);
		g_autofree char *bare = irc_format_strip(irc);
		g_autofree char *codes = irc_format_from_text(irc);
		g_autofree char *back = irc_format_strip(codes);

		assert_clean(text, TRUE);
		assert_clean(bare, FALSE);
		assert_clean(back, FALSE);
	}
}

/* Seconds would mean a cost that grows with the square. */
static void test_cost(void)
{
	static const char *const pieces[] = { "*a ", "_a", "`*~_", B "a ", B "a" I "b",
		B I S M "a*", B " ", C "4", "\xff", "* _ ", "*_", B "\n", "> " };

	for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		while (text->len < 1024 * 1024) {
			g_string_append(text, pieces[i]);
		}
		g_autofree char *to = irc_format_to_text(text->str, NULL);
		g_autofree char *from = irc_format_from_text(text->str);
		g_autofree char *strip = irc_format_strip(text->str);
		g_assert_true(to && from && strip);
	}
}

static void test_carry(void)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a" B "b" B, "" },
		{ "a" B "b", B },
		{ M S I B, B I S M },
		{ B I "x" B, I },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		char carry[IRC_FORMAT_MAX_CARRY];

		irc_format_carry(rows[i][0], strlen(rows[i][0]), carry);
		g_assert_cmpstr(carry, ==, rows[i][1]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/format/to-text", test_to_text);
	g_test_add_func("/irc/format/strip", test_strip);
	g_test_add_func("/irc/format/from-text", test_from_text);
	g_test_add_func("/irc/format/round-trip", test_round_trip);
	g_test_add_func("/irc/format/any-bytes", test_any_bytes);
	g_test_add_func("/irc/format/cost", test_cost);
	g_test_add_func("/irc/format/carry", test_carry);
	return g_test_run();
}
