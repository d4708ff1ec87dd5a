/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <string.h>

#include "confirm.h"
#include "dial.h"
#include "guests.h"
#include "gw-backend.h"
#include "gw-log.h"
#include "gw-stream.h"
#include "info.h"
#include "irc.h"
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
	Dial *dial;
	GwStream *stream;
	IrcLineReader *reader;
	GString *waiting;  /* lines for when the stream has room again */
	GHashTable *verbs; /* IrcVerb by its word */
	guint redial_timer, greeting_timer, silence_timer, leave_timer;
	guint delay_ms;
	gboolean heard;        /* since silence_timer last ran */
	gboolean asked;        /* it sent a PING, and nothing was heard since */
	gboolean reading;
	char *leaving;         /* why; NULL: we are not */
	GwFailure failure;     /* of the line now handled */
	char *failure_text;
	char *logged;          /* the last reason in the log: it is not repeated at each try */
} link;

static void lose(GwFailure why, const char *text);

static void set_state(LinkState state)
{
	static const char *const names[] = { "down", "greeting", "bursting", "up", "leaving" };

	gw_debug("link: %s -> %s", names[link.state], names[state]);
	link.state = state;
}

/* ---- writing ---- */

gboolean irc_link_is_up(void)
{
	return link.state == LINK_UP;
}

gboolean irc_link_is_full(void)
{
	return link.waiting->len > WAITING_MAX;
}

gboolean irc_link_is_caller(void)
{
	return irc.settings.connect != NULL;
}

static GString *normal_lane(void)
{
	gboolean waits = link.waiting->len > 0 || gw_stream_is_full(link.stream);

	return waits ? link.waiting : gw_stream_output(link.stream);
}

GString *irc_link_output(void)
{
	confirm_mark();
	return normal_lane();
}

GString *irc_link_urgent(void)
{
	return gw_stream_output(link.stream);
}

/* Behind the lines that it confirms. */
void irc_link_ping(const char *token)
{
	irc.driver->ping(normal_lane(), token);
}

/* Part of the waiting lines, up to a line's end. */
static void on_drained(gpointer user)
{
	gsize length = link.waiting->len;

	if (length == 0) {
		return;
	}
	if (length > STREAM_HIGH) {
		const char *end = memchr(link.waiting->str + STREAM_HIGH, '\n', length - STREAM_HIGH);

		length = (gsize)(end - link.waiting->str) + 1;
	}
	gw_stream_write(link.stream, link.waiting->str, length);
	g_string_erase(link.waiting, 0, (gssize)length);
}

void irc_link_mark(void)
{
	confirm_mark();
}

gboolean irc_link_has_taken(guint serial)
{
	return confirm_has_taken(serial);
}

/* ---- keepalive ---- */

static gboolean on_silence_timer(gpointer user)
{
	if (link.heard || !link.reading) {
		link.asked = FALSE;
	} else if (link.asked) {
		lose(GW_FAILURE_NETWORK, "the daemon has been silent for a minute");
		return G_SOURCE_REMOVE;
	} else {
		link.asked = TRUE;
		confirm_ping();
	}
	link.heard = FALSE;
	return G_SOURCE_CONTINUE;
}

static gboolean on_greeting_timeout(gpointer user)
{
	link.greeting_timer = 0;
	lose(GW_FAILURE_NETWORK, "the daemon did not complete its greeting; is it of the kind that "
				 "the key daemon says?");
	return G_SOURCE_REMOVE;
}

/* ---- the end of a connection ---- */

static gboolean on_redial(gpointer user)
{
	link.redial_timer = 0;
	dial_again(link.dial);
	return G_SOURCE_REMOVE;
}

/* Half to one and a half of the delay, so that gateways do not call in step. */
static void redial_later(void)
{
	guint delay_ms = link.delay_ms / 2 + (guint)g_random_int_range(0, (gint32)link.delay_ms);

	if (irc_link_is_caller() && !link.leaving) {
		link.redial_timer = g_timeout_add(delay_ms, on_redial, NULL);
		link.delay_ms = MIN(link.delay_ms * 2, LONGEST_DELAY_MS);
	}
}

static void drop_connection(void)
{
	g_clear_handle_id(&link.greeting_timer, g_source_remove);
	g_clear_handle_id(&link.silence_timer, g_source_remove);
	g_clear_handle_id(&link.leave_timer, g_source_remove);
	g_clear_pointer(&link.stream, gw_stream_free);
	g_clear_pointer(&link.reader, irc_line_reader_free);
	g_string_truncate(link.waiting, 0);
	g_clear_pointer(&link.failure_text, g_free);
	link.failure = GW_FAILURE_NONE;
}

static void log_loss(const char *text)
{
	if (g_strcmp0(link.logged, text) == 0) {
		gw_debug("%s: %s", irc.settings.network_name, text);
		return;
	}
	gw_warning("%s: %s", irc.settings.network_name, text);
	g_free(link.logged);
	link.logged = g_strdup(text);
}

/* `text` may be the link's own. */
static void lose(GwFailure why, const char *text)
{
	g_autofree char *reason = g_strdup(text);

	drop_connection();
	set_state(LINK_DOWN);
	confirm_give_up();
	info_cancel_all();
	guests_forget_users();
	irc_network_reset(irc.network);
	if (link.leaving) {
		gw_stopped();
		return;
	}
	log_loss(reason);
	gw_session_offline(NULL, why, reason);
	redial_later();
}

