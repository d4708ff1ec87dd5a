/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format.h"

#include <string.h>

typedef struct {
	char code;   /* IRC: sets it, and set again ends it */
	char marker; /* XEP-0393 §5 */
} Style;

/* Monospace is last: what is inside of it is no styling any more. */
static const Style styles[] = {
	{ '\x02', '*' },
	{ '\x1d', '_' },
	{ '\x1e', '~' },
	{ '\x11', '`' },
};

#define N_STYLES G_N_ELEMENTS(styles)
#define MONOSPACE (N_STYLES - 1)
#define MARKERS "*_~`"
#define RESET '\x0f'
#define COLOUR '\x03'
#define HEX_COLOUR '\x04'

G_STATIC_ASSERT(N_STYLES < IRC_FORMAT_MAX_CARRY);

static guint style_of_code(char code)
{
	for (guint i = 0; i < N_STYLES; i++) {
		if (styles[i].code == code) {
			return i;
		}
	}
	return N_STYLES;
}

static guint style_of_marker(char marker)
{
	const char *at = marker != '\0' ? strchr(MARKERS, marker) : NULL;

	return at ? (guint)(at - MARKERS) : N_STYLES;
}

/* XML 1.0 §2.2 leaves out more than control characters. */
static gboolean is_carried(gunichar character)
{
	return !g_unichar_iscntrl(character) && (character & 0xfffe) != 0xfffe;
}

/* Appends the character at `text` as valid UTF-8, or nothing for one that cannot stay. Returns how
 * many bytes of `text` it was. */
static gsize append_character(GString *out, const char *text, gsize length)
{
	gunichar character = g_utf8_get_char_validated(text, MIN(length, 6));

	if ((guchar)*text < 0x80) {
		if (is_carried((guchar)*text)) {
			g_string_append_c(out, *text);
		}
		return 1;
	}
	if (character == (gunichar)-1 || character == (gunichar)-2) {
		g_string_append(out, "\357\277\275");
		return 1;
	}
	if (is_carried(character)) {
		g_string_append_unichar(out, character);
	}
	return g_unichar_to_utf8(character, NULL);
}

static gsize digits(const char *text, gsize most, gboolean (*is_digit)(char))
{
	gsize n = 0;

	while (n < most && is_digit(text[n])) {
		n++;
	}
	return n;
}

static gboolean is_decimal(char digit)
{
	return g_ascii_isdigit(digit);
}

static gboolean is_hex(char digit)
{
	return g_ascii_isxdigit(digit);
}

/* Length of a colour's parameters: "4", "04", "4,12"; a comma without digits is text. */
static gsize colour_length(const char *text)
{
	gsize length = digits(text, 2, is_decimal);
	gsize background;

	if (length == 0 || text[length] != ',') {
		return length;
	}
	background = digits(text + length + 1, 2, is_decimal);
	return background > 0 ? length + 1 + background : length;
}

static gsize hex_colour_length(const char *text)
{
	if (digits(text, 6, is_hex) < 6) {
		return 0;
	}
	return text[6] == ',' && digits(text + 7, 6, is_hex) == 6 ? 13 : 6;
}

/* Length of the code at `text`; 0: it is none of those that carry more than themselves. */
static gsize colour_code_length(const char *text)
{
	switch (*text) {
	case COLOUR:
		return 1 + colour_length(text + 1);
	case HEX_COLOUR:
		return 1 + hex_colour_length(text + 1);
	default:
		return 0;
	}
}

/* A line without its codes, and for each of its bytes which styles are on. */
typedef struct {
	GString *text;
	GByteArray *styles;
} StyledLine;

static void styled_line_clear(StyledLine *line)
{
	g_string_free(line->text, TRUE);
	g_byte_array_unref(line->styles);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StyledLine, styled_line_clear)

static void style_new_bytes(StyledLine *line, guint8 on)
{
	gsize known = line->styles->len;

	g_byte_array_set_size(line->styles, line->text->len);
	memset(line->styles->data + known, on, line->text->len - known);
}

static void styled_line_read(StyledLine *line, const char *irc, gsize length)
{
	guint8 on = 0;

	*line = (StyledLine){ g_string_sized_new(length), g_byte_array_sized_new(length) };
	for (gsize i = 0; i < length;) {
		guint style = style_of_code(irc[i]);
		gsize skip = colour_code_length(irc + i);

		if (style < N_STYLES) {
			on ^= 1 << style;
			i++;
		} else if (irc[i] == RESET) {
			on = 0;
			i++;
		} else if (irc[i] == '\t') {
			g_string_append_c(line->text, irc[i++]);
		} else {
			i += skip > 0 ? skip : append_character(line->text, irc + i, length - i);
		}
		style_new_bytes(line, on);
	}
}

