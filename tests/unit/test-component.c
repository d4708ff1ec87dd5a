/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "component.h"
#include "gw-log.h"
#include "gw-stream.h"
#include "gw-xml.h"

#define DOMAIN "irc.example.org"
#define HEADER                                                                 \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' " \
	"xmlns:stream='http://etherx.jabber.org/streams' from='" DOMAIN "' id='3BF96D32'>"
/* SHA-1 of "3BF96D32secret". */
#define DIGEST "b09ea9b3b7f586be8a08d0a3dd7466f110aeb136"
#define STREAM_ERROR(condition)                                         \
	"<stream:error><" condition                                     \
	" xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>" \
	"</stream:stream>"

/* A component, and a server whose every word is in the test. */
typedef struct {
	Component *component;
	GSocketService *service;
	guint16 port;
	GwStream *stream; /* the server's end */
	guint n_connections;
	GString *got;
	gboolean answers_pings;

	GString *stanzas; /* what on_stanza was given */
	guint n_up;
	guint n_down;
	guint n_done;
	guint n_drained;
	guint64 confirmed;
	char *reason;
	gboolean frees_itself;
} Fixture;

/* ---- the component's side ---- */

static void maybe_free(Fixture *fixture)
{
	if (fixture->frees_itself) {
		g_clear_pointer(&fixture->component, component_free);
	}
}

static void on_stanza(gpointer user, const GwElement *stanza)
{
	Fixture *fixture = user;

	gw_element_print(stanza, "jabber:component:accept", fixture->stanzas);
	maybe_free(fixture);
}

static void on_up(gpointer user)
{
	Fixture *fixture = user;

	fixture->n_up++;
	g_assert_true(component_is_up(fixture->component));
}

static void on_down(gpointer user, const char *reason)
{
	Fixture *fixture = user;

	fixture->n_down++;
	g_assert_false(component_is_up(fixture->component));
	g_free(fixture->reason);
	fixture->reason = g_strdup(reason);
	maybe_free(fixture);
}

static void on_confirmed(gpointer user, guint64 mark)
{
	Fixture *fixture = user;

	g_assert_cmpuint(mark, >, fixture->confirmed);
	fixture->confirmed = mark;
}

static void on_drained(gpointer user)
{
	((Fixture *)user)->n_drained++;
}

static void on_done(gpointer user)
{
	((Fixture *)user)->n_done++;
}

static const ComponentHandlers handlers = { on_stanza, on_up, on_down, on_confirmed, on_drained };

/* ---- the server's side ---- */

static void server_send(Fixture *fixture, const char *text)
{
	gw_stream_write(fixture->stream, text, strlen(text));
}

/* Sends each ping of the component back to it, as a server does that routes it. */
static void return_pings(Fixture *fixture)
{
	static const char start[] = "<iq from='" DOMAIN "' type='get' id='gateway-ping-";
	static const char end[] = "</iq>";
	char *ping;

	while ((ping = strstr(fixture->got->str, start)) != NULL) {
		char *after = strstr(ping, end);

		if (after == NULL) {
			return;
		}
		after += strlen(end);
		gw_stream_write(fixture->stream, ping, (gsize)(after - ping));
		g_string_erase(fixture->got, ping - fixture->got->str, after - ping);
	}
}

static void on_server_bytes(gpointer user, const char *bytes, gsize length)
{
	Fixture *fixture = user;

	g_string_append_len(fixture->got, bytes, (gssize)length);
	if (fixture->answers_pings) {
		return_pings(fixture);
	}
}

static void server_close(Fixture *fixture)
{
	g_clear_pointer(&fixture->stream, gw_stream_free);
}

static void on_server_closed(gpointer user, const GError *error)
{
	server_close(user);
}

static const GwStreamHandlers server_handlers = {
	.on_bytes = on_server_bytes,
	.on_closed = on_server_closed,
};

static gboolean on_incoming(
	GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user)
{
	Fixture *fixture = user;

	server_close(fixture);
	g_string_truncate(fixture->got, 0);
	fixture->n_connections++;
	fixture->stream = gw_stream_new(G_IO_STREAM(connection), &server_handlers, fixture);
	return TRUE;
}

/* ---- waiting ---- */

