/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <glib/gi18n.h>
#include <string.h>

#include "confirm.h"
#include "dial.h"
#include "guests.h"
#include "gw-backend.h"
#include "gw-log.h"
#include "gw-stream.h"
#include "info.h"
#include "irc.h"
#include "numerics.h"
#include "text.h"

enum {
	GREETING_TIMEOUT_S = 30,
	SILENCE_S = 30, /* then a PING; as long again, and the link is dead */
	FIRST_DELAY_MS = 1000,
	LONGEST_DELAY_MS = 60 * 1000,
	LEAVE_TIMEOUT_MS = 1500,
	STREAM_HIGH = 64 * 1024, /* more waits in `waiting`, so that a PONG can pass it */
	STREAM_LOW = 16 * 1024,
	WAITING_MAX = 4 * 1024 * 1024,
};

typedef enum {
	LINK_DOWN,
	LINK_GREETING, /* connected; names and passwords are not checked yet */
	LINK_BURSTING,
	LINK_UP,
	LINK_LEAVING, /* our last words are being confirmed or written */
} LinkState;

static struct {
	LinkState state;
	IrcDial *dial;
	GwStream *stream;
	IrcLineReader *reader;
	GString *waiting;  /* lines for when the stream has room again */
	GHashTable *verbs; /* IrcVerb by its word */
	guint redial_timer, greeting_timer, silence_timer, leave_timer;
	guint delay_ms;
	gboolean heard; /* since silence_timer last ran */
	gboolean asked; /* it sent a PING, and nothing was heard since */
	gboolean reading;
	char *leaving;     /* why; NULL: we are not */
	GwFailure failure; /* of the line now handled */
	char *failure_text;
	char *logged; /* the last reason in the log: it is not repeated at each try */
} uplink;

static void lose(GwFailure why, const char *text);

static void set_state(LinkState state)
{
	static const char *const names[] = { "down", "greeting", "bursting", "up", "leaving" };

	gw_debug("link: %s -> %s", names[uplink.state], names[state]);
	uplink.state = state;
}

/* ---- writing ---- */

gboolean irc_link_is_up(void)
{
	return uplink.state == LINK_UP;
}

gboolean irc_link_is_full(void)
{
	return uplink.waiting->len > WAITING_MAX;
}

gboolean irc_link_is_caller(void)
{
	return irc.settings.connect != NULL;
}

static GString *normal_lane(void)
{
	gboolean waits = uplink.waiting->len > 0 || gw_stream_is_full(uplink.stream);

	return waits ? uplink.waiting : gw_stream_output(uplink.stream);
}

GString *irc_link_output(void)
{
	irc_confirm_mark();
	return normal_lane();
}

GString *irc_link_urgent(void)
{
	return gw_stream_output(uplink.stream);
}

/* Behind the lines that it confirms. */
void irc_link_ping(const char *token)
{
	irc.driver->ping(normal_lane(), token);
}

/* Part of the waiting lines, up to a line's end. */
static void on_drained(gpointer user)
{
	gsize length = uplink.waiting->len;

	if (length == 0) {
		return;
	}
	if (length > STREAM_HIGH) {
		const char *end =
			memchr(uplink.waiting->str + STREAM_HIGH, '\n', length - STREAM_HIGH);

		length = (gsize)(end - uplink.waiting->str) + 1;
	}
	gw_stream_write(uplink.stream, uplink.waiting->str, length);
	g_string_erase(uplink.waiting, 0, (gssize)length);
}

void irc_link_mark(void)
{
	irc_confirm_mark();
}

gboolean irc_link_has_taken(guint serial)
{
	return irc_confirm_has_taken(serial);
}

/* ---- keepalive ---- */

static gboolean on_silence_timer(gpointer user)
{
	if (uplink.heard || !uplink.reading) {
		uplink.asked = FALSE;
	} else if (uplink.asked) {
		lose(GW_FAILURE_NETWORK, "the daemon has been silent for a minute");
		return G_SOURCE_REMOVE;
	} else {
		uplink.asked = TRUE;
		irc_confirm_ping();
	}
	uplink.heard = FALSE;
	return G_SOURCE_CONTINUE;
}

static gboolean on_greeting_timeout(gpointer user)
{
	uplink.greeting_timer = 0;
	lose(GW_FAILURE_NETWORK, "the daemon did not complete its greeting; is it of the kind that "
				 "the key daemon says?");
	return G_SOURCE_REMOVE;
}

/* ---- the end of a connection ---- */

static gboolean on_redial(gpointer user)
{
	uplink.redial_timer = 0;
	irc_dial_again(uplink.dial);
	return G_SOURCE_REMOVE;
}

