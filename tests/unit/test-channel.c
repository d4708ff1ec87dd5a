/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw-channel.h"

/* A channel, and the other end of its socket as a bare descriptor. */
typedef struct {
	GwChannel *channel;
	int other;
	GString *bodies;
	guint n_frames;
	guint n_closed;
	guint n_drained;
	gboolean had_error;
	gboolean frees_itself;
} Fixture;

static void on_frame(gpointer user, const GwFrameHeader *header, const void *record)
{
	Fixture *fixture = user;

	g_assert_cmpuint(fixture->n_closed, ==, 0);
	fixture->n_frames++;
	if (header->type == GW_EVENT_MESSAGE && fixture->bodies->len < 1000) {
		const GwMessage *message = record;

		g_string_append_printf(fixture->bodies, "%u/%u:%s ", header->session,
			header->serial, message->body);
	}
	if (fixture->frees_itself) {
		g_clear_pointer(&fixture->channel, gw_channel_free);
	}
}

static void on_closed(gpointer user, const GError *error)
{
	Fixture *fixture = user;

	fixture->n_closed++;
	fixture->had_error = error != NULL;
	if (fixture->frees_itself) {
		g_clear_pointer(&fixture->channel, gw_channel_free);
	}
}

static void on_drained(gpointer user)
{
	((Fixture *)user)->n_drained++;
}

static const GwChannelHandlers handlers = { on_frame, on_closed, on_drained };

static void set_up(Fixture *fixture, gconstpointer data)
{
	int fds[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
	fixture->channel = gw_channel_new(fds[0], &handlers, fixture);
	fixture->other = fds[1];
	fixture->bodies = g_string_new(NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	gw_channel_free(fixture->channel);
	if (fixture->other >= 0) {
		close(fixture->other);
	}
	g_string_free(fixture->bodies, TRUE);
}

static void turn(guint n)
{
	while (n-- > 0) {
		g_main_context_iteration(NULL, FALSE);
	}
}

static void put(Fixture *fixture, const char *bytes, gsize length)
{
	g_assert_cmpint(write(fixture->other, bytes, length), ==, (gssize)length);
}

static void pack_body(GString *out, guint session, guint serial, const char *body)
{
	g_assert_true(gw_frame_pack(
		out, GW_EVENT_MESSAGE, session, serial, &(GwMessage){ .body = body }));
}

static void test_round_trip(Fixture *fixture, gconstpointer data)
{
	Fixture peer = { .channel = gw_channel_new(fixture->other, &handlers, &peer),
		.bodies = g_string_new(NULL) };

	fixture->other = -1;
	for (guint i = 1; i <= 3; i++) {
		GwMessage message = { .body = "hi" };

		g_assert_true(
			gw_channel_send(fixture->channel, GW_EVENT_MESSAGE, i, 10 * i, &message));
	}
	g_assert_true(gw_channel_send(fixture->channel, GW_FRAME_PING, 0, 0, NULL));
	g_assert_cmpuint(gw_channel_queued(fixture->channel), >, 4 * sizeof(GwFrameHeader));
	turn(3);
	g_assert_cmpuint(gw_channel_queued(fixture->channel), ==, 0);
	g_assert_cmpstr(peer.bodies->str, ==, "1/10:hi 2/20:hi 3/30:hi ");
	g_assert_cmpuint(peer.n_frames, ==, 4);
	tear_down(&peer, NULL);
}

static void test_split_at_every_byte(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) frames = g_string_new(NULL);

	pack_body(frames, 1, 2, "first");
	pack_body(frames, 3, 4, "second");
	pack_body(frames, 5, 6, "third");
	for (gsize at = 1; at < frames->len; at++) {
		g_string_truncate(fixture->bodies, 0);
		put(fixture, frames->str, at);
		turn(2);
		put(fixture, frames->str + at, frames->len - at);
		turn(2);
		g_assert_cmpstr(fixture->bodies->str, ==, "1/2:first 3/4:second 5/6:third ");
	}
	g_string_truncate(fixture->bodies, 0);
	for (gsize at = 0; at < frames->len; at++) {
		put(fixture, frames->str + at, 1);
		turn(1);
	}
	g_assert_cmpstr(fixture->bodies->str, ==, "1/2:first 3/4:second 5/6:third ");
}

static void test_large_frames(Fixture *fixture, gconstpointer data)
{
	g_autofree char *body = g_strnfill(900000, 'x');
	g_autoptr(GString) frames = g_string_new(NULL);
	gsize sent = 0;

	for (guint i = 0; i < 3; i++) {
		pack_body(frames, 1, i, body);
		pack_body(frames, 1, i, "small");
	}
	while (sent < frames->len) {
		gssize n = write(fixture->other, frames->str + sent, frames->len - sent);

		sent += (gsize)MAX(n, 0);
		turn(1);
	}
	turn(40);
	g_assert_cmpuint(fixture->n_frames, ==, 6);
}

static void assert_refused(Fixture *fixture)
{
	turn(3);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
	g_assert_true(fixture->had_error);
	/* It is closed, and still there. */
	g_assert_false(gw_channel_send(fixture->channel, GW_FRAME_PING, 0, 0, NULL));
	g_assert_false(gw_channel_is_full(fixture->channel));
	gw_channel_flush(fixture->channel);
	gw_channel_set_reading(fixture->channel, TRUE);
	turn(3);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
}

static void put_header(Fixture *fixture, guint32 length, guint32 type)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	GwFrameHeader header = { .length = length, .type = type };

	pack_body(bytes, 1, 1, "good");
	g_string_append_len(bytes, (const char *)&header, sizeof(header));
	pack_body(bytes, 1, 1, "never seen");
	put(fixture, bytes->str, bytes->len);
}

