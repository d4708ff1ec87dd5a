/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "gw-stanza.h"
#include "gw-xml.h"

#define OPEN                                                                   \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' " \
	"xmlns:stream='http://etherx.jabber.org/streams' id='abc' xml:lang='en'>"
#define ACCEPT "jabber:component:accept"

/* ---- a parser that writes down what happens ---- */

typedef struct {
	GwParser *parser;
	GString *log;
	gboolean stops;
} Fixture;

static void on_open(gpointer user, const GwElement *root)
{
	Fixture *fixture = user;

	g_assert_true(gw_element_is(root, "stream", "http://etherx.jabber.org/streams"));
	g_assert_cmpstr(gw_element_attribute(root, "xml:lang"), ==, "en");
	g_string_append_printf(fixture->log, "open(%s)", gw_element_attribute(root, "id"));
}

static void on_stanza(gpointer user, const GwElement *stanza)
{
	Fixture *fixture = user;

	g_assert_null(stanza->parent);
	g_assert_null(stanza->next);
	gw_element_print(stanza, ACCEPT, fixture->log);
	if (fixture->stops) {
		gw_parser_stop(fixture->parser);
	}
}

static void on_skipped(gpointer user, const GwElement *stanza, const char *limit)
{
	Fixture *fixture = user;
	const char *id = gw_element_attribute(stanza, "id");

	g_assert_null(stanza->children);
	g_assert_null(stanza->text);
	g_string_append_printf(
		fixture->log, "skipped(%s %s %s)", stanza->name, id != NULL ? id : "", limit);
	if (fixture->stops) {
		gw_parser_stop(fixture->parser);
	}
}

static void on_close(gpointer user)
{
	g_string_append(((Fixture *)user)->log, "close");
}

static const GwParserHandlers handlers = { on_open, on_stanza, on_skipped, on_close };

static void set_up(Fixture *fixture, gconstpointer data)
{
	fixture->parser = gw_parser_new(&handlers, fixture);
	fixture->log = g_string_new(NULL);
	fixture->stops = FALSE;
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	gw_parser_free(fixture->parser);
	g_string_free(fixture->log, TRUE);
}

static gboolean feed(Fixture *fixture, const char *bytes, gsize length)
{
	/* As a socket would bring it. */
	while (length > 0) {
		gsize n = MIN(length, 65536);
		g_autoptr(GError) error = NULL;

		if (!gw_parser_feed(fixture->parser, bytes, n, &error)) {
			g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
			return FALSE;
		}
		g_assert_no_error(error);
		bytes += n;
		length -= n;
	}
	return TRUE;
}

static void feed_text(Fixture *fixture, const char *text)
{
	g_assert_true(feed(fixture, text, strlen(text)));
}

static void assert_log(Fixture *fixture, const char *expected)
{
	g_assert_cmpstr(fixture->log->str, ==, expected);
	g_string_truncate(fixture->log, 0);
}

/* ---- trees ---- */

#define MESSAGE                                                            \
	"<message from='a@b/c' to='x@y'><body>1 &lt; 2 &amp;\nmore</body>" \
	"<x xmlns='urn:x' a='1'><y/><z xmlns='urn:z' xml:lang='de'>\xc3\xa4</z></x></message>"

static void test_stream(Fixture *fixture, gconstpointer data)
{
	feed_text(fixture, OPEN);
	assert_log(fixture, "open(abc)");
	feed_text(fixture, " \n ");
	feed_text(fixture, MESSAGE " <iq/>");
	assert_log(fixture, MESSAGE "<iq/>");
	feed_text(fixture, "</stream:stream>");
	assert_log(fixture, "close");
}

static void test_every_split(Fixture *fixture, gconstpointer data)
{
	static const char all[] = OPEN MESSAGE "<iq/></stream:stream>";

	for (gsize at = 0; at <= sizeof(all) - 1; at++) {
		g_assert_true(feed(fixture, all, at));
		g_assert_true(feed(fixture, all + at, sizeof(all) - 1 - at));
		assert_log(fixture, "open(abc)" MESSAGE "<iq/>close");
		tear_down(fixture, NULL);
		set_up(fixture, NULL);
	}
	for (gsize at = 0; at < sizeof(all) - 1; at++) {
		g_assert_true(feed(fixture, all + at, 1));
		/* A stanza comes with its last byte, not later. */
		if (at + 1 == sizeof(OPEN MESSAGE) - 1) {
			assert_log(fixture, "open(abc)" MESSAGE);
		}
	}
	assert_log(fixture, "<iq/>close");
}

