/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <string.h>

#include "ctcp.h"
#include "format.h"

#define REPLACEMENT "\357\277\275" /* U+FFFD */
#define MAX_MARKS 16               /* combining characters that a cut goes back over */

static gboolean has_wide_character(const char *text, const char *end)
{
	for (; text < end; text++) {
		if ((guchar)*text >= 0x80) {
			return TRUE;
		}
	}
	return FALSE;
}

/* Whether text that is UTF-8 up to `end` was cut inside the character there. Only text that shows
 * elsewhere that it is UTF-8 counts: a single byte may well be another charset's letter. */
static gboolean is_cut_utf8(const char *text, const char *end)
{
	return g_utf8_get_char_validated(end, strlen(end)) == (gunichar)-2 &&
	       has_wide_character(text, end);
}

static void append_decoded(GString *out, GIConv converter, char *bytes, gsize length)
{
	while (length > 0) {
		char piece[256];
		char *end = piece;
		gsize room = sizeof(piece);
		gsize before = length;

		g_iconv(converter, &bytes, &length, &end, &room);
		g_string_append_len(out, piece, end - piece);
		if (length == before) {
			/* Nothing for it: this byte is none of the charset. */
			g_string_append(out, REPLACEMENT);
			bytes++;
			length--;
		}
	}
}

static char *decode(const char *bytes, const char *charset)
{
	GIConv converter = g_iconv_open("UTF-8", charset);
	g_autofree char *input = g_strdup(bytes);
	g_autoptr(GString) out = g_string_sized_new(strlen(bytes) * 2);

	if (converter == (GIConv)-1) {
		return g_utf8_make_valid(bytes, -1);
	}
	append_decoded(out, converter, input, strlen(input));
	g_iconv_close(converter);
	/* Some charsets have NUL, or what is none in Unicode. */
	return g_utf8_make_valid(out->str, -1);
}

char *irc_text_to_utf8(const char *bytes, const char *charset)
{
	const char *end;

	if (g_utf8_validate(bytes, -1, &end)) {
		return g_strdup(bytes);
	}
	if (is_cut_utf8(bytes, end)) {
		return g_strndup(bytes, end - bytes);
	}
	return decode(bytes, charset ? charset : IRC_TEXT_CHARSET);
}

static gboolean is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static gsize blanks(const char *text, gsize length)
{
	gsize n = 0;

	while (n < length && is_blank(text[n])) {
		n++;
	}
	return n;
}

/* Whether the character at `text` belongs to the one before it. */
static gboolean joins(const char *text)
{
	gunichar character = g_utf8_get_char_validated(text, -1);

	return character < 0x80000000 && (g_unichar_ismark(character) || character == 0x200d);
}

/* The last border between characters at or before `most`, which is inside of the text. */
static gsize character_border(const char *text, gsize most)
{
	gsize border = most;
	gsize whole;

	while (border > 0 && most - border < 4 && ((guchar)text[border] & 0xc0) == 0x80) {
		border--;
	}
	whole = border;
	for (guint marks = 0; border > 0 && marks < MAX_MARKS; marks++) {
		const char *before = g_utf8_find_prev_char(text, text + border);

		if (!joins(text + border) &&
			(!before || g_utf8_get_char_validated(before, -1) != 0x200d)) {
			return border;
		}
		border = before ? (gsize)(before - text) : 0;
	}
	return whole > 0 ? whole : most;
}

/* The length of the longest beginning of `text`, longer than `room`, that makes a message. */
static gsize piece_length(const char *text, gsize room)
{
	gsize border = room;

	while (border > 0 && !is_blank(text[border])) {
		border--;
	}
	return border > 0 ? border : character_border(text, room);
}

static gsize without_blanks_behind(const char *text, gsize length)
{
	while (length > 0 && is_blank(text[length - 1])) {
		length--;
	}
	return length;
}

/* Only a line that is one piece keeps its indentation. Of others one blank stays, so that " /me"
 * does not become an action. */
static gsize surplus_indent(const char *line, gsize length, gsize room)
{
	gsize indent = length > room ? blanks(line, length) : 0;

	return indent > 0 ? indent - 1 : 0;
}

static char *make_piece(const char *before, const char *text, gsize length)
{
	gsize used = strlen(before);
	char *piece = g_malloc(used + length + 1);

	memcpy(piece, before, used);
	memcpy(piece + used, text, length);
	piece[used + length] = '\0';
	return piece;
}

/* `before` stands before the first piece and takes `reserve` bytes of its budget. */
static void split_line(GPtrArray *pieces, const char *before, gsize reserve, const char *line,
	gsize length, gsize budget)
{
	char carry[IRC_FORMAT_MAX_CARRY];

	while (blanks(line, length) < length) {
		gsize room = budget - reserve;
		gsize indent = surplus_indent(line, length, room);
		gsize rest = length - indent;
		const char *start = line + indent;
		gsize taken = rest <= room ? rest : piece_length(start, room);
		gsize shown = without_blanks_behind(start, taken);
		char *piece = make_piece(before, start, shown);
		gsize gap = blanks(start + taken, rest - taken);

		g_ptr_array_add(pieces, piece);
		line = start + taken + gap;
		length = rest - taken - gap;
		if (length > 0) {
			irc_format_carry(piece, strlen(piece), carry);
			before = carry;
			reserve = strlen(carry);
		}
	}
}

static const char *skip_blank_lines(const char *body)
{
	for (;;) {
		gsize length = strcspn(body, "\r\n");

		if (blanks(body, length) < length || body[length] == '\0') {
			return body;
		}
		body += length + 1;
	}
}

/* The text of an action, NULL for a body that is none. One without text is no action. */
static const char *action_text(const char *body)
{
	const char *text = irc_ctcp_action_of_body(body);
	gsize length = text ? strcspn(text, "\r\n") : 0;

	return blanks(text, length) < length ? text : NULL;
}

GPtrArray *irc_text_split(const char *body, gsize budget)
{
	GPtrArray *pieces = g_ptr_array_new_with_free_func(g_free);
	const char *start = skip_blank_lines(body);
	const char *action = action_text(start);
	const char *before = action ? "/me " : "";
	gsize reserve = action ? IRC_CTCP_ACTION_OVERHEAD : 0;

	budget = MAX(budget, IRC_TEXT_MIN_BUDGET);
	body = action ? action : start;
	for (;;) {
		gsize length = strcspn(body, "\r\n");

		split_line(pieces, before, reserve, body, length, budget);
		if (body[length] == '\0') {
			return pieces;
		}
		body += length + 1;
		before = "";
		reserve = 0;
	}
}
