/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "component.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "gw-jid.h"
#include "gw-log.h"
#include "gw-stream.h"
#include "gw-xml.h"

#define NS_COMPONENT "jabber:component:accept"
#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_STREAM_ERROR "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_STANZA_ERROR "urn:ietf:params:xml:ns:xmpp-stanzas"

#define DEFAULT_PORT 5347
/* Prosody ends the stream for a stanza of 512 KiB. */
#define MAX_STANZA (500 * 1024)
/* Between pings for marks, unless so many of them wait. */
#define MARK_PING_MS 200
#define MANY_MARKS 512

ComponentTimes component_times = {
	.connect_s = 15,
	.silence_s = 20,
	.answer_s = 30,
	.write_s = 60,
	.retry_least_s = 1,
	.retry_most_s = 60,
	.conflict_s = 300,
	.steady_s = 30,
};

typedef enum {
	STATE_CLOSED,
	STATE_WAITING,    /* for the next attempt */
	STATE_CONNECTING, /* TCP */
	STATE_GREETING,   /* our stream header is out */
	STATE_PROVING,    /* our handshake is out */
	STATE_UP,
	STATE_CLOSING, /* our end tag is out */
} State;

struct Component {
	gint references; /* one is the owner's, one that of each callback under way */
	char *domain;
	char *server;
	char *secret;
	const ComponentHandlers *handlers;
	gpointer user;

	State state;
	guint timer; /* what it waits for depends on the state */
	guint retry_s;
	char *last_failure;          /* what was said in the log about the last attempt */
	void (*done)(gpointer user); /* of component_close() */

	GCancellable *connecting;
	GwStream *stream;
	GwParser *parser;
	gboolean reading;
	char *lost; /* why the stream has to be given up */
	gboolean conflict;
	gint64 up_us;
	gint64 heard_us;
	gint64 wrote_us;

	GString *building; /* between begin and end; NULL: nothing */
	gsize building_start;
	GString *scratch; /* for what is not sent */
	guint warned_kinds;
	gboolean warned_ping;
	gboolean wrote; /* since the last tick */

	guint64 last_mark;
	guint64 confirmed;
	guint32 ping_nonce;
	guint ping_number;
	gboolean pinging;
	guint64 ping_mark; /* what its answer confirms */
	gint64 pinged_us;
	guint ping_source;
};

static const char *const state_names[] = { "closed", "waiting", "connecting", "greeting", "proving",
	"up", "closing" };

static void set_state(Component *component, State state)
{
	gw_debug("%s: %s to %s", component->domain, state_names[component->state],
		state_names[state]);
	component->state = state;
}

static gint64 us(guint seconds)
{
	return (gint64)seconds * G_USEC_PER_SEC;
}

static void set_timer_ms(Component *component, guint ms, GSourceFunc function)
{
	g_clear_handle_id(&component->timer, g_source_remove);
	/* Whole seconds wake up together with other timers. */
	component->timer = ms % 1000 == 0 ? g_timeout_add_seconds(ms / 1000, function, component)
					  : g_timeout_add(ms, function, component);
}

static void unref_component(Component *component)
{
	if (--component->references > 0) {
		return;
	}
	gw_parser_free(component->parser);
	g_string_free(component->scratch, TRUE);
	g_free(component->domain);
	g_free(component->server);
	g_free(component->secret);
	g_free(component->last_failure);
	g_free(component->lost);
	g_free(component);
}

/* ---- losing the stream ---- */

static gboolean on_retry(gpointer data);

static void drop_stream(Component *component)
{
	g_clear_handle_id(&component->timer, g_source_remove);
	g_clear_handle_id(&component->ping_source, g_source_remove);
	if (component->connecting != NULL) {
		g_cancellable_cancel(component->connecting);
		g_clear_object(&component->connecting);
	}
	g_clear_pointer(&component->stream, gw_stream_free);
	g_clear_pointer(&component->parser, gw_parser_free);
	component->pinging = FALSE;
	/* What is not confirmed now never will be. */
	component->confirmed = component->last_mark;
}

static guint next_retry_ms(Component *component)
{
	guint least_s = component_times.retry_least_s;
	guint most_s = component_times.retry_most_s;

	if (component->conflict) {
		return component_times.conflict_s * 1000;
	}
	if (component->up_us != 0 &&
		g_get_monotonic_time() - component->up_us >= us(component_times.steady_s)) {
		component->retry_s = 0;
	}
	component->retry_s = CLAMP(2 * component->retry_s, least_s, most_s);
	/* Many components of one server must not come back at the same moment. */
	guint ms = component->retry_s * (guint)g_random_int_range(750, 1250);
	return CLAMP(ms, least_s * 1000, most_s * 1000);
}

