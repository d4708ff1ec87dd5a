/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "line.h"

#include <stdarg.h>
#include <string.h>

struct IrcLineReader {
	gsize limit;     /* of a line without CR LF */
	GString *buffer; /* complete lines, each with its NUL, then the beginning of the next */
	gsize start;     /* of what has not been taken yet */
	gsize partial;   /* where the unfinished line starts */
	gboolean cut;    /* it is over the limit already */
	guint64 n_cut;
};

/* Cuts off the word at the start of `text`; what follows the blanks behind it is returned. */
static char *take_word(char *text)
{
	char *end = text + strcspn(text, " ");

	if (*end == '\0') {
		return end;
	}
	*end = '\0';
	return end + 1 + strspn(end + 1, " ");
}

/* The word after `mark`, if there is one; NULL also for a mark that stands alone. */
static const char *take_marked(char **text, char mark)
{
	char *word = *text;

	if (*word != mark) {
		return NULL;
	}
	*text = take_word(word);
	return word[1] == '\0' ? NULL : word + 1;
}

static void parse_params(IrcLine *line, char *text)
{
	while (*text != '\0') {
		char *param = text;

		if (*param == ':') {
			line->params[line->n_params++] = param + 1;
			return;
		}
		if (line->n_params == IRC_LINE_MAX_PARAMS - 1) {
			line->params[line->n_params++] = g_strchomp(param);
			return;
		}
		text = take_word(param);
		line->params[line->n_params++] = param;
	}
}

gboolean irc_line_parse(IrcLine *line, char *text)
{
	*line = (IrcLine){ 0 };
	text[strcspn(text, "\r\n")] = '\0';
	text += strspn(text, " ");

	line->tags = take_marked(&text, '@');
	line->source = take_marked(&text, ':');
	if (*text == '\0') {
		return FALSE;
	}
	line->command = text;
	parse_params(line, take_word(text));
	return TRUE;
}

const char *irc_line_param(const IrcLine *line, guint number)
{
	return number < line->n_params ? line->params[number] : "";
}

/* IRCv3 message-tags: what follows the backslash in a value. */
static char unescape_tag(char escaped)
{
	switch (escaped) {
	case ':':
		return ';';
	case 's':
		return ' ';
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	default:
		return escaped;
	}
}