static void test_too_short(Fixture *fixture, gconstpointer data)
{
	put_header(fixture, sizeof(GwFrameHeader) - 1, GW_FRAME_PING);
	assert_refused(fixture);
	g_assert_cmpuint(fixture->n_frames, ==, 1);
}

static void test_too_long(Fixture *fixture, gconstpointer data)
{
	put_header(fixture, GW_FRAME_MAX + 1, GW_FRAME_PING);
	assert_refused(fixture);
	g_assert_cmpuint(fixture->n_frames, ==, 1);
}

static void test_bad_type(Fixture *fixture, gconstpointer data)
{
	put_header(fixture, sizeof(GwFrameHeader), GW_N_FRAME_TYPES);
	assert_refused(fixture);
	g_assert_cmpuint(fixture->n_frames, ==, 1);
}

static void test_bad_payload(Fixture *fixture, gconstpointer data)
{
	put_header(fixture, sizeof(GwFrameHeader), GW_EVENT_MESSAGE);
	assert_refused(fixture);
	g_assert_cmpuint(fixture->n_frames, ==, 1);
}

static void test_bad_in_pieces(Fixture *fixture, gconstpointer data)
{
	put(fixture, "\x01\x00", 2);
	turn(2);
	g_assert_cmpuint(fixture->n_closed, ==, 0);
	put(fixture, "\x00\x00", 2);
	assert_refused(fixture);
}

static void test_peer_gone(Fixture *fixture, gconstpointer data)
{
	close(fixture->other);
	fixture->other = -1;
	turn(2);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
	g_assert_false(fixture->had_error);
}

static void test_free_in_frame(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) frames = g_string_new(NULL);

	fixture->frees_itself = TRUE;
	pack_body(frames, 1, 2, "first");
	pack_body(frames, 3, 4, "second");
	put(fixture, frames->str, frames->len);
	turn(3);
	g_assert_cmpuint(fixture->n_frames, ==, 1);
	g_assert_null(fixture->channel);
}

static void test_free_in_split_frame(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) frames = g_string_new(NULL);

	fixture->frees_itself = TRUE;
	pack_body(frames, 1, 2, "first");
	pack_body(frames, 3, 4, "second");
	put(fixture, frames->str, 20);
	turn(2);
	put(fixture, frames->str + 20, frames->len - 20);
	turn(3);
	g_assert_cmpuint(fixture->n_frames, ==, 1);
	g_assert_null(fixture->channel);
}

static void test_free_in_closed(Fixture *fixture, gconstpointer data)
{
	fixture->frees_itself = TRUE;
	put(fixture, "\x01\x00\x00\x00", 4);
	turn(3);
	g_assert_cmpuint(fixture->n_closed, ==, 1);
	g_assert_null(fixture->channel);
}

static void test_full_and_drained(Fixture *fixture, gconstpointer data)
{
	g_autofree char *body = g_strnfill(900000, 'x');
	static char buffer[1 << 20];

	g_assert_true(gw_channel_send(
		fixture->channel, GW_EVENT_MESSAGE, 1, 0, &(GwMessage){ .body = body }));
	g_assert_true(gw_channel_is_full(fixture->channel));
	for (guint i = 0; i < 1000 && fixture->n_drained == 0; i++) {
		turn(1);
		while (read(fixture->other, buffer, sizeof(buffer)) > 0) {
		}
	}
	g_assert_cmpuint(fixture->n_drained, ==, 1);
	g_assert_false(gw_channel_is_full(fixture->channel));
}

#define ADD(path, function) g_test_add("/channel/" path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("round-trip", test_round_trip);
	ADD("split-at-every-byte", test_split_at_every_byte);
	ADD("large-frames", test_large_frames);
	ADD("too-short", test_too_short);
	ADD("too-long", test_too_long);
	ADD("bad-type", test_bad_type);
	ADD("bad-payload", test_bad_payload);
	ADD("bad-in-pieces", test_bad_in_pieces);
	ADD("peer-gone", test_peer_gone);
	ADD("free-in-frame", test_free_in_frame);
	ADD("free-in-split-frame", test_free_in_split_frame);
	ADD("free-in-closed", test_free_in_closed);
	ADD("full-and-drained", test_full_and_drained);
	return g_test_run();
}