/* Half to one and a half of the delay, so that gateways do not call in step. */
static void redial_later(void)
{
	guint delay_ms =
		uplink.delay_ms / 2 + (guint)g_random_int_range(0, (gint32)uplink.delay_ms);

	if (irc_link_is_caller() && !uplink.leaving) {
		uplink.redial_timer = g_timeout_add(delay_ms, on_redial, NULL);
		uplink.delay_ms = MIN(uplink.delay_ms * 2, LONGEST_DELAY_MS);
	}
}

static void drop_connection(void)
{
	g_clear_handle_id(&uplink.greeting_timer, g_source_remove);
	g_clear_handle_id(&uplink.silence_timer, g_source_remove);
	g_clear_handle_id(&uplink.leave_timer, g_source_remove);
	g_clear_pointer(&uplink.stream, gw_stream_free);
	g_clear_pointer(&uplink.reader, irc_line_reader_free);
	g_string_truncate(uplink.waiting, 0);
	g_clear_pointer(&uplink.failure_text, g_free);
	uplink.failure = GW_FAILURE_NONE;
}

static void log_loss(const char *text)
{
	if (g_strcmp0(uplink.logged, text) == 0) {
		gw_debug("%s: %s", irc.settings.network_name, text);
		return;
	}
	gw_warning("%s: %s", irc.settings.network_name, text);
	g_free(uplink.logged);
	uplink.logged = g_strdup(text);
}

/* `text` may be the link's own. */
static void lose(GwFailure why, const char *text)
{
	g_autofree char *reason = g_strdup(text);

	drop_connection();
	set_state(LINK_DOWN);
	irc_confirm_give_up();
	irc_info_cancel_all();
	irc_guests_forget_users();
	irc_network_reset(irc.network);
	if (uplink.leaving) {
		gw_stopped();
		return;
	}
	log_loss(reason);
	gw_session_offline(NULL, why, reason);
	redial_later();
}

void irc_link_fail(GwFailure why, const char *text)
{
	if (!uplink.failure_text) {
		uplink.failure = why;
		uplink.failure_text = g_strdup(text);
	}
}

/* ---- reading ---- */

static const IrcVerb *find_verb(const char *command)
{
	const IrcVerb *row = irc.driver->greeting;

	if (uplink.state != LINK_GREETING) {
		return g_hash_table_lookup(uplink.verbs, command);
	}
	while (row->verb && !g_str_equal(row->verb, command)) {
		row++;
	}
	return row->verb ? row : NULL;
}

static void handle_line(const IrcLine *line)
{
	guint numeric = irc_numeric_parse(line->command);
	const IrcVerb *verb = NULL;

	if (numeric) {
		if (uplink.state != LINK_GREETING) {
			irc.driver->handle_numeric(numeric, line);
		}
		return;
	}
	verb = find_verb(line->command);
	if (!verb) {
		gw_debug("the daemon sent %s, which is not known now", line->command);
	} else if (line->n_params < verb->min_params) {
		gw_debug("the daemon sent %s with %u parameters", line->command, line->n_params);
	} else {
		verb->handle(line);
	}
}

/* Each part by itself: people of one channel may use several character sets. */
static void decode_and_handle(IrcLine *line)
{
	char *decoded[IRC_LINE_MAX_PARAMS + 1] = { NULL };
	guint n = 0;

	for (guint i = 0; i < line->n_params; i++) {
		line->params[i] = decoded[n++] =
			irc_text_to_utf8(line->params[i], irc.settings.charset);
	}
	if (line->source) {
		line->source = decoded[n++] = irc_text_to_utf8(line->source, irc.settings.charset);
	}
	handle_line(line);
	for (guint i = 0; i < n; i++) {
		g_free(decoded[i]);
	}
}

static void handle_text(char *text)
{
	gboolean is_utf8 = g_utf8_validate(text, -1, NULL);
	IrcLine line;

	if (!irc_line_parse(&line, text)) {
		return;
	}
	if (is_utf8) {
		handle_line(&line);
	} else {
		decode_and_handle(&line);
	}
}

static void on_gateway_ready(void)
{
	if (uplink.stream) {
		uplink.reading = TRUE;
		gw_stream_set_reading(uplink.stream, TRUE);
	}
}

