/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "line.h"

#include <string.h>

typedef struct {
	const char *text;
	const char *tags, *source, *command; /* command NULL: no line */
	const char *params[IRC_LINE_MAX_PARAMS + 1];
} ParseRow;

static const ParseRow parse_rows[] = {
	{ "", NULL, NULL, NULL, { NULL } },
	{ "   ", NULL, NULL, NULL, { NULL } },
	{ ":", NULL, NULL, NULL, { NULL } },
	{ ":a.server", NULL, NULL, NULL, { NULL } },
	{ ":a.server   ", NULL, NULL, NULL, { NULL } },
	{ "@a=b", NULL, NULL, NULL, { NULL } },
	{ "@a=b :s", NULL, NULL, NULL, { NULL } },
	{ "PING", NULL, NULL, "PING", { NULL } },
	{ "PING :", NULL, NULL, "PING", { "" } },
	{ "PING  ", NULL, NULL, "PING", { NULL } },
	{ "PING :a b  c ", NULL, NULL, "PING", { "a b  c " } },
	{ "PING :a\r\nQUIT", NULL, NULL, "PING", { "a" } },
	{ ": PING a", NULL, NULL, "PING", { "a" } },
	{ "@ PING a", NULL, NULL, "PING", { "a" } },
	{ ":a  MODE   #c   +o  b ", NULL, "a", "MODE", { "#c", "+o", "b" } },
	{ "@time=1;x :a!b@c PRIVMSG #c ::)", "time=1;x", "a!b@c", "PRIVMSG", { "#c", ":)" } },
	{ ":alice JOIN #ts\x07o", NULL, "alice", "JOIN", { "#ts\x07o" } },
	{ ":s PASS pw 0210-IRC+ ngIRCd|26.1:CHLMSXZo PZ", NULL, "s", "PASS",
		{ "pw", "0210-IRC+", "ngIRCd|26.1:CHLMSXZo", "PZ" } },
	{ ":bob QUIT :\"gone\"", NULL, "bob", "QUIT", { "\"gone\"" } },
	{ "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 x", NULL, NULL, "X",
		{ "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14",
			"15 x" } },
	{ "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 :17 ", NULL, NULL, "X",
		{ "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14",
			"15 16 :17" } },
};

static void test_parse(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(parse_rows); i++) {
		const ParseRow *row = &parse_rows[i];
		g_autofree char *text = g_strdup(row->text);
		guint n_params = 0;
		IrcLine line;

		g_assert_cmpint(irc_line_parse(&line, text), ==, row->command != NULL);
		if (!row->command) {
			continue;
		}
		g_assert_cmpstr(line.tags, ==, row->tags);
		g_assert_cmpstr(line.source, ==, row->source);
		g_assert_cmpstr(line.command, ==, row->command);
		for (; row->params[n_params]; n_params++) {
			g_assert_cmpstr(line.params[n_params], ==, row->params[n_params]);
			g_assert_cmpstr(irc_line_param(&line, n_params), ==, row->params[n_params]);
		}
		g_assert_cmpuint(line.n_params, ==, n_params);
		g_assert_cmpstr(irc_line_param(&line, n_params), ==, "");
		g_assert_cmpstr(irc_line_param(&line, 4000), ==, "");
	}
}

static void test_tags(void)
{
	static const char *const rows[][2] = {
		{ "time", "2" }, /* the last one counts */
		{ "key", "a; \\\r\nb" },
		{ "empty", "" },
		{ "bare", "" },
		{ "+x.y/z", "=" },
		{ "tim", NULL },
		{ "times", NULL },
		{ "end", "q" },
	};
	char text[] = "@time=1;key=a\\:\\s\\\\\\r\\n\\b;empty=;bare;;+x.y/z==;time=2;end=q\\ PING";
	IrcLine line;

	g_assert_true(irc_line_parse(&line, text));
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *value = irc_line_tag(&line, rows[i][0]);

		g_assert_cmpstr(value, ==, rows[i][1]);
	}
}

static void test_source(void)
{
	static const char *const rows[][4] = {
		{ NULL, "", NULL, NULL },
		{ "", "", NULL, NULL },
		{ "irc.test", "irc.test", NULL, NULL },
		{ "a!b@c", "a", "b", "c" },
		{ "a@c", "a", NULL, "c" },
		{ "a!b", "a", "b", NULL },
		{ "a!b@d@c", "a", "b@d", "c" },
		{ "a!@", "a", "", "" },
		{ "a@x!b", "a@x", "b", NULL },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(IrcSource) source = { 0 };

		irc_source_split(&source, rows[i][0]);
		g_assert_cmpstr(source.nick, ==, rows[i][1]);
		g_assert_cmpstr(source.user, ==, rows[i][2]);
		g_assert_cmpstr(source.host, ==, rows[i][3]);
	}
}