static void log_failure(Component *component, const char *reason, guint retry_ms)
{
	if (g_strcmp0(reason, component->last_failure) == 0) {
		gw_debug("%s: still: %s", component->domain, reason);
		return;
	}
	g_free(component->last_failure);
	component->last_failure = g_strdup(reason);
	gw_warning(
		"%s: %s; next attempt in %u s", component->domain, reason, (retry_ms + 500) / 1000);
}

static void finish_close(Component *component)
{
	void (*done)(gpointer user) = component->done;

	drop_stream(component);
	set_state(component, STATE_CLOSED);
	component->done = NULL;
	if (done != NULL) {
		done(component->user);
	}
}

/* Not while the parser runs. `component` may be gone afterwards. */
static void give_up(Component *component)
{
	g_autofree char *reason = g_steal_pointer(&component->lost);

	if (component->state == STATE_CLOSING) {
		finish_close(component);
		return;
	}
	guint retry_ms = next_retry_ms(component);
	drop_stream(component);
	set_state(component, STATE_WAITING);
	set_timer_ms(component, retry_ms, on_retry);
	log_failure(component, reason, retry_ms);
	component->up_us = 0;
	if (component->handlers->on_down != NULL) {
		component->handlers->on_down(component->user, reason);
	}
}

/* The first reason is the one that counts. The stream ends when the parser has returned. */
static G_GNUC_PRINTF(2, 3) void lose(Component *component, const char *format, ...)
{
	va_list arguments;

	if (component->lost == NULL) {
		va_start(arguments, format);
		component->lost = g_strdup_vprintf(format, arguments);
		va_end(arguments);
	}
	if (component->parser != NULL) {
		gw_parser_stop(component->parser);
	}
}

/* ---- sending ---- */

/* The one place that sees every `from`. */
static gboolean is_ours(Component *component, const char *kind, const char *from)
{
	if (from != NULL) {
		gsize bare = gw_jid_bare_length(from);
		const char *at = memchr(from, '@', bare);
		const char *domain = at != NULL ? at + 1 : from;
		gsize length = bare - (gsize)(domain - from);

		if (strncmp(domain, component->domain, length) == 0 &&
			component->domain[length] == '\0') {
			return TRUE;
		}
	}
	guint flag = 1u << (kind[0] & 31);
	if ((component->warned_kinds & flag) == 0) {
		component->warned_kinds |= flag;
		gw_warning("%s: dropped a %s from %s, which is not ours", component->domain, kind,
			from != NULL ? from : "nobody");
	}
	return FALSE;
}

static void put_start_tag(
	GString *out, const char *kind, const char *from, const char *type, const char *id)
{
	gw_xml_open(out, kind);
	gw_xml_attribute(out, "from", from);
	gw_xml_attribute(out, "type", type);
	gw_xml_attribute(out, "id", id);
}

GString *component_begin(Component *component, const char *kind, const char *from, const char *to,
	const char *type, const char *id)
{
	GString *out = component->scratch;

	g_warn_if_fail(component->building == NULL);
	if (is_ours(component, kind, from) && component_is_up(component)) {
		out = gw_stream_output(component->stream);
	} else {
		g_string_truncate(out, 0);
	}
	component->building = out;
	component->building_start = out->len;
	put_start_tag(out, kind, from, type, id);
	gw_xml_attribute(out, "to", to);
	return out;
}

static void check_size(Component *component, const char *kind)
{
	GString *out = component->building;
	gsize size = out->len - component->building_start;

	if (size > MAX_STANZA) {
		gw_warning("%s: dropped a %s of %" G_GSIZE_FORMAT
			   " bytes, which servers do not take",
			component->domain, kind, size);
		g_string_truncate(out, component->building_start);
	}
}

void component_end(Component *component, const char *kind)
{
	GString *out = component->building;

	g_return_if_fail(out != NULL);
	gw_xml_close(out, kind);
	check_size(component, kind);
	component->wrote |= out != component->scratch;
	component->building = NULL;
}

static void renew(GString **string)
{
	if (*string == NULL) {
		*string = g_string_new(NULL);
	}
	g_string_truncate(*string, 0);
}

