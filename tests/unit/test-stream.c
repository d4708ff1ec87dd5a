/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw-stream.h"

/* A stream, and the other end of its socket as a bare descriptor. */
typedef struct {
	GwStream *stream;
	int other;
	GString *got;
	guint n_closed;
	guint n_drained;
	gboolean had_error;
	gboolean frees_itself;
} Fixture;

static void on_bytes(gpointer user, const char *bytes, gsize length)
{
	Fixture *fixture = user;

	g_assert_cmpuint(fixture->n_closed, ==, 0);
	g_string_append_len(fixture->got, bytes, (gssize)length);
	if (fixture->frees_itself) {
		g_clear_pointer(&fixture->stream, gw_stream_free);
	}
}

static void on_closed(gpointer user, const GError *error)
{
	Fixture *fixture = user;

	fixture->n_closed++;
	fixture->had_error = error != NULL;
	if (fixture->frees_itself) {
		g_clear_pointer(&fixture->stream, gw_stream_free);
	}
}

static void on_drained(gpointer user)
{
	Fixture *fixture = user;

	fixture->n_drained++;
	if (fixture->frees_itself) {
		g_clear_pointer(&fixture->stream, gw_stream_free);
	}
}

static const GwStreamHandlers handlers = { on_bytes, on_closed, on_drained };