static void test_append(void)
{
	g_autoptr(GString) out = g_string_new("x");

	g_assert_true(irc_line_append(out, NULL, "PING", NULL));
	g_assert_cmpstr(out->str, ==, "xPING\r\n");
	g_string_truncate(out, 0);
	g_assert_true(irc_line_append(out, "a", "PRIVMSG", "#c", "hi", NULL));
	g_assert_true(irc_line_append(out, "a", "PRIVMSG", "#c", "hi you", NULL));
	g_assert_true(irc_line_append(out, "a", "PRIVMSG", "#c", ":)", NULL));
	g_assert_true(irc_line_append(out, "a", "TOPIC", "#c", "", NULL));
	g_assert_true(irc_line_append(out, "a", "JOIN", "#c\x07o", NULL));
	g_assert_cmpstr(out->str, ==,
		":a PRIVMSG #c hi\r\n:a PRIVMSG #c :hi you\r\n:a PRIVMSG #c ::)\r\n"
		":a TOPIC #c :\r\n:a JOIN #c\x07o\r\n");
}

static void test_append_injection(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_assert_true(irc_line_append(out, "a", "PRIVMSG", "#c", "hi\r\nQUIT\n\r", NULL));
	g_assert_cmpstr(out->str, ==, ":a PRIVMSG #c :hi  QUIT  \r\n");
	g_string_truncate(out, 0);
	g_assert_true(irc_line_append(out, "a", "PRIVMSG", "#c", "\n", NULL));
	g_assert_cmpstr(out->str, ==, ":a PRIVMSG #c : \r\n");
}

static void test_append_refused(void)
{
	static const char *const bad[] = { "", " ", "a b", ":a", "a\rb", "a\n", "\r\n" };
	g_autoptr(GString) out = g_string_new("kept");

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_false(irc_line_append(out, bad[i], "PING", "a", NULL));
		g_assert_false(irc_line_append(out, "a", bad[i], "a", NULL));
		g_assert_false(irc_line_append(out, "a", "PRIVMSG", bad[i], "text", NULL));
		g_assert_false(irc_line_append(out, NULL, "MODE", "#c", "+o", bad[i], "x", NULL));
	}
	g_assert_false(irc_line_append(out, NULL, "X", "1", "2", "3", "4", "5", "6", "7", "8", "9",
		"10", "11", "12", "13", "14", "15", "16", NULL));
	g_assert_cmpstr(out->str, ==, "kept");
	g_assert_true(irc_line_append(out, NULL, "X", "1", "2", "3", "4", "5", "6", "7", "8", "9",
		"10", "11", "12", "13", "14", "15", NULL));
}

/* Never over 512 bytes, and never half a character. */
static void test_append_length(void)
{
	static const char *const characters[] = { "x", "\303\244", "\342\202\254",
		"\360\237\230\200" };

	for (guint i = 0; i < G_N_ELEMENTS(characters); i++) {
		for (guint prefix = 0; prefix < 4; prefix++) {
			g_autoptr(GString) text = g_string_new_len("a b", prefix);
			g_autoptr(GString) out = g_string_new(NULL);

			while (text->len < 2000) {
				g_string_append(text, characters[i]);
			}
			g_assert_true(irc_line_append(out, "a", "PRIVMSG", "#c", text->str, NULL));
			g_assert_cmpuint(out->len, <=, IRC_LINE_MAX);
			g_assert_cmpuint(out->len, >=, IRC_LINE_MAX - 4);
			g_assert_true(g_utf8_validate(out->str, out->len, NULL) || prefix == 3);
			g_assert_true(g_str_has_suffix(out->str, "\r\n"));
		}
	}
}

static void test_append_no_room(void)
{
	g_autofree char *name = g_strnfill(600, 'x');
	g_autofree char *wide = g_strnfill(600, '\x80');
	g_autoptr(GString) out = g_string_new(NULL);

	g_assert_false(irc_line_append(out, name, "PING", "a", NULL));
	g_assert_false(irc_line_append(out, NULL, name, NULL));
	g_assert_false(irc_line_append(out, NULL, "PRIVMSG", name, "a", NULL));
	name[504] = '\0'; /* with command and blanks nothing is left for the text */
	g_assert_false(irc_line_append(out, NULL, "PING", name, "a", NULL));
	g_assert_cmpuint(out->len, ==, 0);
	g_assert_true(irc_line_append(out, NULL, "PING", wide, NULL));
	g_assert_cmpuint(out->len, <=, IRC_LINE_MAX);
}

/* What was built is read again as it was. */
static void test_round_trip(void)
{
	static const char *const params[] = { "#c", "a:b", "~&@%+n", "", ":x  y " };

	for (guint n = 0; n <= G_N_ELEMENTS(params); n++) {
		g_autoptr(GString) out = g_string_new(NULL);
		IrcLine line;

		if (!irc_line_append_params(out, "s", "CMD", params, n)) {
			g_assert_cmpuint(n, ==, 5); /* the empty one is in the middle then */
			continue;
		}
		g_assert_true(irc_line_parse(&line, out->str));
		g_assert_cmpuint(line.n_params, ==, n);
		for (guint i = 0; i < n; i++) {
			g_assert_cmpstr(line.params[i], ==, params[i]);
		}
	}
}