GString *component_template_begin(Component *component, ComponentTemplate *template,
	const char *kind, const char *from, const char *type, const char *id)
{
	renew(&template->head);
	renew(&template->tail);
	if (is_ours(component, kind, from)) {
		put_start_tag(template->head, kind, from, type, id);
		g_string_truncate(template->head, template->head->len - 1);
		g_string_append(template->head, " to='");
	}
	g_string_append(template->tail, "'>");
	return template->tail;
}

void component_template_end(ComponentTemplate *template, const char *kind)
{
	gw_xml_close(template->tail, kind);
}

void component_template_clear(ComponentTemplate *template)
{
	if (template->head != NULL) {
		g_string_free(g_steal_pointer(&template->head), TRUE);
	}
	if (template->tail != NULL) {
		g_string_free(g_steal_pointer(&template->tail), TRUE);
	}
}

void component_send_copy(
	Component *component, const ComponentTemplate *template, const char *to, gsize to_length)
{
	const GString *head = template->head;
	const GString *tail = template->tail;

	if (!component_is_up(component) || head->len == 0 ||
		head->len + to_length + tail->len > MAX_STANZA) {
		return;
	}
	GString *out = gw_stream_output(component->stream);
	g_string_append_len(out, head->str, (gssize)head->len);
	g_string_append_len(out, to, (gssize)to_length);
	g_string_append_len(out, tail->str, (gssize)tail->len);
	component->wrote = TRUE;
}

/* ---- pings ---- */

#define PING_PREFIX "gateway-ping-"

static void send_ping(Component *component)
{
	char id[48];

	g_snprintf(id, sizeof(id), PING_PREFIX "%08x-%u", component->ping_nonce,
		++component->ping_number);
	component->pinging = TRUE;
	component->ping_mark = component->last_mark;
	component->pinged_us = g_get_monotonic_time();
	GString *out =
		component_begin(component, "iq", component->domain, component->domain, "get", id);
	gw_xml_element(out, "ping", "urn:xmpp:ping", NULL);
	component_end(component, "iq");
}

static gboolean on_mark_ping(gpointer data)
{
	Component *component = data;

	component->ping_source = 0;
	if (!component->pinging && component->last_mark > component->confirmed) {
		send_ping(component);
	}
	return G_SOURCE_REMOVE;
}

/* At the end of this turn of the loop, so that it comes after all that the turn sends. */
static void ping_for_marks(Component *component)
{
	gint64 since_us = g_get_monotonic_time() - component->pinged_us;
	gboolean soon = component->last_mark - component->confirmed > MANY_MARKS ||
			since_us >= MARK_PING_MS * 1000;

	if (component->pinging) {
		return;
	}
	if (soon) {
		g_clear_handle_id(&component->ping_source, g_source_remove);
		component->ping_source =
			g_idle_add_full(G_PRIORITY_HIGH, on_mark_ping, component, NULL);
	} else if (component->ping_source == 0) {
		component->ping_source = g_timeout_add(
			MARK_PING_MS - (guint)(since_us / 1000), on_mark_ping, component);
	}
}

guint64 component_mark(Component *component)
{
	guint64 open = ++component->last_mark - component->confirmed;

	/* Those in between are seen when the ping under way has come back. */
	if (component_is_up(component) && (open == 1 || open == MANY_MARKS + 1)) {
		ping_for_marks(component);
	}
	return component->last_mark;
}

/* TRUE: it is one of our pings that came back, or its answer. */
static gboolean take_ping(Component *component, const GwElement *stanza)
{
	char id[48];
	const char *found = gw_element_attribute(stanza, "id");
	const char *from = gw_element_attribute(stanza, "from");
	int length = g_snprintf(id, sizeof(id), PING_PREFIX "%08x-", component->ping_nonce);

	if (found == NULL || strncmp(found, id, (gsize)length) != 0 ||
		strcmp(stanza->name, "iq") != 0 ||
		(from != NULL && strcmp(from, component->domain) != 0)) {
		return FALSE;
	}
	g_snprintf(id + length, sizeof(id) - (gsize)length, "%u", component->ping_number);
	if (!component->pinging || strcmp(found, id) != 0) {
		return TRUE;
	}
	component->pinging = FALSE;
	gboolean news = component->ping_mark > component->confirmed;
	component->confirmed = component->ping_mark;
	if (component->last_mark > component->confirmed && component_is_up(component)) {
		ping_for_marks(component);
	}
	if (news && component->handlers->on_confirmed != NULL) {
		component->handlers->on_confirmed(component->user, component->confirmed);
	}
	return TRUE;
}

