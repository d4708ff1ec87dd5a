/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "xmpp-server.h"

#include <stdio.h>
#include <string.h>

const char *stanza_attribute(
	const char *stanza, size_t length, const char *name, size_t *value_length)
{
	const char *end = stanza + length, *p = stanza;

	while (p < end && !strchr(" >/", *p)) {
		p++;
	}
	while (p < end && *p == ' ') {
		const char *key, *value;

		while (p < end && *p == ' ') {
			p++;
		}
		key = p;
		while (p < end && *p != '=' && *p != '>') {
			p++;
		}
		if (p >= end || *p == '>') {
			return NULL;
		}
		value = p + 2;
		p = memchr(value, p[1], (size_t)(end - value));
		if (!p) {
			return NULL;
		}
		if ((size_t)(value - 2 - key) == strlen(name) && !memcmp(key, name, strlen(name))) {
			*value_length = (size_t)(p - value);
			return value;
		}
		p++;
	}
	return NULL;
}

gboolean stanza_attribute_is(const char *stanza, size_t length, const char *name, const char *value)
{
	size_t n;
	const char *found = stanza_attribute(stanza, length, name, &n);

	return found && n == strlen(value) && !memcmp(found, value, n);
}

gboolean stanza_is(const char *stanza, size_t length, const char *element)
{
	size_t n = strlen(element);

	return length > n + 1 && !memcmp(stanza + 1, element, n) && strchr(" >/", stanza[n + 1]);
}

static void on_stream_open(XmppServer *server, const char *tag, size_t length)
{
	size_t n = 0;
	const char *to = stanza_attribute(tag, length, "to", &n);

	snprintf(server->stream_id, sizeof server->stream_id, "%llx", (unsigned long long)now_ns());
	buffer_addf(&server->connection->out,
		"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
		"xmlns:stream='http://etherx.jabber.org/streams' id='%s' from='%.*s'>",
		server->stream_id, (int)n, to ? to : "");
	loop_flush(server->connection);
}

static void on_handshake(XmppServer *server, const char *stanza, size_t length)
{
	g_autofree char *text = g_strconcat(server->stream_id, server->secret, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA1, text, -1);

	if (!memmem(stanza, length, sum, strlen(sum))) {
		die("the component's handshake does not match the secret");
	}
	buffer_addf(&server->connection->out, "<handshake/>");
	loop_flush(server->connection);
	server->ready = 1;
}

/* One past the '>' of the tag that begins at `p`, or NULL. */
static const char *end_of_tag(const char *p, const char *end)
{
	char quote = 0;

	for (p++; p < end; p++) {
		if (quote) {
			quote = *p == quote ? 0 : quote;
		} else if (*p == '>') {
			return p + 1;
		} else if (*p == '"' || *p == '\'') {
			quote = *p;
		}
	}
	return NULL;
}

static void on_stanza(XmppServer *server, const char *stanza, size_t length)
{
	if (server->ready) {
		server->on_stanza(stanza, length);
	} else if (stanza_is(stanza, length, "handshake")) {
		on_handshake(server, stanza, length);
	}
}

/* A whole tag from `p` to `stop`; `base` is the buffer's head. */
static void on_tag(XmppServer *server, const char *base, const char *p, const char *stop)
{
	if (p[1] == '?') {
		return;
	}
	if (p[1] == '/') {
		if (--server->depth == 0) {
			loop_close(server->connection);
			return;
		}
	} else if (server->depth == 0) {
		server->depth = 1;
		on_stream_open(server, p, (size_t)(stop - p));
		return;
	} else {
		if (server->depth == 1) {
			server->start = (size_t)(p - base);
		}
		server->depth += stop[-2] != '/';
	}
	if (server->depth == 1) {
		on_stanza(server, base + server->start, (size_t)(stop - base) - server->start);
	}
}

static void on_data(Connection *connection)
{
	XmppServer *server = connection->user;
	const char *base = connection->in.data + connection->in.head;
	const char *end = base + buffer_pending(&connection->in);
	const char *p = base + server->scanned, *stop;

	while (!connection->dead) {
		p = memchr(p, '<', (size_t)(end - p));
		stop = p ? end_of_tag(p, end) : NULL;
		if (!stop) {
			break;
		}
		on_tag(server, base, p, stop);
		p = stop;
	}
	if (connection->dead) {
		return;
	}
	/* Keep only an unfinished stanza. */
	server->scanned = (size_t)((p ? p : end) - base);
	if (server->depth > 1) {
		buffer_drop(&connection->in, server->start);
		server->scanned -= server->start;
		server->start = 0;
	} else {
		buffer_drop(&connection->in, server->scanned);
		server->scanned = 0;
	}
}

static void on_closed(Connection *connection)
{
	XmppServer *server = connection->user;

	server->ready = 0;
}

static void on_accepted(Connection *listener, int fd)
{
	static const ConnectionHandlers handlers = { .data = on_data, .closed = on_closed };
	XmppServer *server = listener->user;

	server->connection = loop_adopt(fd, &handlers, server);
	server->depth = 0;
	server->scanned = server->start = 0;
	server->ready = 0;
}

void xmpp_server_open(
	XmppServer *server, const char *host, int port, const char *secret, XmppServerFunc callback)
{
	static const ConnectionHandlers handlers = { .accepted = on_accepted };

	*server = (XmppServer){ .secret = secret, .on_stanza = callback };
	server->listener = loop_listen(host, port, &handlers, server);
}