static const char stream[] = "PING :a\r\n\r\n\n:b PONG c\nx\0y\rz\r\r\n \r\nend";
static const char *const stream_lines[] = { "PING :a", ":b PONG c", "x y z", " " };

/* However the bytes are cut into reads, the lines are the same. */
static void test_reader(void)
{
	for (gsize size = 1; size < sizeof(stream); size++) {
		g_autoptr(IrcLineReader) reader = irc_line_reader_new(IRC_LINE_MAX);
		guint n = 0;

		for (gsize at = 0; at < sizeof(stream) - 1; at += size) {
			char *line;

			irc_line_reader_feed(
				reader, stream + at, MIN(size, sizeof(stream) - 1 - at));
			while ((line = irc_line_reader_next(reader))) {
				g_assert_cmpuint(n, <, G_N_ELEMENTS(stream_lines));
				g_assert_cmpstr(line, ==, stream_lines[n++]);
			}
		}
		g_assert_cmpuint(n, ==, G_N_ELEMENTS(stream_lines));
		g_assert_cmpuint(irc_line_reader_n_cut(reader), ==, 0);
	}
}

static void feed_line(IrcLineReader *reader, gsize length, const char *end)
{
	g_autofree char *text = g_strnfill(length, 'x');

	irc_line_reader_feed(reader, text, length);
	irc_line_reader_feed(reader, end, strlen(end));
}

static void test_reader_limit(void)
{
	static const struct {
		gsize length;
		const char *end;
		gsize read;
		guint cut;
	} rows[] = {
		{ 509, "\r\n", 509, 0 },
		{ 510, "\r\n", 510, 0 },
		{ 510, "\n", 510, 0 },
		{ 511, "\n", 510, 1 },
		{ 511, "\r\n", 510, 1 },
		{ 512, "\n", 510, 1 },
		{ 65536, "\r\n", 510, 1 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(IrcLineReader) reader = irc_line_reader_new(IRC_LINE_MAX);

		feed_line(reader, rows[i].length, rows[i].end);
		g_assert_cmpuint(strlen(irc_line_reader_next(reader)), ==, rows[i].read);
		g_assert_cmpuint(irc_line_reader_n_cut(reader), ==, rows[i].cut);
		irc_line_reader_feed(reader, "PING\r\n", 6);
		g_assert_cmpstr(irc_line_reader_next(reader), ==, "PING");
		g_assert_null(irc_line_reader_next(reader));
	}
}

static void test_reader_tagged_limit(void)
{
	g_autoptr(IrcLineReader) reader = irc_line_reader_new(IRC_LINE_MAX_TAGGED);

	feed_line(reader, 8191 + 510, "\r\n");
	g_assert_cmpuint(strlen(irc_line_reader_next(reader)), ==, 8191 + 510);
	g_assert_cmpuint(irc_line_reader_n_cut(reader), ==, 0);
}

/* Bytes one by one, lines without end, lines not taken at once: seconds would mean a cost that
 * grows with the square. */
static void test_reader_cost(void)
{
	g_autoptr(IrcLineReader) reader = irc_line_reader_new(IRC_LINE_MAX);
	guint n = 0;

	for (guint i = 0; i < 2000000; i++) {
		irc_line_reader_feed(reader, "x", 1);
	}
	for (guint i = 0; i < 500000; i++) {
		irc_line_reader_feed(reader, "\nab", 3);
	}
	while (irc_line_reader_next(reader)) {
		n++;
		irc_line_reader_feed(reader, "", 0);
	}
	g_assert_cmpuint(n, ==, 500000);
	g_assert_cmpuint(irc_line_reader_n_cut(reader), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/irc/line/parse", test_parse);
	g_test_add_func("/irc/line/tags", test_tags);
	g_test_add_func("/irc/line/source", test_source);
	g_test_add_func("/irc/line/append", test_append);
	g_test_add_func("/irc/line/append-injection", test_append_injection);
	g_test_add_func("/irc/line/append-refused", test_append_refused);
	g_test_add_func("/irc/line/append-length", test_append_length);
	g_test_add_func("/irc/line/append-no-room", test_append_no_room);
	g_test_add_func("/irc/line/round-trip", test_round_trip);
	g_test_add_func("/irc/line/reader", test_reader);
	g_test_add_func("/irc/line/reader-limit", test_reader_limit);
	g_test_add_func("/irc/line/reader-tagged-limit", test_reader_tagged_limit);
	g_test_add_func("/irc/line/reader-cost", test_reader_cost);
	return g_test_run();
}
