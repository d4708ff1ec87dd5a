/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_CHANNEL_H
#define GW_CHANNEL_H

#include "gw-frame.h"

/* Frames over a Unix socket on the main loop. */

typedef struct GwChannel GwChannel;

typedef struct {
	/* `record` is unpacked by the table of its type and valid until return. The channel may be
	 * freed inside. */
	void (*on_frame)(gpointer user, const GwFrameHeader *header, const void *record);
	/* Once: the peer is gone (`error` NULL), or sent a malformed frame, or the socket broke. */
	void (*on_closed)(gpointer user, const GError *error);
	/* There is room again after gw_channel_is_full(). NULL: not wanted. */
	void (*on_drained)(gpointer user);
} GwChannelHandlers;

/* Takes over `fd`. `handlers` must outlive the channel. */
GwChannel *gw_channel_new(int fd, const GwChannelHandlers *handlers, gpointer user);
/* Closes at once. NULL is fine. */
void gw_channel_free(GwChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwChannel, gw_channel_free)

/* FALSE, and nothing is sent, when the record does not fit in a frame. `record` NULL is an empty
 * one. Frames are written once per turn of the main loop. */
gboolean gw_channel_send(
	GwChannel *channel, GwFrameType type, guint session, guint serial, const void *record);

void gw_channel_flush(GwChannel *channel);
gboolean gw_channel_is_full(const GwChannel *channel);
gsize gw_channel_queued(const GwChannel *channel); /* bytes */
/* Frames that have been read already, up to 64 KiB of them, still come. */
void gw_channel_set_reading(GwChannel *channel, gboolean reading);

#endif