static void on_bytes(gpointer user, const char *bytes, gsize length)
{
	char *text = NULL;

	uplink.heard = TRUE;
	irc_line_reader_feed(uplink.reader, bytes, length);
	while ((text = irc_line_reader_next(uplink.reader))) {
		handle_text(text);
		if (uplink.failure_text) {
			lose(uplink.failure, uplink.failure_text);
			return;
		}
	}
	if (gw_is_busy()) {
		uplink.reading = FALSE;
		gw_stream_set_reading(uplink.stream, FALSE);
		gw_when_ready(on_gateway_ready);
	}
}

static void on_closed(gpointer user, const GError *error)
{
	const char *cause = error ? error->message
			    : uplink.state == LINK_GREETING
				    ? "before it said who it is; its log tells why"
				    : "without a reason";
	g_autofree char *text = g_strdup_printf("the daemon closed the link: %s", cause);

	lose(GW_FAILURE_NETWORK, text);
}

/* ---- the life of a connection ---- */

static void start_talking(GIOStream *io)
{
	static const GwStreamHandlers handlers = { on_bytes, on_closed, on_drained };

	uplink.stream = gw_stream_new(io, &handlers, NULL);
	gw_stream_set_marks(uplink.stream, STREAM_HIGH, STREAM_LOW);
	uplink.reader = irc_line_reader_new(IRC_LINE_MAX);
	uplink.heard = uplink.reading = TRUE;
	uplink.asked = FALSE;
	uplink.greeting_timer =
		g_timeout_add_seconds(GREETING_TIMEOUT_S, on_greeting_timeout, NULL);
	uplink.silence_timer = g_timeout_add_seconds(SILENCE_S, on_silence_timer, NULL);
	set_state(LINK_GREETING);
	irc.driver->begin(normal_lane());
}

static void on_dialled(GIOStream *io, const GError *error)
{
	g_autoptr(GIOStream) connection = io;

	if (uplink.stream || uplink.leaving) {
		gw_message("%s: refused a second connection", irc.settings.network_name);
	} else if (connection) {
		start_talking(connection);
	} else {
		lose(GW_FAILURE_NETWORK, error->message);
	}
}

void irc_link_greeted(void)
{
	if (uplink.state == LINK_GREETING) {
		g_clear_handle_id(&uplink.greeting_timer, g_source_remove);
		set_state(LINK_BURSTING);
	}
}

void irc_link_ready(void)
{
	if (uplink.state != LINK_BURSTING) {
		return;
	}
	uplink.delay_ms = FIRST_DELAY_MS;
	g_clear_pointer(&uplink.logged, g_free);
	set_state(LINK_UP);
	gw_message("%s: linked, %u users and %u channels", irc.settings.network_name,
		g_hash_table_size(irc.network->users), g_hash_table_size(irc.network->channels));
	gw_session_online(NULL);
}

/* ---- leaving ---- */

/* The daemon closes when it has read it. */
static void say_goodbye(void)
{
	set_state(LINK_LEAVING);
	irc.driver->unlink(normal_lane(), uplink.leaving);
	gw_stream_flush(uplink.stream);
}

static gboolean on_leave_timeout(gpointer user)
{
	uplink.leave_timer = 0;
	if (uplink.state == LINK_UP) {
		say_goodbye();
	}
	lose(GW_FAILURE_SHUTDOWN, uplink.leaving);
	return G_SOURCE_REMOVE;
}

void irc_link_on_confirmed(void)
{
	if (uplink.leaving && uplink.state == LINK_UP && !irc_confirm_is_open()) {
		say_goodbye();
	}
}

void irc_link_close(const char *reason)
{
	uplink.leaving = g_strdup(reason && *reason ? reason : _("The gateway stops"));
	g_clear_handle_id(&uplink.redial_timer, g_source_remove);
	if (uplink.state != LINK_UP) {
		lose(GW_FAILURE_SHUTDOWN, uplink.leaving);
		return;
	}
	uplink.leave_timer = g_timeout_add(LEAVE_TIMEOUT_MS, on_leave_timeout, NULL);
	if (irc_confirm_is_open()) {
		irc_confirm_ping();
	} else {
		say_goodbye();
	}
}

/* ---- all of it ---- */

gboolean irc_link_open(GError **error)
{
	uplink.dial = irc_dial_new(&irc.settings, on_dialled, error);
	if (!uplink.dial) {
		return FALSE;
	}
	uplink.waiting = g_string_new(NULL);
	uplink.delay_ms = FIRST_DELAY_MS;
	uplink.verbs = g_hash_table_new(g_str_hash, g_str_equal);
	for (const IrcVerb *row = irc.driver->verbs; row->verb; row++) {
		g_hash_table_insert(uplink.verbs, (gpointer)row->verb, (gpointer)row);
	}
	irc_dial_again(uplink.dial);
	return TRUE;
}
