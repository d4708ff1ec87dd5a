/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw-stanza.h"
#include "gw-xml.h"

/* CPU time of a groupchat message of 250 bytes: parsed into a tree, written as text. The argument
 * is the number of messages. */

#define STREAM                                            \
	"<stream:stream xmlns='jabber:component:accept' " \
	"xmlns:stream='http://etherx.jabber.org/streams' id='1'>"
#define MESSAGE                                                                             \
	"<message type='groupchat' id='b5b3bb61' from='somebody@example.org/desktop' "      \
	"to='#channel@irc.example.org'><body>The quick brown fox jumps over the lazy dog, " \
	"&amp; nobody minds.</body><origin-id xmlns='urn:xmpp:sid:0' "                      \
	"id='b5b3bb61-6c01-4d5d'/></message>"

static guint n_parsed;
static gsize n_body;

static void on_stanza(gpointer user, const GwElement *stanza)
{
	const char *body = gw_element_child_text(stanza, "body", NULL);

	n_parsed++;
	n_body += strlen(body);
}

static void on_skipped(gpointer user, const GwElement *stanza, const char *limit)
{
	g_error("too many %s", limit);
}

static const GwParserHandlers handlers = { .on_stanza = on_stanza, .on_skipped = on_skipped };

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double parse(guint n)
{
	g_autoptr(GwParser) parser = gw_parser_new(&handlers, NULL);
	g_autoptr(GString) block = g_string_new(NULL);
	double start_us;

	/* In pieces of 64 KiB, as a socket brings them. */
	while (block->len + strlen(MESSAGE) <= 65536) {
		g_string_append(block, MESSAGE);
	}
	gw_parser_feed(parser, STREAM, strlen(STREAM), NULL);
	start_us = cpu_us();
	while (n_parsed < n) {
		g_assert_true(gw_parser_feed(parser, block->str, block->len, NULL));
	}
	return (cpu_us() - start_us) / n_parsed;
}

static double write_text(guint n)
{
	g_autoptr(GString) out = g_string_new(NULL);
	double start_us = cpu_us();

	for (guint i = 0; i < n; i++) {
		if (out->len > 65536) {
			g_string_truncate(out, 0);
		}
		gw_xml_open(out, "message");
		gw_xml_attribute(out, "type", "groupchat");
		gw_xml_attribute(out, "id", "b5b3bb61");
		gw_xml_attribute(out, "from", "#channel@irc.example.org/somebody");
		gw_xml_attribute(out, "to", "somebody@example.org/desktop");
		gw_xml_element(out, "body", NULL,
			"The quick brown fox jumps over the lazy dog, & nobody minds.");
		gw_xml_open_ns(out, "origin-id", "urn:xmpp:sid:0");
		gw_xml_attribute(out, "id", "b5b3bb61-6c01-4d5d");
		gw_xml_close(out, "origin-id");
		gw_xml_close(out, "message");
	}
	return (cpu_us() - start_us) / n;
}

int main(int argc, char **argv)
{
	guint n = argc > 1 ? (guint)strtoul(argv[1], NULL, 10) : 500000;

	g_print("stanza, parsed:  %.3f us\n", parse(n));
	g_print("stanza, written: %.3f us\n", write_text(n));
	return 0;
}