void irc_link_fail(GwFailure why, const char *text)
{
	if (!link.failure_text) {
		link.failure = why;
		link.failure_text = g_strdup(text);
	}
}

/* ---- reading ---- */

static void handle_line(const IrcLine *line)
{
	guint numeric = irc_numeric_parse(line->command);
	const IrcVerb *verb = NULL;

	if (numeric) {
		irc.driver->handle_numeric(numeric, line);
		return;
	}
	verb = g_hash_table_lookup(link.verbs, line->command);
	if (!verb) {
		gw_debug("the daemon sent %s, which is not known", line->command);
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
	if (link.stream) {
		link.reading = TRUE;
		gw_stream_set_reading(link.stream, TRUE);
	}
}

static void on_bytes(gpointer user, const char *bytes, gsize length)
{
	char *text = NULL;

	link.heard = TRUE;
	irc_line_reader_feed(link.reader, bytes, length);
	while ((text = irc_line_reader_next(link.reader))) {
		handle_text(text);
		if (link.failure_text) {
			lose(link.failure, link.failure_text);
			return;
		}
	}
	if (gw_is_busy()) {
		link.reading = FALSE;
		gw_stream_set_reading(link.stream, FALSE);
		gw_when_ready(on_gateway_ready);
	}
}

static void on_closed(gpointer user, const GError *error)
{
	g_autofree char *text = g_strdup_printf(
		"the daemon closed the link: %s", error ? error->message : "without a reason");

	lose(GW_FAILURE_NETWORK, text);
}

/* ---- the life of a connection ---- */

static void start_talking(GIOStream *io)
{
	static const GwStreamHandlers handlers = { on_bytes, on_closed, on_drained };

	link.stream = gw_stream_new(io, &handlers, NULL);
	gw_stream_set_marks(link.stream, STREAM_HIGH, STREAM_LOW);
	link.reader = irc_line_reader_new(IRC_LINE_MAX);
	link.heard = link.reading = TRUE;
	link.asked = FALSE;
	link.greeting_timer =
		g_timeout_add_seconds(GREETING_TIMEOUT_S, on_greeting_timeout, NULL);
	link.silence_timer = g_timeout_add_seconds(SILENCE_S, on_silence_timer, NULL);
	set_state(LINK_GREETING);
	if (irc_link_is_caller()) {
		irc.driver->greet(normal_lane());
	}
}

static void on_dialled(GIOStream *io, const GError *error)
{
	g_autoptr(GIOStream) connection = io;

	if (link.stream || link.leaving) {
		gw_message("%s: refused a second connection", irc.settings.network_name);
	} else if (connection) {
		start_talking(connection);
	} else {
		lose(GW_FAILURE_NETWORK, error->message);
	}
}

void irc_link_greeted(void)
{
	if (link.state == LINK_GREETING) {
		g_clear_handle_id(&link.greeting_timer, g_source_remove);
		set_state(LINK_BURSTING);
	}
}

void irc_link_ready(void)
{
	if (link.state != LINK_BURSTING) {
		return;
	}
	link.delay_ms = FIRST_DELAY_MS;
	g_clear_pointer(&link.logged, g_free);
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
	irc.driver->unlink(normal_lane(), link.leaving);
	gw_stream_flush(link.stream);
}

static gboolean on_leave_timeout(gpointer user)
{
	link.leave_timer = 0;
	if (link.state == LINK_UP) {
		say_goodbye();
	}
	lose(GW_FAILURE_SHUTDOWN, link.leaving);
	return G_SOURCE_REMOVE;
}

void irc_link_on_confirmed(void)
{
	if (link.leaving && link.state == LINK_UP && !confirm_is_open()) {
		say_goodbye();
	}
}

void irc_link_close(const char *reason)
{
	link.leaving = g_strdup(reason && *reason ? reason : "The gateway stops");
	g_clear_handle_id(&link.redial_timer, g_source_remove);
	if (link.state != LINK_UP) {
		lose(GW_FAILURE_SHUTDOWN, link.leaving);
		return;
	}
	link.leave_timer = g_timeout_add(LEAVE_TIMEOUT_MS, on_leave_timeout, NULL);
	if (confirm_is_open()) {
		confirm_ping();
	} else {
		say_goodbye();
	}
}

/* ---- all of it ---- */

gboolean irc_link_open(GError **error)
{
	link.dial = dial_new(&irc.settings, on_dialled, error);
	if (!link.dial) {
		return FALSE;
	}
	link.waiting = g_string_new(NULL);
	link.delay_ms = FIRST_DELAY_MS;
	link.verbs = g_hash_table_new(g_str_hash, g_str_equal);
	for (const IrcVerb *row = irc.driver->verbs; row->verb; row++) {
		g_hash_table_insert(link.verbs, (gpointer)row->verb, (gpointer)row);
	}
	dial_again(link.dial);
	return TRUE;
}

void irc_link_free(void)
{
	if (!link.dial) {
		return;
	}
	drop_connection();
	g_clear_pointer(&link.dial, dial_free);
	g_clear_handle_id(&link.redial_timer, g_source_remove);
	g_string_free(link.waiting, TRUE);
	g_hash_table_unref(link.verbs);
	g_clear_pointer(&link.leaving, g_free);
	g_clear_pointer(&link.logged, g_free);
}