/* What is being written of a line. */
typedef struct {
	const char *text;
	guint8 *styles; /* of each byte; those that have been dealt with are taken out */
	GString *out;
	gboolean opened; /* `out` ends with an opening marker */
} Writer;

static gboolean is_blank_at(const char *text)
{
	return g_unichar_isspace(g_utf8_get_char(text));
}

/* The part of a range that has no blank at its ends. */
static void trim(const char *text, gsize *start, gsize *end)
{
	while (*start < *end && is_blank_at(text + *start)) {
		*start = g_utf8_next_char(text + *start) - text;
	}
	while (*end > *start) {
		const char *last = g_utf8_find_prev_char(text + *start, text + *end);

		if (!last || !is_blank_at(last)) {
			return;
		}
		*end = last - text;
	}
}

static gsize run_end(const Writer *writer, gsize start, gsize end, guint style)
{
	while (start < end && (writer->styles[start] & 1 << style)) {
		start++;
	}
	return start;
}

/* The style that goes on longest from `start`, of equal ones the first; N_STYLES: none is on. */
static guint longest_style(const Writer *writer, gsize start, gsize end, gsize *longest_end)
{
	guint longest = N_STYLES;

	*longest_end = start;
	for (guint i = 0; i < N_STYLES; i++) {
		gsize style_end = run_end(writer, start, end, i);

		if (style_end > *longest_end) {
			*longest_end = style_end;
			longest = i;
		}
	}
	return longest;
}

/* XEP-0393 §5: an opening marker stands at the start, after a blank or another opening marker. */
static gboolean can_open(const Writer *writer)
{
	const GString *out = writer->out;

	return out->len == 0 || writer->opened || strchr(" \t\n", out->str[out->len - 1]);
}

static void take_out(Writer *writer, gsize start, gsize end, guint8 mask)
{
	for (; start < end; start++) {
		writer->styles[start] &= ~mask;
	}
}

static void write_plain(Writer *writer, gsize start, gsize end)
{
	g_string_append_len(writer->out, writer->text + start, end - start);
	writer->opened = writer->opened && start == end;
}

static void write_range(Writer *writer, gsize start, gsize end);

/* Writes text that is all of one style. `start` is not blank: see write_range(). */
static void write_run(Writer *writer, gsize start, gsize end, guint style)
{
	gsize inner_start = start;
	gsize inner_end = end;
	char marker = styles[style].marker;

	/* Monospace text is what it is; whether its own marker is valid or not. */
	take_out(writer, start, end, style == MONOSPACE ? 0xff : 1 << style);
	trim(writer->text, &inner_start, &inner_end);
	write_range(writer, start, inner_start);
	if (inner_start == inner_end || !can_open(writer) ||
		memchr(writer->text + inner_start, marker, inner_end - inner_start)) {
		write_range(writer, inner_start, end);
		return;
	}
	g_string_append_c(writer->out, marker);
	writer->opened = TRUE;
	write_range(writer, inner_start, inner_end);
	g_string_append_c(writer->out, marker);
	writer->opened = FALSE;
	write_range(writer, inner_end, end);
}

/* Each call from here has one style less on, so this is as deep as there are styles. */
static void write_range(Writer *writer, gsize start, gsize end)
{
	while (start < end) {
		gsize next;
		guint style = longest_style(writer, start, end, &next);

		if (style < N_STYLES) {
			write_run(writer, start, next, style);
		} else {
			for (next = start; next < end && writer->styles[next] == 0;) {
				next++;
			}
			write_plain(writer, start, next);
		}
		start = next;
	}
}

static void append_line_as_text(GString *out, const char *irc, gsize length, gboolean *accidental)
{
	g_auto(StyledLine) line = { NULL, NULL };
	g_autoptr(GString) written = g_string_sized_new(length + 16);

	styled_line_read(&line, irc, length);
	*accidental = *accidental || strpbrk(line.text->str, MARKERS);
	write_range(
		&(Writer){ line.text->str, line.styles->data, written, FALSE }, 0, line.text->len);
	g_string_append_len(out, written->str, written->len);
}

/* Most lines are ASCII without any code: they need no work. */
static gboolean is_plain(const char *text)
{
	while (*text >= ' ' && *text < 0x7f) {
		text++;
	}
	return *text == '\0';
}