/* ---- keepalive ---- */

/* The most precise that is needed: how long until the next look. */
static guint tick_ms(gint64 until_us)
{
	return (guint)MAX(1, (until_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) * 1000;
}

static void keep_written(Component *component, gint64 now_us)
{
	if (component->wrote) {
		component->wrote = FALSE;
		component->wrote_us = now_us;
	} else if (now_us - component->wrote_us >= us(component_times.write_s)) {
		gw_stream_write(component->stream, " ", 1);
		component->wrote_us = now_us;
	}
}

/* The server speaks, so the link is fine; but then nothing is ever confirmed. */
static void tell_lost_ping(Component *component)
{
	if (!component->warned_ping) {
		component->warned_ping = TRUE;
		gw_warning("%s: the server does not give us back our own pings", component->domain);
	}
}

static gboolean on_tick(gpointer data)
{
	Component *component = data;
	gint64 now_us = g_get_monotonic_time();
	gint64 next_us = us(component_times.silence_s);

	component->timer = 0;
	if (!component->reading) {
		/* We do not listen, so silence says nothing. */
		component->heard_us = component->pinged_us = now_us;
	}
	gint64 silence_us = now_us - component->heard_us;
	gint64 waited_us = now_us - MAX(component->pinged_us, component->heard_us);
	if (component->pinging && waited_us >= us(component_times.answer_s)) {
		lose(component, "the server does not answer any more");
		give_up(component);
		return G_SOURCE_REMOVE;
	}
	if (component->pinging &&
		now_us - component->pinged_us >= us(2 * component_times.answer_s)) {
		tell_lost_ping(component);
		send_ping(component);
	}
	if (!component->pinging && silence_us >= us(component_times.silence_s)) {
		send_ping(component);
		next_us = us(component_times.answer_s);
	} else if (component->pinging) {
		next_us = us(component_times.answer_s) - waited_us;
	} else {
		next_us -= silence_us;
	}
	keep_written(component, now_us);
	set_timer_ms(component, tick_ms(next_us), on_tick);
	return G_SOURCE_REMOVE;
}

/* ---- receiving ---- */

static void come_up(Component *component)
{
	set_state(component, STATE_UP);
	g_clear_pointer(&component->last_failure, g_free);
	component->conflict = FALSE;
	component->up_us = component->wrote_us = g_get_monotonic_time();
	component->pinged_us = 0;
	component->ping_nonce = g_random_int();
	component->warned_ping = FALSE;
	component->confirmed = component->last_mark;
	gw_message("%s: attached to %s", component->domain, component->server);
	set_timer_ms(component, tick_ms(us(component_times.silence_s)), on_tick);
	gw_stream_set_reading(component->stream, component->reading);
	if (component->handlers->on_up != NULL) {
		component->handlers->on_up(component->user);
	}
}

static void on_stream_error(Component *component, const GwElement *error)
{
	static const struct {
		const char *condition;
		const char *meaning;
	} known[] = {
		{ "not-authorized", "the server does not accept our secret" },
		{ "conflict", "another program is attached under this hostname" },
		{ "host-unknown", "the server has no component of this hostname configured" },
		{ "invalid-namespace", "this port is not for components (XEP-0114)" },
		{ "system-shutdown", "the server shuts down" },
	};
	const GwElement *condition = gw_element_child(error, NULL, NS_STREAM_ERROR);
	const char *name = condition != NULL ? condition->name : "undefined-condition";
	const char *text = gw_element_child_text(error, "text", NS_STREAM_ERROR);
	const char *meaning = "the server ended the stream";

	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].condition, name) == 0) {
			meaning = known[i].meaning;
		}
	}
	component->conflict = strcmp(name, "conflict") == 0;
	lose(component, "%s (%s%s%s)", meaning, name, text != NULL ? ": " : "",
		text != NULL ? text : "");
}

static void on_open(gpointer user, const GwElement *root)
{
	Component *component = user;
	const char *id = gw_element_attribute(root, "id");

	if (!gw_element_is(root, "stream", NS_STREAM)) {
		lose(component, "%s does not speak XMPP", component->server);
		return;
	}
	/* An error follows where the server did not give an id. */
	g_autofree char *proof = g_strconcat(id != NULL ? id : "", component->secret, NULL);
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, proof, -1);
	set_state(component, STATE_PROVING);
	gw_xml_element(gw_stream_output(component->stream), "handshake", NULL, digest);
}