static void set_up(Fixture *fixture, gconstpointer data)
{
	int fds[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
	g_autoptr(GSocket) socket = g_socket_new_from_fd(fds[0], NULL);
	g_autoptr(GSocketConnection) connection =
		g_socket_connection_factory_create_connection(socket);
	fixture->stream = gw_stream_new(G_IO_STREAM(connection), &handlers, fixture);
	fixture->other = fds[1];
	fixture->got = g_string_new(NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	gw_stream_free(fixture->stream);
	if (fixture->other >= 0) {
		close(fixture->other);
	}
	g_string_free(fixture->got, TRUE);
	while (g_main_context_iteration(NULL, FALSE)) {
	}
}

static void turn(guint n)
{
	while (n-- > 0) {
		g_main_context_iteration(NULL, FALSE);
	}
}

/* All that the other end can read now. */
static gsize read_other(Fixture *fixture, GString *into)
{
	static char buffer[1 << 20];
	gsize total = 0;
	gssize n;

	while ((n = read(fixture->other, buffer, sizeof(buffer))) > 0) {
		total += (gsize)n;
		if (into != NULL) {
			g_string_append_len(into, buffer, n);
		}
	}
	return total;
}

static void test_both_ways(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_assert_cmpint(write(fixture->other, "hello", 5), ==, 5);
	gw_stream_write(fixture->stream, "one ", 4);
	g_string_append(gw_stream_output(fixture->stream), "two");
	g_assert_cmpuint(gw_stream_queued(fixture->stream), ==, 7);
	g_assert_cmpuint(read_other(fixture, out), ==, 0);
	turn(2);
	read_other(fixture, out);
	g_assert_cmpstr(out->str, ==, "one two");
	g_assert_cmpstr(fixture->got->str, ==, "hello");
	g_assert_cmpuint(gw_stream_queued(fixture->stream), ==, 0);
	/* Nothing left to do: the loop would sleep. */
	g_assert_false(g_main_context_pending(NULL));
}

static void test_flush_now(Fixture *fixture, gconstpointer data)
{
	gw_stream_write(fixture->stream, "now", 3);
	gw_stream_flush(fixture->stream);
	g_assert_cmpuint(read_other(fixture, NULL), ==, 3);
	g_assert_false(g_main_context_pending(NULL));
}

static void test_back_pressure(Fixture *fixture, gconstpointer data)
{
	const gsize total = 5 * 1024 * 1024;
	g_autoptr(GString) expected = g_string_new(NULL);
	g_autoptr(GString) out = g_string_new(NULL);

	while (expected->len < total) {
		g_string_append_printf(expected, "%" G_GSIZE_FORMAT " ", expected->len);
	}
	gw_stream_set_marks(fixture->stream, 100000, 50000);
	g_assert_false(gw_stream_is_full(fixture->stream));
	gw_stream_write(fixture->stream, expected->str, expected->len);
	g_assert_true(gw_stream_is_full(fixture->stream));
	turn(3);
	g_assert_true(gw_stream_is_full(fixture->stream));
	g_assert_cmpuint(fixture->n_drained, ==, 0);
	g_assert_false(g_main_context_pending(NULL));
	while (out->len < expected->len) {
		g_assert_true(read_other(fixture, out) > 0 || g_main_context_pending(NULL));
		if (gw_stream_queued(fixture->stream) > 50000) {
			g_assert_cmpuint(fixture->n_drained, ==, 0);
		}
		turn(1);
	}
	turn(1);
	g_assert_cmpuint(fixture->n_drained, ==, 1);
	g_assert_false(gw_stream_is_full(fixture->stream));
	g_assert_true(g_string_equal(out, expected));
	/* The queue has given its memory back. */
	g_assert_cmpuint(gw_stream_output(fixture->stream)->allocated_len, <=, 65536);
	g_assert_false(g_main_context_pending(NULL));
}

static void test_reading_off(Fixture *fixture, gconstpointer data)
{
	gw_stream_set_reading(fixture->stream, FALSE);
	g_assert_cmpint(write(fixture->other, "later", 5), ==, 5);
	turn(2);
	g_assert_cmpuint(fixture->got->len, ==, 0);
	gw_stream_set_reading(fixture->stream, TRUE);
	turn(2);
	g_assert_cmpstr(fixture->got->str, ==, "later");
}

static void test_closed_by_peer(Fixture *fixture, gconstpointer data)
{
	g_assert_cmpint(write(fixture->other, "bye", 3), ==, 3);
	close(fixture->other);
	fixture->other = -1;
	turn(3);
	g_assert_cmpstr(fixture->got->str, ==, "bye");
	g_assert_cmpuint(fixture->n_closed, ==, 1);
	g_assert_false(fixture->had_error);
	/* Harmless from now on. */
	gw_stream_write(fixture->stream, "anybody?", 8);
	gw_stream_flush(fixture->stream);
	turn(3);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
}

/* The peer's last words are heard although writing fails first. */
static void test_write_fails(Fixture *fixture, gconstpointer data)
{
	g_assert_cmpint(write(fixture->other, "go away", 7), ==, 7);
	close(fixture->other);
	fixture->other = -1;
	gw_stream_write(fixture->stream, "x", 1);
	gw_stream_flush(fixture->stream);
	g_assert_cmpuint(fixture->n_closed, ==, 0);
	turn(3);
	g_assert_cmpstr(fixture->got->str, ==, "go away");
	g_assert_cmpuint(fixture->n_closed, ==, 1);
}

static void test_write_fails_while_not_reading(Fixture *fixture, gconstpointer data)
{
	gw_stream_set_reading(fixture->stream, FALSE);
	close(fixture->other);
	fixture->other = -1;
	gw_stream_write(fixture->stream, "x", 1);
	turn(3);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
	g_assert_true(fixture->had_error);
}

static void test_free_in_bytes(Fixture *fixture, gconstpointer data)
{
	fixture->frees_itself = TRUE;
	g_assert_cmpint(write(fixture->other, "end", 3), ==, 3);
	gw_stream_write(fixture->stream, "x", 1);
	turn(3);
	g_assert_null(fixture->stream);
	g_assert_cmpuint(fixture->n_closed, ==, 0);
}

static void test_free_in_closed(Fixture *fixture, gconstpointer data)
{
	fixture->frees_itself = TRUE;
	close(fixture->other);
	fixture->other = -1;
	gw_stream_write(fixture->stream, "x", 1);
	turn(3);
	g_assert_null(fixture->stream);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
}

static void test_free_in_drained(Fixture *fixture, gconstpointer data)
{
	fixture->frees_itself = TRUE;
	gw_stream_set_marks(fixture->stream, 10, 0);
	gw_stream_write(fixture->stream, "more than ten bytes", 19);
	turn(3);
	g_assert_null(fixture->stream);
	g_assert_cmpuint(fixture->n_drained, ==, 1);
}

/* An endless talker must not keep us from answering. */
static void test_no_starvation(Fixture *fixture, gconstpointer data)
{
	g_autofree char *bytes = g_strnfill(300000, 'x');
	gsize answered = 0;

	for (int i = 0; i < 20; i++) {
		while (write(fixture->other, bytes, 300000) > 0) {
		}
		gw_stream_write(fixture->stream, "y", 1);
		turn(2);
		answered += read_other(fixture, NULL);
	}
	g_assert_cmpuint(answered, >=, 19);
}

#define ADD(path, function) g_test_add("/stream/" path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("both-ways", test_both_ways);
	ADD("flush-now", test_flush_now);
	ADD("back-pressure", test_back_pressure);
	ADD("reading-off", test_reading_off);
	ADD("closed-by-peer", test_closed_by_peer);
	ADD("write-fails", test_write_fails);
	ADD("write-fails-while-not-reading", test_write_fails_while_not_reading);
	ADD("free-in-bytes", test_free_in_bytes);
	ADD("free-in-closed", test_free_in_closed);
	ADD("free-in-drained", test_free_in_drained);
	ADD("no-starvation", test_no_starvation);
	return g_test_run();
}