char *irc_format_to_text(const char *irc, gboolean *accidental)
{
	g_autoptr(GString) out = NULL;
	gboolean found = FALSE;

	if (is_plain(irc)) {
		if (accidental) {
			*accidental = strpbrk(irc, MARKERS) != NULL;
		}
		return g_strdup(irc);
	}
	out = g_string_sized_new(strlen(irc) + 16);
	for (;;) {
		gsize length = strcspn(irc, "\n");

		append_line_as_text(out, irc, length, &found);
		if (irc[length] == '\0') {
			break;
		}
		g_string_append_c(out, '\n');
		irc += length + 1;
	}
	if (accidental) {
		*accidental = found;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *irc_format_strip(const char *irc)
{
	gsize length = strlen(irc);
	g_autoptr(GString) out = g_string_sized_new(length);

	for (gsize i = 0; i < length;) {
		gsize skip = colour_code_length(irc + i);

		if (skip > 0) {
			i += skip;
		} else if (strchr("\t\r\n", irc[i])) {
			g_string_append_c(out, ' ');
			i++;
		} else {
			i += append_character(out, irc + i, length - i);
		}
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* A line of XEP-0393 text while its spans are looked for. */
typedef struct {
	const char *text;
	gsize length;
	gsize closer[N_STYLES]; /* where each marker can close next; never moves back */
} Spans;

static gboolean follows_blank(const Spans *spans, gsize at)
{
	const char *before = g_utf8_find_prev_char(spans->text, spans->text + at);

	return before && is_blank_at(before);
}

/* The first place from `from` on where the marker can close a span; the line's length: there is
 * none. Asked for places further and further on, so all of a line's questions cost one pass. */
static gsize find_closer(Spans *spans, guint style, gsize from)
{
	gsize at = MAX(spans->closer[style], from);

	while (at < spans->length &&
		(spans->text[at] != styles[style].marker || follows_blank(spans, at))) {
		at++;
	}
	spans->closer[style] = at;
	return at;
}

/* Where the span that opens at `at` closes; `end`: none does. */
static gsize span_end(Spans *spans, gsize at, gsize end, guint style)
{
	gsize closer;

	if (at + 2 >= end || is_blank_at(spans->text + at + 1) ||
		spans->text[at + 1] == spans->text[at]) {
		return end;
	}
	closer = find_closer(spans, style, at + 2);
	return MIN(closer, end);
}

/* XEP-0393 §5: the first marker that can close does, and spans do not overlap. */
static void append_spans(GString *out, Spans *spans, gsize start, gsize end)
{
	gboolean can_start = TRUE;

	for (gsize at = start; at < end;) {
		guint style = style_of_marker(spans->text[at]);
		gsize close = can_start && style < N_STYLES ? span_end(spans, at, end, style) : end;

		if (close == end) {
			gsize size = g_utf8_next_char(spans->text + at) - (spans->text + at);

			can_start = is_blank_at(spans->text + at);
			g_string_append_len(out, spans->text + at, size);
			at += size;
			continue;
		}
		g_string_append_c(out, styles[style].code);
		if (style == MONOSPACE) {
			g_string_append_len(out, spans->text + at + 1, close - at - 1);
		} else {
			append_spans(out, spans, at + 1, close);
		}
		g_string_append_c(out, styles[style].code);
		can_start = FALSE;
		at = close + 1;
	}
}

/* As UTF-8 without control characters, but with its newlines. */
static char *clean(const char *text)
{
	gsize length = strlen(text);
	g_autoptr(GString) out = g_string_sized_new(length);

	for (gsize i = 0; i < length;) {
		if (text[i] == '\t' || text[i] == '\n') {
			g_string_append_c(out, text[i++]);
		} else {
			i += append_character(out, text + i, length - i);
		}
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *irc_format_from_text(const char *text)
{
	g_autofree char *body = NULL;
	g_autoptr(GString) out = NULL;
	gboolean preformatted = FALSE;

	if (is_plain(text) && !strpbrk(text, MARKERS)) {
		return g_strdup(text);
	}
	body = clean(text);
	out = g_string_sized_new(strlen(body));
	for (const char *line = body;;) {
		gsize length = strcspn(line, "\n");
		/* What begins a block may say more ("```c"), what ends it not. */
		gboolean fence = g_str_has_prefix(line, "```") && (!preformatted || length == 3);

		if (preformatted || fence || *line == '>') {
			g_string_append_len(out, line, length);
		} else {
			append_spans(out, &(Spans){ .text = line, .length = length }, 0, length);
		}
		preformatted ^= fence;
		if (line[length] == '\0') {
			break;
		}
		g_string_append_c(out, '\n');
		line += length + 1;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

void irc_format_carry(const char *irc, gsize length, char carry[IRC_FORMAT_MAX_CARRY])
{
	guint on = 0;
	gsize n = 0;

	for (gsize i = 0; i < length; i++) {
		guint style = style_of_code(irc[i]);

		on ^= style < N_STYLES ? 1u << style : 0;
	}
	for (guint i = 0; i < N_STYLES; i++) {
		if (on & 1u << i) {
			carry[n++] = styles[i].code;
		}
	}
	carry[n] = '\0';
}