static void on_stanza(gpointer user, const GwElement *stanza)
{
	Component *component = user;

	if (gw_element_is(stanza, "error", NS_STREAM)) {
		on_stream_error(component, stanza);
	} else if (component->state != STATE_PROVING) {
		if (!take_ping(component, stanza)) {
			component->handlers->on_stanza(component->user, stanza);
		}
	} else if (gw_element_is(stanza, "handshake", NS_COMPONENT)) {
		come_up(component);
	} else {
		lose(component, "%s is no port for components (XEP-0114)", component->server);
	}
}

static gboolean wants_answer(const GwElement *stanza)
{
	const char *type = gw_element_attribute(stanza, "type");

	return gw_element_attribute(stanza, "from") != NULL &&
	       gw_element_attribute(stanza, "to") != NULL && g_strcmp0(type, "error") != 0 &&
	       g_strcmp0(type, "result") != 0 &&
	       (strcmp(stanza->name, "message") == 0 || strcmp(stanza->name, "presence") == 0 ||
		       strcmp(stanza->name, "iq") == 0);
}

static void on_skipped(gpointer user, const GwElement *stanza, const char *limit)
{
	Component *component = user;

	if (component->state == STATE_PROVING) {
		lose(component, "%s does not speak XEP-0114", component->server);
		return;
	}
	gw_info("%s: skipped a stanza with too many %s", component->domain, limit);
	if (!wants_answer(stanza)) {
		return;
	}
	GString *out = component_begin(component, stanza->name, gw_element_attribute(stanza, "to"),
		gw_element_attribute(stanza, "from"), "error", gw_element_attribute(stanza, "id"));
	gw_xml_open(out, "error");
	gw_xml_attribute(out, "type", "modify");
	gw_xml_element(out, "policy-violation", NS_STANZA_ERROR, NULL);
	gw_xml_open_ns(out, "text", NS_STANZA_ERROR);
	gw_xml_text(out, "Too many ");
	gw_xml_text(out, limit);
	gw_xml_close(out, "text");
	gw_xml_close(out, "error");
	component_end(component, stanza->name);
}

static void on_close(gpointer user)
{
	lose(user, "the server closed the stream");
}

static const GwParserHandlers parser_handlers = {
	.on_open = on_open,
	.on_stanza = on_stanza,
	.on_skipped = on_skipped,
	.on_close = on_close,
};

static void on_bytes(gpointer user, const char *bytes, gsize length)
{
	Component *component = user;
	g_autoptr(GError) error = NULL;

	component->references++;
	component->heard_us = g_get_monotonic_time();
	if (!gw_parser_feed(component->parser, bytes, length, &error)) {
		if (component->state == STATE_GREETING) {
			lose(component, "%s does not speak XMPP (%s)", component->server,
				error->message);
		} else {
			lose(component, "the server sent broken XML (%s)", error->message);
		}
	}
	if (component->stream != NULL && component->lost != NULL) {
		give_up(component);
	}
	unref_component(component);
}

static void on_stream_closed(gpointer user, const GError *error)
{
	Component *component = user;

	if (component->state == STATE_GREETING && error == NULL) {
		lose(component, "%s closed without a word: is it the port for components?",
			component->server);
	} else {
		lose(component, "connection lost: %s",
			error != NULL ? error->message : "closed by the server");
	}
	give_up(component);
}

static void on_drained(gpointer user)
{
	Component *component = user;

	if (component->handlers->on_drained != NULL && component->state == STATE_UP) {
		component->handlers->on_drained(component->user);
	}
}

static const GwStreamHandlers stream_handlers = {
	.on_bytes = on_bytes,
	.on_closed = on_stream_closed,
	.on_drained = on_drained,
};

/* ---- connecting ---- */

