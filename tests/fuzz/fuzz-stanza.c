/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "gw-stanza.h"
#include "gw-xml.h"

/* Feeds the input to a stream: its first byte says in pieces of what size. Whatever stanza comes
 * out must print as XML that parses, and prints the same again. */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void on_stanza(gpointer user, const GwElement *stanza)
{
	g_autoptr(GString) once = g_string_new(NULL);
	g_autoptr(GString) twice = g_string_new(NULL);

	gw_element_print(stanza, "", once);
	g_autoptr(GwDocument) document = gw_document_parse(once->str, (gssize)once->len, NULL);
	if (document != NULL) {
		gw_element_print(gw_document_root(document), "", twice);
		g_assert_cmpstr(once->str, ==, twice->str);
	}
}

static void on_skipped(gpointer user, const GwElement *stanza, const char *limit)
{
	g_assert_nonnull(limit);
	on_stanza(user, stanza);
}

static const GwParserHandlers handlers = { .on_stanza = on_stanza, .on_skipped = on_skipped };

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	static const char open[] = "<stream:stream xmlns='jabber:component:accept' "
				   "xmlns:stream='http://etherx.jabber.org/streams' id='1'>";
	g_autoptr(GwParser) parser = gw_parser_new(&handlers, NULL);

	if (size < 1) {
		return 0;
	}
	gsize piece = data[0] == 0 ? size : data[0];
	g_assert_true(gw_parser_feed(parser, open, strlen(open), NULL));
	for (gsize at = 1; at < size; at += piece) {
		gsize n = MIN(piece, size - at);

		if (!gw_parser_feed(parser, (const char *)data + at, n, NULL)) {
			break;
		}
	}
	return 0;
}
