/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "gw-channel.h"

/* CPU time of a chat message over a channel, both ends in this one process. The argument is the
 * number of messages. */

#define BURST 100 /* messages in a turn of the loop */

static guint n_received;

static const GwMessage message = {
	.room = "#channel",
	.peer = "somebody",
	.id = "b5b3bb61-6c01-4d5d-8a5e-8b8a9a2d7a52",
	.body = "The quick brown fox jumps over the lazy dog, and nobody minds at all.",
	.time_us = G_GINT64_CONSTANT(1700000000000000),
};

static void on_frame(gpointer user, const GwFrameHeader *header, const void *record)
{
	n_received++;
}

static void on_closed(gpointer user, const GError *error)
{
	g_error("the channel is closed: %s", error != NULL ? error->message : "by the peer");
}

static const GwChannelHandlers handlers = { .on_frame = on_frame, .on_closed = on_closed };

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double pack_and_unpack(guint n)
{
	g_autoptr(GString) frame = g_string_new(NULL);
	g_autoptr(GwScratch) scratch = gw_scratch_new();
	double start_us = cpu_us();

	for (guint i = 0; i < n; i++) {
		GwRecord record;

		g_string_truncate(frame, 0);
		gw_frame_pack(frame, GW_EVENT_MESSAGE, 1, i, &message);
		g_assert_true(gw_frame_unpack(GW_EVENT_MESSAGE, frame->str + sizeof(GwFrameHeader),
			frame->len - sizeof(GwFrameHeader), &record, scratch, NULL));
	}
	return (cpu_us() - start_us) / n;
}

static double send_and_receive(guint n)
{
	int fds[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
	g_autoptr(GwChannel) from = gw_channel_new(fds[0], &handlers, NULL);
	g_autoptr(GwChannel) to = gw_channel_new(fds[1], &handlers, NULL);
	double start_us = cpu_us();
	for (guint sent = 0; n_received < n;) {
		for (guint i = 0; i < BURST && sent < n && !gw_channel_is_full(from); i++, sent++) {
			gw_channel_send(from, GW_EVENT_MESSAGE, 1, sent, &message);
		}
		g_main_context_iteration(NULL, FALSE);
	}
	g_assert_cmpuint(gw_channel_queued(to), ==, 0);
	return (cpu_us() - start_us) / n;
}

int main(int argc, char **argv)
{
	guint n = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : 1000000;

	g_print("frame, packed and unpacked: %.3f us\n", pack_and_unpack(n));
	g_print("channel, both ends:         %.3f us\n", send_and_receive(n));
	return 0;
}
