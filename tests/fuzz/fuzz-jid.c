/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "gw-jid.h"

/* Splits, prepares and escapes the input. */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void try_split(const char *text)
{
	g_auto(GwJid) jid = { .local = NULL };

	if (gw_jid_split(&jid, text)) {
		g_autofree char *joined = gw_jid_join(jid.local, jid.domain, jid.resource);

		g_assert_cmpstr(joined, ==, text);
		g_assert_cmpstr(gw_jid_resource(text), ==, jid.resource);
	}
	g_autofree char *bare = gw_jid_bare(text);
	g_assert_cmpuint(strlen(bare), ==, gw_jid_bare_length(text));
}

static void try_prepare(const char *text)
{
	g_autofree char *prepared = gw_jid_prepare(text);
	g_autofree char *nick = gw_jid_prepare_resource(text);

	if (prepared != NULL) {
		g_auto(GwJid) jid = { .local = NULL };

		g_assert_true(gw_jid_split(&jid, prepared));
	}
	g_assert_true(nick == NULL || g_utf8_validate(nick, -1, NULL));
}

static void try_escape(const char *text)
{
	g_autofree char *local = gw_jid_escape(text);
	g_autofree char *unescaped = gw_jid_unescape(text);

	g_assert_cmpuint(strlen(unescaped), <=, strlen(text));
	if (local != NULL) {
		g_autofree char *back = gw_jid_unescape(local);
		gboolean is_ascii = g_str_is_ascii(text);
		g_autofree char *folded = g_ascii_strdown(text, -1);

		g_assert_null(strpbrk(local, " \"&'/:<>@"));
		g_assert_true(!is_ascii || strcmp(back, folded) == 0);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup((const char *)data, size);

	try_split(text);
	try_prepare(text);
	try_escape(text);
	return 0;
}
