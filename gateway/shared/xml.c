/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-xml.h"

#include <string.h>
#include <time.h>

/* A start tag is written whole, "<name>", so that the text is well-formed after each call. What
 * still belongs into it goes before the ">" at the end. That character tells tags from text: in
 * text it is always escaped. */

static inline void put(GString *out, const char *bytes, gsize length)
{
	if (G_UNLIKELY(out->allocated_len - out->len <= length)) {
		g_string_append_len(out, bytes, (gssize)length);
		return;
	}
	memcpy(out->str + out->len, bytes, length);
	out->len += length;
	out->str[out->len] = '\0';
}

#define PUT(out, literal) put((out), "" literal, sizeof(literal) - 1)

/* ---- escaping ---- */

typedef enum {
	CLEAN,
	MARKUP,    /* < > & ' " */
	SPACE,     /* tab and newline, which attributes fold to blanks */
	RETURN,    /* carriage return, which all XML folds to newline */
	FORBIDDEN, /* other control characters */
	WIDE,      /* part of a character beyond ASCII */
} ByteClass;

static const guint8 class_of[256] = {
	[0x00 ... '\t' - 1] = FORBIDDEN,
	['\n' + 1 ... '\r' - 1] = FORBIDDEN,
	['\r' + 1 ... 0x1f] = FORBIDDEN,
	['\t'] = SPACE,
	['\n'] = SPACE,
	['\r'] = RETURN,
	['<'] = MARKUP,
	['>'] = MARKUP,
	['&'] = MARKUP,
	['\''] = MARKUP,
	['"'] = MARKUP,
	[0x80 ... 0xff] = WIDE,
};

static void put_markup(GString *out, char byte)
{
	switch (byte) {
	case '<':
		PUT(out, "&lt;");
		break;
	case '>':
		PUT(out, "&gt;");
		break;
	case '&':
		PUT(out, "&amp;");
		break;
	case '\'':
		PUT(out, "&apos;");
		break;
	default:
		PUT(out, "&quot;");
	}
}

/* Length of the character at `text`; 0: no UTF-8. */
static gsize wide_length(const char *text, gsize length)
{
	gunichar character = g_utf8_get_char_validated(text, (gssize)length);

	return (gint32)character < 0 ? 0 : (gsize)g_unichar_to_utf8(character, NULL);
}

static gboolean is_noncharacter(const char *text, gsize length)
{
	return length == 3 &&
	       (memcmp(text, "\xef\xbf\xbe", 3) == 0 || memcmp(text, "\xef\xbf\xbf", 3) == 0);
}

/* How many bytes at `text` go out as they are: 0 or those of one character. */
static inline gsize clean_length(const char *text, gsize length, gboolean in_attribute)
{
	gsize wide;

	switch ((ByteClass)class_of[(guint8)*text]) {
	case CLEAN:
		return 1;
	case SPACE:
		return in_attribute ? 0 : 1;
	case WIDE:
		wide = wide_length(text, length);
		return is_noncharacter(text, wide) ? 0 : wide;
	case MARKUP:
	case RETURN:
	case FORBIDDEN:
		return 0;
	}
	return 0;
}

/* Writes what stands for the character at `text`; returns its length. */
static gsize put_special(GString *out, const char *text, gsize length)
{
	switch ((ByteClass)class_of[(guint8)*text]) {
	case MARKUP:
		put_markup(out, *text);
		return 1;
	case SPACE:
	case RETURN:
		g_string_append_printf(out, "&#%d;", *text);
		return 1;
	case WIDE:
		if (wide_length(text, length) > 0) {
			return 3;
		}
		/* One such byte would end the stream for everybody. */
		PUT(out, "\xef\xbf\xbd");
		return 1;
	case CLEAN:
	case FORBIDDEN:
		return 1;
	}
	return 1;
}

static void escape(GString *out, const char *text, gsize length, gboolean in_attribute)
{
	gsize done = 0;
	gsize at = 0;

	while (at < length) {
		gsize clean = clean_length(text + at, length - at, in_attribute);

		if (G_LIKELY(clean > 0)) {
			at += clean;
			continue;
		}
		put(out, text + done, at - done);
		at += put_special(out, text + at, length - at);
		done = at;
	}
	put(out, text + done, length - done);
}

void gw_xml_escape(GString *out, const char *text, gssize length)
{
	escape(out, text, length < 0 ? strlen(text) : (gsize)length, FALSE);
}

/* ---- elements ---- */

void gw_xml_open(GString *out, const char *name)
{
	PUT(out, "<");
	put(out, name, strlen(name));
	PUT(out, ">");
}

void gw_xml_open_ns(GString *out, const char *name, const char *ns)
{
	gw_xml_open(out, name);
	gw_xml_attribute(out, "xmlns", ns);
}

static void begin_attribute(GString *out, const char *name)
{
	g_return_if_fail(out->len > 0 && out->str[out->len - 1] == '>');
	out->str[out->len - 1] = ' ';
	put(out, name, strlen(name));
	PUT(out, "='");
}

void gw_xml_attribute(GString *out, const char *name, const char *value)
{
	if (value != NULL) {
		begin_attribute(out, name);
		escape(out, value, strlen(value), TRUE);
		PUT(out, "'>");
	}
}

void gw_xml_attribute_int(GString *out, const char *name, gint64 value)
{
	char digits[24];

	g_snprintf(digits, sizeof(digits), "%" G_GINT64_FORMAT, value);
	gw_xml_attribute(out, name, digits);
}

void gw_xml_text(GString *out, const char *text)
{
	escape(out, text, strlen(text), FALSE);
}

/* An end tag has no attributes and a slash before its name: only a start tag ends so. */
static gboolean ends_with_start_tag(const GString *out, const char *name, gsize length)
{
	const char *end = out->str + out->len;

	if (out->len < 2 || end[-1] != '>') {
		return FALSE;
	}
	return end[-2] == '\'' || (out->len >= length + 2 && *(end - length - 2) == '<' &&
					  memcmp(end - length - 1, name, length) == 0);
}

void gw_xml_close(GString *out, const char *name)
{
	gsize length = strlen(name);

	if (ends_with_start_tag(out, name, length)) {
		out->str[out->len - 1] = '/';
		PUT(out, ">");
		return;
	}
	PUT(out, "</");
	put(out, name, length);
	PUT(out, ">");
}

void gw_xml_element(GString *out, const char *name, const char *ns, const char *text)
{
	gw_xml_open(out, name);
	gw_xml_attribute(out, "xmlns", ns);
	if (text != NULL) {
		gw_xml_text(out, text);
	}
	gw_xml_close(out, name);
}

/* ---- time ---- */

void gw_xml_time(GString *out, gint64 time_us)
{
	/* The years 1 to 9999, which is all that XEP-0082 can say. */
	gint64 bounded_us = CLAMP(time_us, G_GINT64_CONSTANT(-62135596800000000),
		G_GINT64_CONSTANT(253402300799999999));
	gint64 since_second_us = bounded_us % G_USEC_PER_SEC;
	struct tm tm;
	char text[40];

	if (since_second_us < 0) {
		since_second_us += G_USEC_PER_SEC;
	}
	time_t seconds = (time_t)((bounded_us - since_second_us) / G_USEC_PER_SEC);
	int milliseconds = (int)(since_second_us / 1000);
	gmtime_r(&seconds, &tm);
	g_snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	g_string_append(out, text);
	if (milliseconds != 0) {
		g_string_append_printf(out, ".%03d", milliseconds);
	}
	PUT(out, "Z");
}