static void set_no_delay(GSocketConnection *connection)
{
	GSocket *socket = g_socket_connection_get_socket(connection);

	g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

static void greet(Component *component)
{
	set_state(component, STATE_GREETING);
	GString *out = gw_stream_output(component->stream);
	g_string_append(out, "<?xml version='1.0'?>");
	gw_xml_open_ns(out, "stream:stream", NS_COMPONENT);
	gw_xml_attribute(out, "xmlns:stream", NS_STREAM);
	gw_xml_attribute(out, "to", component->domain);
}

static void on_connected(GObject *client, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSocketConnection) connection =
		g_socket_client_connect_to_host_finish(G_SOCKET_CLIENT(client), result, &error);

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		return; /* and `data` may be gone */
	}
	Component *component = data;
	g_clear_object(&component->connecting);
	if (connection == NULL) {
		lose(component, "no connection to %s: %s", component->server, error->message);
		give_up(component);
		return;
	}
	set_no_delay(connection);
	component->parser = gw_parser_new(&parser_handlers, component);
	component->stream = gw_stream_new(G_IO_STREAM(connection), &stream_handlers, component);
	greet(component);
}

static gboolean on_connect_timeout(gpointer data)
{
	Component *component = data;

	component->timer = 0;
	if (component->state == STATE_CONNECTING) {
		lose(component, "no connection to %s: it does not answer", component->server);
	} else {
		lose(component, "%s does not finish the handshake: is it the port for components?",
			component->server);
	}
	give_up(component);
	return G_SOURCE_REMOVE;
}

static void connect_to_server(Component *component)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();

	set_state(component, STATE_CONNECTING);
	set_timer_ms(component, component_times.connect_s * 1000, on_connect_timeout);
	component->connecting = g_cancellable_new();
	component->conflict = FALSE;
	g_socket_client_set_enable_proxy(client, FALSE);
	g_socket_client_connect_to_host_async(client, component->server, DEFAULT_PORT,
		component->connecting, on_connected, component);
}

static gboolean on_retry(gpointer data)
{
	Component *component = data;

	component->timer = 0;
	connect_to_server(component);
	return G_SOURCE_REMOVE;
}

/* ---- life ---- */

Component *component_new(const char *domain, const char *server, const char *secret,
	const ComponentHandlers *handlers, gpointer user)
{
	Component *component = g_new0(Component, 1);

	component->references = 1;
	component->domain = g_strdup(domain);
	component->server = g_strdup(server);
	component->secret = g_strdup(secret);
	component->handlers = handlers;
	component->user = user;
	component->reading = TRUE;
	component->scratch = g_string_new(NULL);
	return component;
}

void component_free(Component *component)
{
	if (component == NULL) {
		return;
	}
	/* The parser may be what called us: then the last reference frees it. */
	GwParser *parser = g_steal_pointer(&component->parser);
	drop_stream(component);
	component->parser = parser;
	if (parser != NULL) {
		gw_parser_stop(parser);
	}
	unref_component(component);
}

void component_set_server(Component *component, const char *server, const char *secret)
{
	g_free(component->server);
	g_free(component->secret);
	component->server = g_strdup(server);
	component->secret = g_strdup(secret);
}

void component_open(Component *component)
{
	if (component->state == STATE_CLOSED) {
		connect_to_server(component);
	}
}

static gboolean on_close_end(gpointer data)
{
	Component *component = data;

	component->timer = 0;
	finish_close(component);
	return G_SOURCE_REMOVE;
}

void component_close(Component *component, guint timeout_s, void (*done)(gpointer user))
{
	component->done = done;
	if (component->state == STATE_CLOSING) {
		return;
	}
	if (component->state != STATE_UP) {
		drop_stream(component);
		set_state(component, STATE_CLOSED);
		component->timer = g_idle_add(on_close_end, component);
		return;
	}
	g_clear_handle_id(&component->ping_source, g_source_remove);
	if (component->last_mark > component->confirmed) {
		send_ping(component);
	}
	gw_stream_write(component->stream, "</stream:stream>", strlen("</stream:stream>"));
	set_state(component, STATE_CLOSING);
	gw_stream_set_reading(component->stream, TRUE);
	set_timer_ms(component, timeout_s * 1000, on_close_end);
}

const char *component_domain(const Component *component)
{
	return component->domain;
}

gboolean component_is_up(const Component *component)
{
	return component->state == STATE_UP;
}

gboolean component_is_full(const Component *component)
{
	return component->stream != NULL && gw_stream_is_full(component->stream);
}

void component_set_reading(Component *component, gboolean reading)
{
	component->reading = reading;
	component->heard_us = g_get_monotonic_time();
	if (component->state == STATE_UP) {
		gw_stream_set_reading(component->stream, reading);
	}
}
