/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "ctcp.h"
#include "format.h"
#include "line.h"
#include "mask.h"
#include "modes.h"
#include "nick.h"
#include "text.h"

/* What a hostile server or user can make the pure IRC functions read. */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void check_clean(const char *text)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar character = g_utf8_get_char(text);

		g_assert_true(
			character == '\t' || character == '\n' || !g_unichar_iscntrl(character));
	}
}

static void try_modes(const IrcLine *line)
{
	g_autoptr(IrcModeTable) table =
		irc_mode_table_new(irc_line_param(line, 13), irc_line_param(line, 14));
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(IrcModeChange));
	const char *name = irc_line_param(line, 1);
	guint status = irc_mode_table_take_prefixes(table, &name);
	IrcModeIter iter;
	IrcModeChange change;

	irc_mode_iter_init(&iter, table, line->params, line->n_params);
	while (irc_mode_iter_next(&iter, &change)) {
		g_array_append_val(changes, change);
	}
	for (guint role = GW_ROLE_NONE; role <= GW_ROLE_MODERATOR; role++) {
		guint to = irc_mode_table_status_for_role(table, status, role, role & 1);

		irc_mode_table_diff(table, status, to, name, changes);
	}
	for (guint done = 0; done < changes->len;) {
		g_autoptr(GPtrArray) params = g_ptr_array_new_with_free_func(g_free);
		const IrcModeChange *first = &g_array_index(changes, IrcModeChange, done);
		guint n = irc_mode_build(params, first, changes->len - done, 0, 0);

		g_assert_cmpuint(n, >, 0);
		g_assert_cmpuint(params->len, <=, IRC_LINE_MAX_PARAMS - 1);
		done += n;
	}
}

static void try_names(const char *text)
{
	g_autofree char *nick = irc_nick_make(&irc_nick_rfc2812, text);
	g_autofree char *other = irc_nick_alternative(&irc_nick_rfc2812, nick, 1);
	g_autofree char *mask = irc_mask_normalise(text);

	g_assert_cmpint(irc_nick_check(&irc_nick_rfc2812, nick), ==, IRC_NAME_OK);
	g_assert_cmpint(irc_nick_check(&irc_nick_rfc2812, other), ==, IRC_NAME_OK);
	g_assert_cmpstr(nick, !=, other);
	irc_mask_match(IRC_CASEMAP_RFC1459, mask ? mask : text, text);
}

static void try_ctcp(const char *text)
{
	g_auto(IrcCtcp) ctcp = { 0 };

	if (irc_ctcp_parse(&ctcp, text)) {
		g_autofree char *reply = irc_ctcp_reply(&ctcp, "Tombolo", 0);
		g_autofree char *again = irc_ctcp_build(ctcp.command, ctcp.arguments);

		g_assert_true(!reply || strchr(reply + 1, '\x01') == reply + strlen(reply) - 1);
		g_assert_true(
			again[0] == '\x01' && strcspn(again + 1, "\x01") == strlen(again) - 2);
	}
}

static void try_text(const char *bytes)
{
	g_autofree char *text = irc_text_to_utf8(bytes, NULL);
	g_autofree char *styled = irc_format_to_text(text, NULL);
	g_autofree char *stripped = irc_format_strip(bytes);
	g_autofree char *codes = irc_format_from_text(styled);
	g_autofree char *raw = irc_format_from_text(bytes);
	g_autofree char *odd = irc_format_to_text(bytes, NULL);
	g_autoptr(GPtrArray) pieces = irc_text_split(codes, 48);
	g_autoptr(GPtrArray) raw_pieces = irc_text_split(bytes, 48);

	check_clean(styled);
	check_clean(stripped);
	check_clean(odd);
	g_assert_true(g_utf8_validate(raw, -1, NULL));
	for (guint i = 0; i < raw_pieces->len; i++) {
		g_assert_cmpuint(strlen(raw_pieces->pdata[i]), <=, 48);
	}
	g_assert_true(g_utf8_validate(text, -1, NULL) && g_utf8_validate(codes, -1, NULL));
	for (guint i = 0; i < pieces->len; i++) {
		g_assert_cmpuint(strlen(pieces->pdata[i]), <=, 48);
		g_assert_true(g_utf8_validate(pieces->pdata[i], -1, NULL));
	}
}

static void try_build(const IrcLine *line)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (irc_line_append_params(
		    out, line->source, line->command, line->params, line->n_params)) {
		g_assert_cmpuint(out->len, <=, IRC_LINE_MAX);
		g_assert_cmpuint(strcspn(out->str, "\r\n"), ==, out->len - 2);
	} else {
		g_assert_cmpuint(out->len, ==, 0);
	}
}

static void try_line(char *text)
{
	g_auto(IrcSource) source = { 0 };
	g_autofree char *tag = NULL;
	IrcLine line;

	try_text(text);
	if (!irc_line_parse(&line, text)) {
		return;
	}
	tag = irc_line_tag(&line, "time");
	irc_source_split(&source, line.source);
	try_build(&line);
	try_modes(&line);
	for (guint i = 0; i < line.n_params; i++) {
		try_names(line.params[i]);
		try_ctcp(line.params[i]);
	}
}

/* The first byte says how the rest comes in: in reads of that many bytes. */
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(IrcLineReader) reader = irc_line_reader_new(IRC_LINE_MAX);
	gsize step = size > 0 ? data[0] + 1 : 1;
	char *line;

	for (gsize at = 1; at < size; at += step) {
		irc_line_reader_feed(reader, (const char *)data + at, MIN(step, size - at));
		while ((line = irc_line_reader_next(reader))) {
			g_assert_cmpuint(strlen(line), <=, IRC_LINE_MAX - 2);
			g_assert_null(strpbrk(line, "\r\n"));
			try_line(line);
		}
	}
	return 0;
}
