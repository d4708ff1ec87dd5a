/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_STREAM_H
#define GW_STREAM_H

#include <gio/gio.h>

/* A connected socket (plain, Unix or TLS) on the main loop: bytes in by
 * callback, bytes out through a queue that is written once per turn of the loop.
 * Idle streams make no system calls. */

typedef struct GwStream GwStream;

typedef struct {
	/* Up to 64 KiB. The stream may be freed inside. */
	void (*on_bytes)(gpointer user, const char *bytes, gsize length);
	/* Once, and nothing after it: the peer closed (`error` NULL) or the connection broke. What
	 * was queued is lost. The stream may be freed inside. */
	void (*on_closed)(gpointer user, const GError *error);
	/* The queue fell to the low mark after it had been over the high one. NULL: not wanted. */
	void (*on_drained)(gpointer user);
} GwStreamHandlers;

/* Takes a reference on `io`, whose streams must be pollable. `handlers` must outlive the stream. */
GwStream *gw_stream_new(GIOStream *io, const GwStreamHandlers *handlers, gpointer user);
/* Closes at once; queued bytes are dropped. NULL is fine. */
void gw_stream_free(GwStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwStream, gw_stream_free)

void gw_stream_write(GwStream *stream, const char *bytes, gsize length);

/* The queue itself, to append to; never shorten it. Valid until the next turn of the loop. */
GString *gw_stream_output(GwStream *stream);

/* Bytes not yet handed to the kernel. */
gsize gw_stream_queued(const GwStream *stream);

/* Hands what is queued to the kernel now, as far as it takes it. */
void gw_stream_flush(GwStream *stream);

/* Queue limits in bytes; default 256 KiB and 64 KiB. They bind nobody: the user of the stream asks
 * gw_stream_is_full() and stops feeding it until on_drained. */
void gw_stream_set_marks(GwStream *stream, gsize high, gsize low);
gboolean gw_stream_is_full(const GwStream *stream);

/* Back-pressure: FALSE stops reading from the socket. A hang-up is then noticed later. */
void gw_stream_set_reading(GwStream *stream, gboolean reading);

#endif