static char *tag_value(const char *value, gsize length)
{
	g_autoptr(GString) out = g_string_sized_new(length);

	for (gsize i = 0; i < length; i++) {
		if (value[i] != '\\') {
			g_string_append_c(out, value[i]);
		} else if (++i < length) {
			g_string_append_c(out, unescape_tag(value[i]));
		}
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *irc_line_tag(const IrcLine *line, const char *key)
{
	const char *tag = line->tags;
	gsize key_length = strlen(key);
	const char *found = NULL;
	gsize found_length = 0;

	/* Of a key that comes twice the last one counts. */
	while (tag && *tag != '\0') {
		gsize length = strcspn(tag, ";");

		if (length >= key_length && strncmp(tag, key, key_length) == 0) {
			if (length == key_length) {
				found = tag + length;
				found_length = 0;
			} else if (tag[key_length] == '=') {
				found = tag + key_length + 1;
				found_length = length - key_length - 1;
			}
		}
		tag += length;
		tag += *tag == ';';
	}
	return found ? tag_value(found, found_length) : NULL;
}

void irc_source_split(IrcSource *source, const char *text)
{
	char *storage = g_strdup(text ? text : "");
	char *user = strchr(storage, '!');
	char *host = strrchr(user ? user : storage, '@');

	*source = (IrcSource){ .nick = storage, .storage = storage };
	if (user) {
		*user = '\0';
		source->user = user + 1;
	}
	if (host) {
		*host = '\0';
		source->host = host + 1;
	}
}

void irc_source_clear(IrcSource *source)
{
	g_free(source->storage);
	*source = (IrcSource){ 0 };
}

static gboolean is_middle(const char *param)
{
	return *param != '\0' && *param != ':' && strpbrk(param, " \r\n") == NULL;
}

static void append_clean(GString *out, const char *text, gsize length)
{
	gsize start = out->len;

	g_string_append_len(out, text, length);
	for (char *at = strpbrk(out->str + start, "\r\n"); at; at = strpbrk(at, "\r\n")) {
		*at++ = ' ';
	}
}

/* The most of `text` that fits, without a piece of a character at its end. */
static gsize fitting_length(const char *text, gsize room)
{
	gsize length = strlen(text);
	gsize border = room;

	if (length <= room) {
		return length;
	}
	while (border > 0 && room - border < 4 && ((guchar)text[border] & 0xc0) == 0x80) {
		border--;
	}
	/* Four continuation bytes in a row: no UTF-8, so any border is as good. */
	return room - border < 4 ? border : room;
}

static gboolean append_last(GString *out, gsize start, const char *param)
{
	gsize used = out->len - start + strlen(" :\r\n");
	gsize length;

	if (used > IRC_LINE_MAX) {
		return FALSE;
	}
	length = fitting_length(param, IRC_LINE_MAX - used);
	if (length == 0 && *param != '\0') {
		return FALSE;
	}
	g_string_append(out, is_middle(param) ? " " : " :");
	append_clean(out, param, length);
	return TRUE;
}

static gboolean append_line(GString *out, const char *source, const char *command,
	const char *const *params, guint n_params)
{
	gsize start = out->len;

	if ((source && !is_middle(source)) || !is_middle(command) ||
		n_params > IRC_LINE_MAX_PARAMS) {
		return FALSE;
	}
	if (source) {
		g_string_append_c(out, ':');
		g_string_append(out, source);
		g_string_append_c(out, ' ');
	}
	g_string_append(out, command);
	for (guint i = 0; i + 1 < n_params; i++) {
		if (!is_middle(params[i])) {
			return FALSE;
		}
		g_string_append_c(out, ' ');
		g_string_append(out, params[i]);
	}
	if (n_params > 0 && !append_last(out, start, params[n_params - 1])) {
		return FALSE;
	}
	g_string_append(out, "\r\n");
	return out->len - start <= IRC_LINE_MAX;
}

gboolean irc_line_append_params(GString *out, const char *source, const char *command,
	const char *const *params, guint n_params)
{
	gsize start = out->len;

	if (!append_line(out, source, command, params, n_params)) {
		g_string_truncate(out, start);
		return FALSE;
	}
	return TRUE;
}

gboolean irc_line_append(GString *out, const char *source, const char *command, ...)
{
	/* One more than may be, so that too many are seen. */
	const char *params[IRC_LINE_MAX_PARAMS + 1];
	guint n_params = 0;
	const char *param;
	va_list rest;

	va_start(rest, command);
	while (n_params < G_N_ELEMENTS(params) && (param = va_arg(rest, const char *))) {
		params[n_params++] = param;
	}
	va_end(rest);
	return irc_line_append_params(out, source, command, params, n_params);
}

IrcLineReader *irc_line_reader_new(gsize limit)
{
	IrcLineReader *reader = g_new0(IrcLineReader, 1);

	reader->limit = limit - strlen("\r\n");
	reader->buffer = g_string_new(NULL);
	return reader;
}

void irc_line_reader_free(IrcLineReader *reader)
{
	if (!reader) {
		return;
	}
	g_string_free(reader->buffer, TRUE);
	g_free(reader);
}

/* Moving the rest to the front only when that halves the buffer keeps the cost linear. */
static void forget_taken(IrcLineReader *reader)
{
	if (reader->start * 2 < reader->buffer->len) {
		return;
	}
	g_string_erase(reader->buffer, 0, reader->start);
	reader->partial -= reader->start;
	reader->start = 0;
}

static void add_to_partial(IrcLineReader *reader, const char *bytes, gsize length)
{
	GString *buffer = reader->buffer;
	/* One more than the limit: it may be the CR of the line's end. */
	gsize room = reader->limit + 1 - (buffer->len - reader->partial);
	char *end;

	if (length > room) {
		reader->cut = TRUE;
		length = room;
	}
	g_string_append_len(buffer, bytes, length);
	end = buffer->str + buffer->len;
	for (char *nul = memchr(end - length, '\0', length); nul;
		nul = memchr(nul, '\0', end - nul)) {
		*nul++ = ' ';
	}
}

/* CR stays until here, since only now it is known whether it belongs to the line's end. */
static void clean_returns(char *text, gsize length)
{
	char *end = text + length;

	for (char *at = memchr(text, '\r', length); at; at = memchr(at, '\r', end - at)) {
		*at++ = ' ';
	}
}

static void finish_line(IrcLineReader *reader)
{
	GString *buffer = reader->buffer;

	while (!reader->cut && buffer->len > reader->partial &&
		buffer->str[buffer->len - 1] == '\r') {
		g_string_truncate(buffer, buffer->len - 1);
	}
	if (buffer->len - reader->partial > reader->limit) {
		reader->cut = TRUE;
		g_string_truncate(buffer, reader->partial + reader->limit);
	}
	reader->n_cut += reader->cut;
	reader->cut = FALSE;
	clean_returns(buffer->str + reader->partial, buffer->len - reader->partial);
	if (buffer->len > reader->partial) {
		g_string_append_c(buffer, '\0');
	}
	reader->partial = buffer->len;
}

void irc_line_reader_feed(IrcLineReader *reader, const char *bytes, gsize length)
{
	const char *end = bytes + length;

	forget_taken(reader);
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', end - bytes);

		add_to_partial(reader, bytes, (newline ? newline : end) - bytes);
		if (!newline) {
			return;
		}
		finish_line(reader);
		bytes = newline + 1;
	}
}

char *irc_line_reader_next(IrcLineReader *reader)
{
	char *line = reader->buffer->str + reader->start;

	if (reader->start == reader->partial) {
		return NULL;
	}
	reader->start += strlen(line) + 1;
	return line;
}

guint64 irc_line_reader_n_cut(const IrcLineReader *reader)
{
	return reader->n_cut;
}
