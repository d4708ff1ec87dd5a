/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "irc-clients.h"

#include <errno.h>
#include <libircclient.h>
#include <stdarg.h>
#include <string.h>
#include <sys/select.h>

enum { JOIN_LIMIT_S = 10 };

#define OBSERVER "watcher"
#define TALKER "talker"

/* ---- the observer ---- */

static struct {
	irc_session_t *session;
	void (*on_text)(const char *text);
	guint64 welcomed, channels, joins;
} observer;

static void on_connect(irc_session_t *session, const char *event, const char *origin,
	const char **params, unsigned int count)
{
	observer.welcomed = 1;
}

static void on_channel_text(irc_session_t *session, const char *event, const char *origin,
	const char **params, unsigned int count)
{
	if (count > 1 && params[1]) {
		observer.on_text(params[1]);
	}
}

static void on_join(irc_session_t *session, const char *event, const char *origin,
	const char **params, unsigned int count)
{
	observer.joins++;
}

static void on_numeric(irc_session_t *session, unsigned int event, const char *origin,
	const char **params, unsigned int count)
{
	observer.channels += event == 366; /* RPL_ENDOFNAMES */
}

/* Reads and writes what is possible within `timeout_ms`. */
static void observer_process(int timeout_ms)
{
	struct timeval timeout = { .tv_usec = timeout_ms * 1000 };
	fd_set in, out;
	int most = 0;

	FD_ZERO(&in);
	FD_ZERO(&out);
	irc_add_select_descriptors(observer.session, &in, &out, &most);
	if (select(most + 1, &in, &out, NULL, &timeout) < 0 && errno != EINTR) {
		die("select: %s", strerror(errno));
	}
	if (irc_process_select_descriptors(observer.session, &in, &out)) {
		die("IRC observer: %s", irc_strerror(irc_errno(observer.session)));
	}
}

static void observer_until(const guint64 *counter, guint64 goal, const char *what)
{
	uint64_t end = now_ns() + JOIN_LIMIT_S * (uint64_t)1e9;

	while (*counter < goal) {
		if (now_ns() > end) {
			die("IRC observer: no %s", what);
		}
		observer_process(100);
	}
}

static void on_readable(Connection *connection)
{
	observer_process(0);
}

/* The library's socket; it keeps it to itself but for the set it fills. */
static int observer_fd(void)
{
	fd_set in, out;
	int most = 0;

	FD_ZERO(&in);
	FD_ZERO(&out);
	irc_add_select_descriptors(observer.session, &in, &out, &most);
	return most;
}

void irc_observer_start(const IrcClientsConfig *config, void (*on_text)(const char *text))
{
	static const ConnectionHandlers handlers = { .readable = on_readable };
	irc_callbacks_t callbacks = {
		.event_connect = on_connect,
		.event_channel = on_channel_text,
		.event_join = on_join,
		.event_numeric = on_numeric,
	};

	observer.on_text = on_text;
	observer.session = irc_create_session(&callbacks);
	if (irc_connect(observer.session, config->host, (unsigned short)config->port, NULL,
		    OBSERVER, OBSERVER, OBSERVER)) {
		die("IRC observer: %s", irc_strerror(irc_errno(observer.session)));
	}
	observer_until(&observer.welcomed, 1, "welcome");
	for (guint i = 0; i < config->n_channels; i++) {
		irc_cmd_join(observer.session, config->channel(i), NULL);
		observer_until(&observer.channels, i + 1, config->channel(i));
	}
	loop_adopt(observer_fd(), &handlers, NULL);
}

guint64 irc_observer_joins(void)
{
	return observer.joins;
}

/* ---- the talker ---- */

struct IrcTalker {
	Connection *connection;
	uint64_t welcomed, channels;
};

static void on_line(IrcTalker *talker, const char *line, size_t length)
{
	if (g_str_has_prefix(line, "PING")) {
		buffer_addf(&talker->connection->out, "PONG%.*s\r\n", (int)length - 4, line + 4);
		loop_flush(talker->connection);
	} else if (g_str_has_prefix(line, "ERROR")) {
		note("IRC talker: %.*s", (int)length, line);
	} else if (!talker->welcomed) {
		talker->welcomed = memmem(line, length, " 001 ", 5) != NULL;
	} else if (memmem(line, length, " 366 ", 5)) {
		talker->channels++;
	}
}

static void on_data(Connection *connection)
{
	Buffer *in = &connection->in;
	char *line, *end;

	while ((end = memchr(line = in->data + in->head, '\n', buffer_pending(in)))) {
		on_line(connection->user, line,
			(size_t)(end - line) - (end > line && end[-1] == '\r'));
		buffer_drop(in, (size_t)(end - line) + 1);
	}
}

static void on_closed(Connection *connection)
{
	note("the IRC talker was disconnected");
}

IrcTalker *irc_talker_start(const IrcClientsConfig *config)
{
	static const ConnectionHandlers handlers = { .data = on_data, .closed = on_closed };
	IrcTalker *talker = g_new0(IrcTalker, 1);

	talker->connection = loop_connect(config->host, config->port, &handlers, talker);
	irc_talker_say(talker, "NICK " TALKER);
	irc_talker_say(talker, "USER " TALKER " 0 * :" TALKER);
	irc_talker_flush(talker);
	if (!loop_until(&talker->welcomed, 1, JOIN_LIMIT_S)) {
		die("IRC talker: no welcome");
	}
	for (guint i = 0; i < config->n_channels; i++) {
		irc_talker_say(talker, "JOIN %s", config->channel(i));
		irc_talker_flush(talker);
		if (!loop_until(&talker->channels, i + 1, JOIN_LIMIT_S)) {
			die("IRC talker: no %s", config->channel(i));
		}
	}
	return talker;
}

void irc_talker_say(IrcTalker *talker, const char *format, ...)
{
	va_list arguments;
	g_autofree char *line = NULL;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	buffer_addf(&talker->connection->out, "%s\r\n", line);
}

void irc_talker_flush(IrcTalker *talker)
{
	loop_flush(talker->connection);
}