static void test_lookups(void)
{
	g_autoptr(GwDocument) document = gw_document_parse(
		"<a xmlns='urn:a' p:one='1' xmlns:p='urn:p' two='&quot;2&quot;'>head<b/>"
		"<b xmlns='urn:b'>text</b> tail<p:c/></a>",
		-1, NULL);
	const GwElement *root = gw_document_root(document);

	g_assert_true(gw_element_is(root, "a", "urn:a"));
	g_assert_false(gw_element_is(root, "a", "urn:b"));
	g_assert_true(gw_element_is(root, NULL, NULL));
	g_assert_cmpstr(gw_element_attribute(root, "one"), ==, "1");
	g_assert_cmpstr(gw_element_attribute(root, "two"), ==, "\"2\"");
	g_assert_null(gw_element_attribute(root, "three"));
	g_assert_cmpuint(root->n_attributes, ==, 2);
	g_assert_cmpstr(root->text, ==, "head tail");
	g_assert_cmpstr(gw_element_child_text(root, "b", NULL), ==, "");
	g_assert_cmpstr(gw_element_child_text(root, "b", "urn:b"), ==, "text");
	g_assert_null(gw_element_child_text(root, "d", NULL));
	g_assert_cmpstr(gw_element_child(root, NULL, "urn:p")->name, ==, "c");
	g_assert_true(gw_element_child(root, NULL, NULL) == root->children);
	g_assert_true(root->children->parent == root);
	/* Nothing has nothing. */
	g_assert_null(gw_element_child(NULL, "x", NULL));
	g_assert_null(gw_element_attribute(NULL, "x"));
	g_assert_null(gw_element_child_text(NULL, "x", NULL));
	g_assert_false(gw_element_is(NULL, NULL, NULL));
}

static void test_print_round_trip(void)
{
	static const char *const texts[] = {
		"<a/>",
		"<a b='1' c='&lt;&gt;&amp;&apos;&quot;'/>",
		"<a b='tab&#9;line&#10;return&#13;'>line\nand&#13;return</a>",
		"<a xmlns='urn:a'>t<b/><c xmlns=''><d xmlns='urn:a'/></c></a>",
		"<a xml:lang='en'>\xf0\x9f\x98\x80</a>",
	};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GwDocument) document = gw_document_parse(texts[i], -1, &error);
		g_autoptr(GString) out = g_string_new(NULL);

		g_assert_no_error(error);
		gw_element_print(gw_document_root(document), "", out);
		g_assert_cmpstr(out->str, ==, texts[i]);
	}
}

static void test_bad_documents(void)
{
	static const char *const texts[] = { "", " ", "text", "<a>", "<a></b>", "<a/><b/>",
		"<p:a/>", "<a>&nbsp;</a>", "<!DOCTYPE a><a/>", "<a><?x y?></a>",
		"<a><!-- x --></a>", "<a>\x01</a>", "<a>\xff</a>", "<a b='1' b='2'/>", "<a b=1/>" };

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(gw_document_parse(texts[i], -1, &error));
		g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
	}
	g_autoptr(GString) deep = g_string_new(NULL);
	for (guint i = 0; i < 65; i++) {
		g_string_append(deep, "<a>");
	}
	g_assert_null(gw_document_parse(deep->str, -1, NULL));
	/* Of the length given, not one byte more. */
	g_autoptr(GwDocument) document = gw_document_parse("<a/>garbage", 4, NULL);
	g_assert_nonnull(document);
}

/* ---- limits ---- */

/* `before`, then `piece` n times, then `after`. */
static GString *repeat(const char *before, const char *piece, gsize n, const char *after)
{
	GString *text = g_string_new(before);

	for (gsize i = 0; i < n; i++) {
		g_string_append(text, piece);
	}
	return g_string_append(text, after);
}

/* Feeds it, and something harmless after it. */
static void feed_hostile(Fixture *fixture, GString *text)
{
	gint64 start_us = g_get_monotonic_time();

	g_assert_true(feed(fixture, text->str, text->len));
	g_test_message("%" G_GSIZE_FORMAT " bytes in %d ms", text->len,
		(int)((g_get_monotonic_time() - start_us) / 1000));
	feed_text(fixture, "<iq/>");
	g_string_free(text, TRUE);
}