static gboolean on_deadline(gpointer data)
{
	g_error("waited in vain for %s", *(const char **)data);
	return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                           \
	G_STMT_START                                                                  \
	{                                                                             \
		const char *waited_for = #condition;                                  \
		guint deadline = g_timeout_add_seconds(15, on_deadline, &waited_for); \
		while (!(condition)) {                                                \
			g_main_context_iteration(NULL, TRUE);                         \
		}                                                                     \
		g_source_remove(deadline);                                            \
	}                                                                             \
	G_STMT_END

#define WAIT_FOR_TEXT(text) WAIT_FOR(strstr(fixture->got->str, (text)) != NULL)

/* Until all that has been sent either way has arrived. */
static void settle(void)
{
	gint64 end_us = g_get_monotonic_time() + 30000;

	while (g_get_monotonic_time() < end_us) {
		if (!g_main_context_iteration(NULL, FALSE)) {
			g_usleep(1000);
		}
	}
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	component_times = (ComponentTimes){ .connect_s = 10,
		.silence_s = 20,
		.answer_s = 30,
		.write_s = 60,
		.retry_least_s = 0,
		.retry_most_s = 60,
		.conflict_s = 300,
		.steady_s = 30 };
	fixture->got = g_string_new(NULL);
	fixture->stanzas = g_string_new(NULL);
	fixture->answers_pings = TRUE;
	fixture->service = g_socket_service_new();
	fixture->port = g_socket_listener_add_any_inet_port(
		G_SOCKET_LISTENER(fixture->service), NULL, NULL);
	g_signal_connect(fixture->service, "incoming", G_CALLBACK(on_incoming), fixture);
	g_autofree char *server = g_strdup_printf("127.0.0.1:%u", fixture->port);
	fixture->component = component_new(DOMAIN, server, "secret", &handlers, fixture);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	component_free(fixture->component);
	server_close(fixture);
	g_socket_service_stop(fixture->service);
	g_object_unref(fixture->service);
	g_string_free(fixture->got, TRUE);
	g_string_free(fixture->stanzas, TRUE);
	g_free(fixture->reason);
	settle();
}

static void attach(Fixture *fixture)
{
	guint n_up = fixture->n_up;

	component_open(fixture->component);
	WAIT_FOR_TEXT("<stream:stream ");
	server_send(fixture, HEADER);
	WAIT_FOR_TEXT("<handshake>" DIGEST "</handshake>");
	g_string_truncate(fixture->got, 0);
	server_send(fixture, "<handshake/>");
	WAIT_FOR(fixture->n_up > n_up);
}

/* ---- tests ---- */

static void test_handshake(Fixture *fixture, gconstpointer data)
{
	component_open(fixture->component);
	g_assert_false(component_is_up(fixture->component));
	WAIT_FOR_TEXT("to='" DOMAIN "'>");
	g_assert_cmpstr(fixture->got->str, ==,
		"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
		"xmlns:stream='http://etherx.jabber.org/streams' to='" DOMAIN "'>");
	server_send(fixture, HEADER);
	WAIT_FOR_TEXT("<handshake>" DIGEST "</handshake>");
	g_assert_cmpuint(fixture->n_up, ==, 0);
	server_send(fixture, "<handshake/>");
	WAIT_FOR(fixture->n_up == 1);
	g_assert_cmpstr(component_domain(fixture->component), ==, DOMAIN);
}

static void expect_refusal(Fixture *fixture, const char *words, const char *reason)
{
	component_times.retry_least_s = 60;
	component_open(fixture->component);
	WAIT_FOR_TEXT("<stream:stream ");
	if (words != NULL) {
		server_send(fixture, words);
		gw_stream_flush(fixture->stream);
	}
	server_close(fixture);
	WAIT_FOR(fixture->n_down == 1);
	g_assert_nonnull(strstr(fixture->reason, reason));
	settle();
	g_assert_cmpuint(fixture->n_connections, ==, 1);
	g_assert_cmpuint(fixture->n_up, ==, 0);
}

static void test_wrong_secret(Fixture *fixture, gconstpointer data)
{
	expect_refusal(fixture, HEADER STREAM_ERROR("not-authorized"), "secret");
}

static void test_host_unknown(Fixture *fixture, gconstpointer data)
{
	expect_refusal(
		fixture, HEADER STREAM_ERROR("host-unknown"), "no component of this hostname");
}

static void test_no_xmpp(Fixture *fixture, gconstpointer data)
{
	expect_refusal(fixture, "HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak XMPP");
}

static void test_closed_silently(Fixture *fixture, gconstpointer data)
{
	expect_refusal(fixture, NULL, "port for components");
}

static void test_client_port(Fixture *fixture, gconstpointer data)
{
	expect_refusal(fixture,
		"<stream:stream xmlns='jabber:client' id='1' "
		"xmlns:stream='http://etherx.jabber.org/streams'><stream:features/>",
		"XEP-0114");
}

static void test_conflict(Fixture *fixture, gconstpointer data)
{
	component_open(fixture->component);
	WAIT_FOR_TEXT("<stream:stream ");
	server_send(fixture, HEADER STREAM_ERROR("conflict"));
	WAIT_FOR(fixture->n_down == 1);
	/* Not at once, as after other failures (retry_least_s is 0). */
	settle();
	g_assert_cmpuint(fixture->n_connections, ==, 1);
}

static void test_refused_port(Fixture *fixture, gconstpointer data)
{
	component_times.retry_least_s = 60;
	g_autoptr(GSocketListener) listener = g_socket_listener_new();
	g_autofree char *server = g_strdup_printf(
		"127.0.0.1:%u", g_socket_listener_add_any_inet_port(listener, NULL, NULL));
	g_socket_listener_close(listener);
	component_set_server(fixture->component, server, "secret");
	component_open(fixture->component);
	WAIT_FOR(fixture->n_down == 1);
	g_assert_nonnull(strstr(fixture->reason, "refused"));
}

static void test_handshake_timeout(Fixture *fixture, gconstpointer data)
{
	component_times.connect_s = 1;
	component_open(fixture->component);
	WAIT_FOR(fixture->n_down == 1);
	g_assert_nonnull(strstr(fixture->reason, "does not finish the handshake"));
}

static void test_stanzas(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	server_send(fixture, " <message from='a@b' to='" DOMAIN "'><body>Hi</body></message>");
	WAIT_FOR(fixture->stanzas->len > 0);
	g_assert_cmpstr(fixture->stanzas->str, ==,
		"<message from='a@b' to='" DOMAIN "'><body>Hi</body></message>");

	GString *out = component_begin(
		fixture->component, "message", "nick@" DOMAIN, "a@b/c", "chat", "id<1>");
	gw_xml_element(out, "body", NULL, "1 < 2");
	component_end(fixture->component, "message");
	component_begin(fixture->component, "presence", DOMAIN "/x", NULL, NULL, NULL);
	component_end(fixture->component, "presence");
	WAIT_FOR_TEXT("<presence");
	g_assert_cmpstr(fixture->got->str, ==,
		"<message from='nick@" DOMAIN "' type='chat' id='id&lt;1&gt;' to='a@b/c'>"
		"<body>1 &lt; 2</body></message><presence from='" DOMAIN "/x'/>");
}

static void test_wrong_from(Fixture *fixture, gconstpointer data)
{
	static const char *const froms[] = { NULL, "", "example.org", "a@example.org",
		"a@" DOMAIN ".org", "IRC.example.org", "a@b/" DOMAIN, "irc.example.or", "@",
		"a@b@" DOMAIN };

	attach(fixture);
	for (guint i = 0; i < G_N_ELEMENTS(froms); i++) {
		component_begin(fixture->component, "message", froms[i], "a@b", NULL, "wrong");
		component_end(fixture->component, "message");
	}
	component_begin(fixture->component, "message", "a@" DOMAIN "/b@c", "a@b", NULL, "right");
	component_end(fixture->component, "message");
	WAIT_FOR_TEXT("right");
	g_assert_null(strstr(fixture->got->str, "wrong"));
}

static void test_too_large(Fixture *fixture, gconstpointer data)
{
	g_autofree char *text = g_strnfill(600 * 1024, 'x');

	attach(fixture);
	component_begin(fixture->component, "message", DOMAIN, "a@b", NULL, "before");
	component_end(fixture->component, "message");
	gw_xml_text(
		component_begin(fixture->component, "message", DOMAIN, "a@b", NULL, "huge"), text);
	component_end(fixture->component, "message");
	component_begin(fixture->component, "message", DOMAIN, "a@b", NULL, "after");
	component_end(fixture->component, "message");
	WAIT_FOR_TEXT("after");
	g_assert_nonnull(strstr(fixture->got->str, "before"));
	g_assert_null(strstr(fixture->got->str, "huge"));
}

static void test_template(Fixture *fixture, gconstpointer data)
{
	ComponentTemplate template = { NULL, NULL };

	attach(fixture);
	GString *out = component_template_begin(
		fixture->component, &template, "message", "#a@" DOMAIN "/n", "groupchat", "1");
	gw_xml_element(out, "body", NULL, "Hi");
	component_template_end(&template, "message");
	component_send_copy(fixture->component, &template, "a@b/1", 5);
	component_send_copy(fixture->component, &template, "a@b/2", 5);
	/* Reused, and without content. */
	component_template_begin(fixture->component, &template, "presence", DOMAIN, NULL, NULL);
	component_template_end(&template, "presence");
	component_send_copy(fixture->component, &template, "x", 1);
	component_template_begin(fixture->component, &template, "message", "not@ours", NULL, NULL);
	component_template_end(&template, "message");
	component_send_copy(fixture->component, &template, "x", 1);
	component_template_clear(&template);
	component_template_clear(&template);
	WAIT_FOR_TEXT("<presence");
	settle();
	g_assert_cmpstr(fixture->got->str, ==,
		"<message from='#a@" DOMAIN "/n' type='groupchat' id='1' to='a@b/1'>"
		"<body>Hi</body></message>"
		"<message from='#a@" DOMAIN "/n' type='groupchat' id='1' to='a@b/2'>"
		"<body>Hi</body></message><presence from='" DOMAIN "' to='x'/>");
}

static void test_nothing_while_down(Fixture *fixture, gconstpointer data)
{
	ComponentTemplate template = { NULL, NULL };

	gw_xml_element(component_begin(fixture->component, "message", DOMAIN, "a@b", NULL, "lost"),
		"body", NULL, "x");
	component_end(fixture->component, "message");
	component_template_begin(fixture->component, &template, "message", DOMAIN, NULL, "lost");
	component_template_end(&template, "message");
	component_send_copy(fixture->component, &template, "x", 1);
	component_template_clear(&template);
	attach(fixture);
	settle();
	g_assert_null(strstr(fixture->got->str, "lost"));
	g_assert_false(component_is_full(fixture->component));
}

static void send_many_children(Fixture *fixture, const char *start)
{
	server_send(fixture, start);
	for (guint i = 0; i < 3000; i++) {
		server_send(fixture, "<a/>");
	}
}

static void test_skipped(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	send_many_children(fixture, "<message from='a@b/c' to='x@" DOMAIN "' id='7'>");
	server_send(fixture, "</message>");
	send_many_children(fixture, "<message from='a@b/c' to='x@" DOMAIN "' type='error'>");
	server_send(fixture, "</message>");
	send_many_children(fixture, "<iq from='a@b/c' to='x@" DOMAIN "' type='result'>");
	server_send(fixture, "</iq>");
	send_many_children(fixture, "<iq type='get' id='8'>");
	server_send(fixture, "</iq><presence from='a@b/c' to='" DOMAIN "'/>");
	WAIT_FOR(fixture->stanzas->len > 0);
	g_assert_cmpstr(fixture->stanzas->str, ==, "<presence from='a@b/c' to='" DOMAIN "'/>");
	settle();
	g_assert_cmpstr(fixture->got->str, ==,
		"<message from='x@" DOMAIN "' type='error' id='7' to='a@b/c'>"
		"<error type='modify'>"
		"<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
		"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Too many elements</text>"
		"</error></message>");
}

static void test_reconnect(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	server_send(fixture, "</stream:stream>");
	WAIT_FOR(fixture->n_down == 1);
	g_assert_cmpuint(fixture->n_up, ==, 1);
	WAIT_FOR(fixture->n_connections == 2);
	attach(fixture);
	server_send(fixture, "<message></iq>");
	WAIT_FOR(fixture->n_down == 2);
	g_assert_nonnull(strstr(fixture->reason, "broken XML"));
	/* The secret of the next attempt. */
	g_autofree char *server = g_strdup_printf("127.0.0.1:%u", fixture->port);
	component_set_server(fixture->component, server, "other");
	WAIT_FOR(fixture->n_connections == 3);
	server_send(fixture, HEADER);
	WAIT_FOR_TEXT("</handshake>");
	g_assert_null(strstr(fixture->got->str, DIGEST));
}

static void test_growing_delay(Fixture *fixture, gconstpointer data)
{
	component_times.retry_least_s = 1;
	component_open(fixture->component);
	for (guint i = 1; i <= 2; i++) {
		gint64 start_us = g_get_monotonic_time();

		WAIT_FOR(fixture->n_connections == i);
		server_close(fixture);
		if (i == 2) {
			g_assert_cmpint(g_get_monotonic_time() - start_us, >, 900000);
		}
	}
}

static void test_dead_link(Fixture *fixture, gconstpointer data)
{
	fixture->answers_pings = FALSE;
	component_times.silence_s = 1;
	component_times.answer_s = 1;
	component_times.retry_least_s = 60;
	attach(fixture);
	WAIT_FOR_TEXT("<ping xmlns='urn:xmpp:ping'/></iq>");
	g_assert_cmpuint(fixture->n_down, ==, 0);
	WAIT_FOR(fixture->n_down == 1);
	g_assert_nonnull(strstr(fixture->reason, "does not answer"));
}

static gboolean set_flag(gpointer flag)
{
	*(gboolean *)flag = TRUE;
	return G_SOURCE_REMOVE;
}

static void test_quiet_link_lives(Fixture *fixture, gconstpointer data)
{
	gboolean is_over = FALSE;

	component_times.silence_s = 1;
	component_times.answer_s = 1;
	attach(fixture);
	g_timeout_add(3500, set_flag, &is_over);
	WAIT_FOR(is_over);
	g_assert_cmpuint(fixture->n_down, ==, 0);
	g_assert_true(component_is_up(fixture->component));
	g_assert_cmpuint(fixture->stanzas->len, ==, 0);
}

static void test_keepalive_space(Fixture *fixture, gconstpointer data)
{
	component_times.silence_s = 1;
	component_times.write_s = 1;
	attach(fixture);
	/* While it hears something, it has no reason for a ping. */
	for (guint i = 0; i < 100 && strchr(fixture->got->str, ' ') == NULL; i++) {
		server_send(fixture, " ");
		settle();
	}
	g_assert_cmpstr(fixture->got->str, ==, " ");
}

static void test_marks(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	guint64 first = component_mark(fixture->component);
	guint64 second = component_mark(fixture->component);
	g_assert_cmpuint(second, ==, first + 1);
	WAIT_FOR(fixture->confirmed == second);

	/* At most one ping is under way, and none where there is nothing to confirm. */
	fixture->answers_pings = FALSE;
	for (guint i = 0; i < 2000; i++) {
		component_mark(fixture->component);
	}
	WAIT_FOR_TEXT("</iq>");
	settle();
	g_assert_true(strstr(fixture->got->str, "</iq>") == strrchr(fixture->got->str, '/') - 1);
	guint64 last = component_mark(fixture->component);
	fixture->answers_pings = TRUE;
	return_pings(fixture);
	WAIT_FOR(fixture->confirmed == last);
	settle();
	g_assert_cmpuint(fixture->got->len, ==, 0);
	g_assert_cmpuint(fixture->stanzas->len, ==, 0);
}

/* The bench's server answers instead of routing; a forged answer counts for nothing. */
static void test_mark_answers(Fixture *fixture, gconstpointer data)
{
	fixture->answers_pings = FALSE;
	attach(fixture);
	guint64 mark = component_mark(fixture->component);
	WAIT_FOR_TEXT("</iq>");
	g_autofree char *id = g_strndup(strstr(fixture->got->str, "id='") + 4,
		strcspn(strstr(fixture->got->str, "id='") + 4, "'"));
	g_autofree char *forged =
		g_strdup_printf("<iq from='a@b' to='" DOMAIN "' type='result' id='%s'/>", id);
	g_autofree char *answer = g_strdup_printf(
		"<iq from='" DOMAIN "' to='" DOMAIN "' type='result' id='%s'/>", id);
	server_send(fixture, forged);
	WAIT_FOR(fixture->stanzas->len > 0);
	g_assert_cmpuint(fixture->confirmed, ==, 0);
	server_send(fixture, answer);
	WAIT_FOR(fixture->confirmed == mark);
}

static void test_marks_are_lost_with_the_stream(Fixture *fixture, gconstpointer data)
{
	fixture->answers_pings = FALSE;
	attach(fixture);
	component_mark(fixture->component);
	WAIT_FOR_TEXT("</iq>");
	server_close(fixture);
	WAIT_FOR(fixture->n_down == 1);
	fixture->answers_pings = TRUE;
	WAIT_FOR(fixture->n_connections == 2);
	attach(fixture);
	settle();
	g_assert_cmpuint(fixture->confirmed, ==, 0);
	guint64 mark = component_mark(fixture->component);
	WAIT_FOR(fixture->confirmed == mark);
}

static void test_close(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	guint64 mark = component_mark(fixture->component);
	component_begin(fixture->component, "presence", DOMAIN, "a@b", NULL, NULL);
	component_end(fixture->component, "presence");
	component_close(fixture->component, 10, on_done);
	g_assert_false(component_is_up(fixture->component));
	WAIT_FOR_TEXT("</stream:stream>");
	g_assert_true(g_str_has_prefix(fixture->got->str, "<presence "));
	/* Too late for the stream, and no harm to those before. */
	component_mark(fixture->component);
	server_send(fixture, "<message from='a@b' to='" DOMAIN "'/>");
	WAIT_FOR(fixture->stanzas->len > 0);
	g_assert_cmpuint(fixture->n_done, ==, 0);
	WAIT_FOR(fixture->confirmed == mark);
	server_send(fixture, "</stream:stream>");
	WAIT_FOR(fixture->n_done == 1);
	settle();
	g_assert_cmpuint(fixture->n_down, ==, 0);
	g_assert_cmpuint(fixture->n_connections, ==, 1);
}

static void test_close_timeout(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	component_close(fixture->component, 1, on_done);
	WAIT_FOR(fixture->n_done == 1);
	g_assert_cmpuint(fixture->n_down, ==, 0);
}

static void test_close_while_down(Fixture *fixture, gconstpointer data)
{
	component_open(fixture->component);
	component_close(fixture->component, 10, on_done);
	g_assert_cmpuint(fixture->n_done, ==, 0);
	WAIT_FOR(fixture->n_done == 1);
	settle();
	g_assert_cmpuint(fixture->n_down, ==, 0);
}

static void test_free_inside(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	fixture->frees_itself = TRUE;
	server_send(fixture, "<message/><message/>");
	WAIT_FOR(fixture->component == NULL);
	settle();
	g_assert_cmpstr(fixture->stanzas->str, ==, "<message/>");
}

static void test_free_in_down(Fixture *fixture, gconstpointer data)
{
	attach(fixture);
	fixture->frees_itself = TRUE;
	server_send(fixture, STREAM_ERROR("system-shutdown"));
	WAIT_FOR(fixture->component == NULL);
	g_assert_cmpuint(fixture->n_down, ==, 1);
}

static void test_back_pressure(Fixture *fixture, gconstpointer data)
{
	g_autofree char *text = g_strnfill(400 * 1024, 'x');

	attach(fixture);
	gw_stream_set_reading(fixture->stream, FALSE);
	for (guint i = 0; i < 40; i++) {
		gw_xml_text(
			component_begin(fixture->component, "message", DOMAIN, "a@b", NULL, NULL),
			text);
		component_end(fixture->component, "message");
	}
	g_assert_true(component_is_full(fixture->component));
	settle();
	g_assert_true(component_is_full(fixture->component));
	gw_stream_set_reading(fixture->stream, TRUE);
	WAIT_FOR(fixture->n_drained == 1);
	g_assert_false(component_is_full(fixture->component));
}

#define ADD(path, function) \
	g_test_add("/component/" path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* Warnings are what many of these tests provoke. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	gw_log_init("test", "warning");
	ADD("handshake", test_handshake);
	ADD("wrong-secret", test_wrong_secret);
	ADD("host-unknown", test_host_unknown);
	ADD("no-xmpp", test_no_xmpp);
	ADD("closed-silently", test_closed_silently);
	ADD("client-port", test_client_port);
	ADD("conflict", test_conflict);
	ADD("refused-port", test_refused_port);
	ADD("handshake-timeout", test_handshake_timeout);
	ADD("stanzas", test_stanzas);
	ADD("wrong-from", test_wrong_from);
	ADD("too-large", test_too_large);
	ADD("template", test_template);
	ADD("nothing-while-down", test_nothing_while_down);
	ADD("skipped", test_skipped);
	ADD("reconnect", test_reconnect);
	ADD("growing-delay", test_growing_delay);
	ADD("dead-link", test_dead_link);
	ADD("quiet-link-lives", test_quiet_link_lives);
	ADD("keepalive-space", test_keepalive_space);
	ADD("marks", test_marks);
	ADD("mark-answers", test_mark_answers);
	ADD("marks-are-lost-with-the-stream", test_marks_are_lost_with_the_stream);
	ADD("close", test_close);
	ADD("close-timeout", test_close_timeout);
	ADD("close-while-down", test_close_while_down);
	ADD("free-inside", test_free_inside);
	ADD("free-in-down", test_free_in_down);
	ADD("back-pressure", test_back_pressure);
	return g_test_run();
}
