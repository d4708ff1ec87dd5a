/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "gw-frame.h"

/* Unpacks the input as a frame (header included). What is taken must pack to the same bytes. */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GwScratch) scratch = gw_scratch_new();
	g_autoptr(GString) again = g_string_new(NULL);
	GwFrameHeader header;
	GwRecord record;

	if (size < sizeof(header) || size > GW_FRAME_MAX) {
		return 0;
	}
	memcpy(&header, data, sizeof(header));
	gsize length = size - sizeof(header);
	/* Of the exact size, so that the sanitizer sees each byte too many. */
	g_autofree char *payload = g_malloc(length > 0 ? length : 1);
	memcpy(payload, data + sizeof(header), length);
	if (gw_frame_unpack(header.type, payload, length, &record, scratch, NULL)) {
		g_assert_true(gw_frame_pack(again, header.type, 0, 0, &record));
		g_assert_cmpmem(
			again->str + sizeof(header), again->len - sizeof(header), payload, length);
	}
	return 0;
}