static void test_limit_bytes(Fixture *fixture, gconstpointer data)
{
	const gsize around = strlen("<message id='1'><body></body></message>");

	feed_text(fixture, OPEN);
	g_string_truncate(fixture->log, 0);
	feed_hostile(fixture, repeat("<message id='1'><body>", "x",
				      GW_STANZA_MAX_BYTES - around + 1, "</body></message>"));
	assert_log(fixture, "skipped(message 1 bytes)<iq/>");
	feed_hostile(fixture, repeat("<message id='1'><body>", "x", GW_STANZA_MAX_BYTES - around,
				      "</body></message>"));
	g_assert_cmpuint(fixture->log->len, ==, GW_STANZA_MAX_BYTES + strlen("<iq/>"));
	g_string_truncate(fixture->log, 0);
	feed_hostile(fixture,
		repeat("<message id='2'><body>", "0123456789", 1024 * 1024, "</body></message>"));
	assert_log(fixture, "skipped(message 2 bytes)<iq/>");
	feed_hostile(
		fixture, repeat("<message id='3'><body>", "\n", 1024 * 1024, "</body></message>"));
	assert_log(fixture, "skipped(message 3 bytes)<iq/>");
	feed_hostile(
		fixture, repeat("<message id='4'><body a='", "x", 300 * 1024, "'/></message>"));
	assert_log(fixture, "skipped(message 4 bytes)<iq/>");
	feed_hostile(fixture, repeat("<message id='5' a='", "x", 300 * 1024, "'/>"));
	assert_log(fixture, "skipped(message 5 bytes)<iq/>");
	/* An answer does not repeat what is huge. */
	feed_hostile(fixture, repeat("<message id='", "x", 300 * 1024, "'/>"));
	assert_log(fixture, "skipped(message  bytes)<iq/>");
}

static void test_limit_depth(Fixture *fixture, gconstpointer data)
{
	static const gsize depths[] = { GW_STANZA_MAX_DEPTH, 100000 };

	feed_text(fixture, OPEN "<message>");
	for (guint i = 1; i < GW_STANZA_MAX_DEPTH; i++) {
		feed_text(fixture, "<a>");
	}
	for (guint i = 1; i < GW_STANZA_MAX_DEPTH; i++) {
		feed_text(fixture, "</a>");
	}
	g_string_truncate(fixture->log, 0);
	feed_text(fixture, "</message>");
	g_assert_true(g_str_has_prefix(fixture->log->str, "<message><a><a>"));
	g_string_truncate(fixture->log, 0);
	for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
		GString *text = repeat("<message id='1'>", "<a>", depths[i], "");

		for (gsize n = 0; n < depths[i]; n++) {
			g_string_append(text, "</a>");
		}
		g_string_append(text, "</message>");
		feed_hostile(fixture, text);
		assert_log(fixture, "skipped(message 1 depth)<iq/>");
	}
}

static void test_limit_elements(Fixture *fixture, gconstpointer data)
{
	feed_text(fixture, OPEN);
	g_string_truncate(fixture->log, 0);
	feed_hostile(
		fixture, repeat("<message>", "<a/>", GW_STANZA_MAX_ELEMENTS - 1, "</message>"));
	g_assert_true(g_str_has_prefix(fixture->log->str, "<message><a/><a/>"));
	g_string_truncate(fixture->log, 0);
	feed_hostile(
		fixture, repeat("<message id='1'>", "<a/>", GW_STANZA_MAX_ELEMENTS, "</message>"));
	assert_log(fixture, "skipped(message 1 elements)<iq/>");
	feed_hostile(fixture, repeat("<message id='2'>", "<a/>", 100000, "</message>"));
	assert_log(fixture, "skipped(message 2 elements)<iq/>");
	/* The count begins anew. */
	feed_hostile(
		fixture, repeat("<message>", "<a/>", GW_STANZA_MAX_ELEMENTS - 1, "</message>"));
	g_assert_true(g_str_has_prefix(fixture->log->str, "<message><a/><a/>"));
}

static GString *many_attributes(const char *before, guint n, const char *after)
{
	GString *text = g_string_new(before);

	for (guint i = 0; i < n; i++) {
		g_string_append_printf(text, " a%u='%u'", i, i);
	}
	return g_string_append(text, after);
}

