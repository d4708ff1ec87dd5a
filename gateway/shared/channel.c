/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gw-channel.h"

#include <gio/gio.h>
#include <string.h>

#include "gw-stream.h"

#define KEEP_TAIL (64 * 1024)

struct GwChannel {
	gint references;  /* one is the owner's, one that of the read under way */
	GwStream *stream; /* NULL: closed */
	const GwChannelHandlers *handlers;
	gpointer user;
	GString *tail; /* a frame that has not come whole */
	GwScratch *scratch;
};

static void unref_channel(GwChannel *channel)
{
	if (--channel->references > 0) {
		return;
	}
	g_string_free(channel->tail, TRUE);
	gw_scratch_free(channel->scratch);
	g_free(channel);
}

static void close_stream(GwChannel *channel)
{
	g_clear_pointer(&channel->stream, gw_stream_free);
}

static void report_closed(GwChannel *channel, const GError *error)
{
	close_stream(channel);
	channel->handlers->on_closed(channel->user, error);
}

/* ---- in ---- */

/* Of the frame that starts at `bytes`; 0: not known yet, or malformed with `error` set. */
static gsize frame_length(const char *bytes, gsize length, GError **error)
{
	guint32 whole;

	if (length < sizeof(whole)) {
		return 0;
	}
	memcpy(&whole, bytes, sizeof(whole));
	if (whole < sizeof(GwFrameHeader) || whole > GW_FRAME_MAX) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "frame of %u bytes", whole);
		return 0;
	}
	return whole;
}

static gboolean handle_frame(GwChannel *channel, const char *bytes, GError **error)
{
	GwFrameHeader header;
	GwRecord record;

	memcpy(&header, bytes, sizeof(header));
	if (!gw_frame_unpack(header.type, bytes + sizeof(header), header.length - sizeof(header),
		    &record, channel->scratch, error)) {
		return FALSE;
	}
	channel->handlers->on_frame(channel->user, &header, &record);
	return TRUE;
}

/* Handles the frames that are whole; returns how many bytes they had. */
static gsize handle_frames(GwChannel *channel, const char *bytes, gsize length, GError **error)
{
	gsize done = 0;

	while (channel->stream != NULL) {
		gsize whole = frame_length(bytes + done, length - done, error);

		if (whole == 0 || whole > length - done ||
			!handle_frame(channel, bytes + done, error)) {
			break;
		}
		done += whole;
	}
	return done;
}

/* Completes the frame in the tail; returns how many of the new bytes it took. */
static gsize fill_tail(GwChannel *channel, const char *bytes, gsize length, GError **error)
{
	GString *tail = channel->tail;
	gsize taken = 0;

	if (tail->len < sizeof(guint32)) {
		taken = MIN(sizeof(guint32) - tail->len, length);
		g_string_append_len(tail, bytes, (gssize)taken);
	}
	gsize whole = frame_length(tail->str, tail->len, error);
	if (whole == 0) {
		return taken;
	}
	gsize more = MIN(whole - tail->len, length - taken);
	g_string_append_len(tail, bytes + taken, (gssize)more);
	if (handle_frames(channel, tail->str, tail->len, error) > 0) {
		g_string_truncate(tail, 0);
		if (tail->allocated_len > KEEP_TAIL) {
			g_string_free(tail, TRUE);
			channel->tail = g_string_new(NULL);
		}
	}
	return taken + more;
}

static void on_bytes(gpointer user, const char *bytes, gsize length)
{
	GwChannel *channel = user;
	g_autoptr(GError) error = NULL;
	gsize done = 0;

	channel->references++;
	if (channel->tail->len > 0) {
		done = fill_tail(channel, bytes, length, &error);
	}
	if (error == NULL && channel->tail->len == 0) {
		done += handle_frames(channel, bytes + done, length - done, &error);
		g_string_append_len(channel->tail, bytes + done, (gssize)(length - done));
	}
	if (error != NULL && channel->stream != NULL) {
		report_closed(channel, error);
	}
	unref_channel(channel);
}

static void on_closed(gpointer user, const GError *error)
{
	report_closed(user, error);
}

static void on_drained(gpointer user)
{
	GwChannel *channel = user;

	if (channel->handlers->on_drained != NULL) {
		channel->handlers->on_drained(channel->user);
	}
}

static const GwStreamHandlers stream_handlers = {
	.on_bytes = on_bytes,
	.on_closed = on_closed,
	.on_drained = on_drained,
};

void gw_channel_set_reading(GwChannel *channel, gboolean reading)
{
	if (channel->stream != NULL) {
		gw_stream_set_reading(channel->stream, reading);
	}
}

/* ---- out ---- */

gboolean gw_channel_send(
	GwChannel *channel, GwFrameType type, guint session, guint serial, const void *record)
{
	return channel->stream != NULL &&
	       gw_frame_pack(gw_stream_output(channel->stream), type, session, serial, record);
}

void gw_channel_flush(GwChannel *channel)
{
	if (channel->stream != NULL) {
		gw_stream_flush(channel->stream);
	}
}

gboolean gw_channel_is_full(const GwChannel *channel)
{
	return channel->stream != NULL && gw_stream_is_full(channel->stream);
}

gsize gw_channel_queued(const GwChannel *channel)
{
	return channel->stream != NULL ? gw_stream_queued(channel->stream) : 0;
}

/* ---- life ---- */

/* Only a mistake of ours gives a descriptor that is no socket. */
static GIOStream *stream_of(int fd)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, &error);

	if (socket == NULL) {
		g_error("descriptor %d: %s", fd, error->message);
	}
	return G_IO_STREAM(g_socket_connection_factory_create_connection(socket));
}

GwChannel *gw_channel_new(int fd, const GwChannelHandlers *handlers, gpointer user)
{
	GwChannel *channel = g_new0(GwChannel, 1);
	g_autoptr(GIOStream) io = stream_of(fd);

	channel->references = 1;
	channel->handlers = handlers;
	channel->user = user;
	channel->tail = g_string_new(NULL);
	channel->scratch = gw_scratch_new();
	channel->stream = gw_stream_new(io, &stream_handlers, channel);
	return channel;
}

void gw_channel_free(GwChannel *channel)
{
	if (channel != NULL) {
		close_stream(channel);
		unref_channel(channel);
	}
}
