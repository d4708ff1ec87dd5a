/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "component-private.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "gw-log.h"
#include "gw-xml.h"

#define DEFAULT_PORT 5347

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

static const char *const state_names[] = { "closed", "waiting", "connecting", "greeting", "proving",
	"up", "closing" };

void component_set_state(Component *component, State state)
{
	gw_debug("%s: %s to %s", component->domain, state_names[component->state],
		state_names[state]);
	component->state = state;
}

void component_set_timer(Component *component, guint ms, GSourceFunc function)
{
	g_clear_handle_id(&component->timer, g_source_remove);
	/* Whole seconds wake up together with other timers. */
	component->timer = ms % 1000 == 0 ? g_timeout_add_seconds(ms / 1000, function, component)
					  : g_timeout_add(ms, function, component);
}

void component_unref(Component *component)
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
	if (component->up_us != 0 && g_get_monotonic_time() - component->up_us >=
					     component_us(component_times.steady_s)) {
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
	component_set_state(component, STATE_CLOSED);
	component->done = NULL;
	if (done != NULL) {
		done(component->user);
	}
}

void component_give_up(Component *component)
{
	g_autofree char *reason = g_steal_pointer(&component->lost);

	if (component->state == STATE_CLOSING) {
		finish_close(component);
		return;
	}
	guint retry_ms = next_retry_ms(component);
	drop_stream(component);
	component_set_state(component, STATE_WAITING);
	component_set_timer(component, retry_ms, on_retry);
	log_failure(component, reason, retry_ms);
	component->up_us = 0;
	if (component->handlers->on_down != NULL) {
		component->handlers->on_down(component->user, reason);
	}
}

void component_lose(Component *component, const char *format, ...)
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

/* ---- connecting ---- */

static void set_no_delay(GSocketConnection *connection)
{
	GSocket *socket = g_socket_connection_get_socket(connection);

	g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

static void greet(Component *component)
{
	component_set_state(component, STATE_GREETING);
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
		component_lose(
			component, "no connection to %s: %s", component->server, error->message);
		component_give_up(component);
		return;
	}
	set_no_delay(connection);
	component->parser = gw_parser_new(&component_parser_handlers, component);
	component->stream =
		gw_stream_new(G_IO_STREAM(connection), &component_stream_handlers, component);
	greet(component);
}

static gboolean on_connect_timeout(gpointer data)
{
	Component *component = data;

	component->timer = 0;
	if (component->state == STATE_CONNECTING) {
		component_lose(
			component, "no connection to %s: it does not answer", component->server);
	} else {
		component_lose(component,
			"%s does not finish the handshake: is it the port for components?",
			component->server);
	}
	component_give_up(component);
	return G_SOURCE_REMOVE;
}

static void connect_to_server(Component *component)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();

	component_set_state(component, STATE_CONNECTING);
	component_set_timer(component, component_times.connect_s * 1000, on_connect_timeout);
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
	component_unref(component);
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
		component_set_state(component, STATE_CLOSED);
		component->timer = g_idle_add(on_close_end, component);
		return;
	}
	g_clear_handle_id(&component->ping_source, g_source_remove);
	if (component->last_mark > component->confirmed) {
		component_send_ping(component);
	}
	gw_stream_write(component->stream, "</stream:stream>", strlen("</stream:stream>"));
	component_set_state(component, STATE_CLOSING);
	gw_stream_set_reading(component->stream, TRUE);
	component_set_timer(component, timeout_s * 1000, on_close_end);
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