static void test_limit_attributes(Fixture *fixture, gconstpointer data)
{
	feed_text(fixture, OPEN);
	g_string_truncate(fixture->log, 0);
	feed_hostile(
		fixture, many_attributes("<message><a", GW_STANZA_MAX_ATTRIBUTES, "/></message>"));
	g_assert_true(g_str_has_prefix(fixture->log->str, "<message><a a0='0' a1='1'"));
	g_string_truncate(fixture->log, 0);
	feed_hostile(fixture, many_attributes("<message id='1'><a", GW_STANZA_MAX_ATTRIBUTES + 1,
				      "/></message>"));
	assert_log(fixture, "skipped(message 1 attributes)<iq/>");
	feed_hostile(fixture, many_attributes("<message id='2'", GW_STANZA_MAX_ATTRIBUTES, "/>"));
	assert_log(fixture, "skipped(message 2 attributes)<iq/>");
	feed_hostile(fixture, many_attributes("<message id='3'", 25000, ">x</message>"));
	g_assert_true(g_str_has_prefix(fixture->log->str, "skipped(message 3 "));
	g_assert_true(g_str_has_suffix(fixture->log->str, ")<iq/>"));
}

/* Even a tag that never ends does not take all memory or time. */
static void test_endless_tag(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) text = repeat("<message id='1' a='", "x", 8 * 1024 * 1024, "");

	feed_text(fixture, OPEN);
	g_assert_false(feed(fixture, text->str, text->len));
}

static void test_tag_in_small_pieces(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) text = repeat("<message id='1' a='", "x", 900 * 1024, "'/><iq/>");

	feed_text(fixture, OPEN);
	g_string_truncate(fixture->log, 0);
	for (gsize at = 0; at < text->len; at += 1000) {
		g_assert_true(feed(fixture, text->str + at, MIN(1000, text->len - at)));
	}
	assert_log(fixture, "skipped(message 1 bytes)<iq/>");
}

static void test_endless_depth(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) text = repeat("<message>", "<a>", 1000000, "");

	feed_text(fixture, OPEN);
	g_assert_false(feed(fixture, text->str, text->len));
}

static void test_ends_the_stream(void)
{
	static const char *const texts[] = {
		"<!DOCTYPE x>" OPEN,
		"<!DOCTYPE x [<!ENTITY a 'b'>]>" OPEN,
		OPEN "<message><!-- c --></message>",
		OPEN "<!-- c -->",
		OPEN "<message><?p i?></message>",
		OPEN "<message>&nbsp;</message>",
		OPEN "<message>\xff</message>",
		OPEN "<message>\xc0\x80</message>",
		OPEN "<message>\x01</message>",
		OPEN "<message>&#1;</message>",
		OPEN "<message></presence>",
		OPEN "<message a='1' a='2'/>",
		OPEN "<u:message/>",
		"HTTP/1.1 400 Bad Request\r\n",
		"\x15\x03\x01\x00\x02\x02",
	};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		Fixture fixture;

		set_up(&fixture, NULL);
		g_assert_false(feed(&fixture, texts[i], strlen(texts[i])));
		tear_down(&fixture, NULL);
	}
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
	fixture->stops = TRUE;
	feed_text(fixture, OPEN "<message/><iq/><presence/>");
	assert_log(fixture, "open(abc)<message/>");
	feed_text(fixture, "<iq/></wrong>");
	assert_log(fixture, "");
	tear_down(fixture, NULL);
	set_up(fixture, NULL);
	fixture->stops = TRUE;
	feed_text(fixture, OPEN);
	g_string_truncate(fixture->log, 0);
	g_autoptr(GString) text = repeat("<message>", "<a/>", 3000, "</message><iq/>");
	feed_text(fixture, text->str);
	assert_log(fixture, "skipped(message  elements)");
}

#define ADD(path, function) g_test_add("/stanza/" path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("stream", test_stream);
	ADD("every-split", test_every_split);
	g_test_add_func("/stanza/lookups", test_lookups);
	g_test_add_func("/stanza/print-round-trip", test_print_round_trip);
	g_test_add_func("/stanza/bad-documents", test_bad_documents);
	ADD("limit-bytes", test_limit_bytes);
	ADD("limit-depth", test_limit_depth);
	ADD("limit-elements", test_limit_elements);
	ADD("limit-attributes", test_limit_attributes);
	ADD("endless-tag", test_endless_tag);
	ADD("tag-in-small-pieces", test_tag_in_small_pieces);
	ADD("endless-depth", test_endless_depth);
	g_test_add_func("/stanza/ends-the-stream", test_ends_the_stream);
	ADD("stop", test_stop);
	return g_test_run();
}
