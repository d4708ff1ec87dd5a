/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "gw-stanza.h"
#include "gw-xml.h"

static void assert_text(GString *out, const char *expected)
{
	g_assert_cmpstr(out->str, ==, expected);
	g_assert_cmpuint(out->len, ==, strlen(expected));
	g_string_truncate(out, 0);
}

static void test_elements(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	gw_xml_open(out, "a");
	gw_xml_close(out, "a");
	assert_text(out, "<a/>");

	gw_xml_open_ns(out, "a", "urn:x");
	gw_xml_attribute(out, "b", "1");
	gw_xml_attribute(out, "c", NULL);
	gw_xml_attribute_int(out, "d", G_MININT64);
	gw_xml_close(out, "a");
	assert_text(out, "<a xmlns='urn:x' b='1' d='-9223372036854775808'/>");

	gw_xml_open(out, "a");
	gw_xml_element(out, "b", NULL, NULL);
	gw_xml_element(out, "c", "urn:c", "");
	gw_xml_element(out, "d", NULL, "text");
	gw_xml_close(out, "a");
	assert_text(out, "<a><b/><c xmlns='urn:c'/><d>text</d></a>");

	gw_xml_open(out, "a");
	gw_xml_open(out, "a");
	gw_xml_close(out, "a");
	gw_xml_close(out, "a");
	assert_text(out, "<a><a/></a>");

	/* A child of the same name that ends with an end tag. */
	gw_xml_open(out, "a");
	gw_xml_element(out, "a", NULL, "x");
	gw_xml_close(out, "a");
	assert_text(out, "<a><a>x</a></a>");

	gw_xml_open(out, "a");
	gw_xml_text(out, "'>");
	gw_xml_close(out, "a");
	assert_text(out, "<a>&apos;&gt;</a>");

	gw_xml_open(out, "ba");
	gw_xml_element(out, "a", NULL, "x");
	gw_xml_close(out, "ba");
	assert_text(out, "<ba><a>x</a></ba>");
}

static void test_raw_markup(void)
{
	g_autoptr(GString) out = g_string_new("<message to='x'>");

	g_string_append(out, "<body>&amp;</body>");
	gw_xml_close(out, "message");
	assert_text(out, "<message to='x'><body>&amp;</body></message>");
	g_string_append(out, "<message to='x'>");
	gw_xml_close(out, "message");
	assert_text(out, "<message to='x'/>");
	g_string_append(out, "<message>");
	gw_xml_attribute(out, "to", "x");
	assert_text(out, "<message to='x'>");
}

static const struct {
	const char *text;
	const char *escaped;
	const char *in_attribute; /* NULL: the same */
} escapes[] = {
	{ "", "", NULL },
	{ "plain", "plain", NULL },
	{ "<>&'\"", "&lt;&gt;&amp;&apos;&quot;", NULL },
	{ "a\tb\nc\rd", "a\tb\nc&#13;d", "a&#9;b&#10;c&#13;d" },
	{ "\x01\x08\x0b\x0c\x0e\x1f", "", NULL },
	{ "a\x02"
	  "b",
		"ab", NULL },
	{ "\x7f", "\x7f", NULL },
	{ "gr\xc3\xbc\xc3\x9f"
	  "e \xf0\x9f\x98\x80",
		"gr\xc3\xbc\xc3\x9f"
		"e \xf0\x9f\x98\x80",
		NULL },
	{ "a\xef\xbf\xbe"
	  "b\xef\xbf\xbf"
	  "c\xef\xbf\xbd",
		"abc\xef\xbf\xbd", NULL },
	{ "a\xff"
	  "b",
		"a\xef\xbf\xbd"
		"b",
		NULL },
	{ "a\xc3", "a\xef\xbf\xbd", NULL },
	{ "\xc3<", "\xef\xbf\xbd&lt;", NULL },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", NULL },
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", NULL },
};

static void test_escapes(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(escapes); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		g_autofree char *attribute = g_strdup_printf(
			"<a b='%s'>", escapes[i].in_attribute != NULL ? escapes[i].in_attribute
								      : escapes[i].escaped);

		gw_xml_text(out, escapes[i].text);
		assert_text(out, escapes[i].escaped);
		gw_xml_escape(out, escapes[i].text, -1);
		assert_text(out, escapes[i].escaped);
		gw_xml_open(out, "a");
		gw_xml_attribute(out, "b", escapes[i].text);
		assert_text(out, attribute);
	}
	g_autoptr(GString) out = g_string_new(NULL);
	gw_xml_escape(out, "ab<c", 2);
	assert_text(out, "ab");
	/* A character cut by the length is no character. */
	gw_xml_escape(out, "\xc3\xbc", 1);
	assert_text(out, "\xef\xbf\xbd");
}

/* Whatever bytes come, the result is well-formed, and text comes back as it was. */
static void test_random(void)
{
	for (guint i = 0; i < 2000; i++) {
		char text[40];
		int length = g_test_rand_int_range(0, sizeof(text) - 1);
		g_autoptr(GString) out = g_string_new(NULL);
		g_autoptr(GError) error = NULL;

		for (int at = 0; at < length; at++) {
			text[at] = (char)(i % 2 == 0 ? g_test_rand_int_range(1, 256)
						     : g_test_rand_int_range(' ', 127));
		}
		text[length] = '\0';
		gw_xml_open(out, "a");
		gw_xml_attribute(out, "b", text);
		gw_xml_text(out, text);
		gw_xml_close(out, "a");
		g_autoptr(GwDocument) document = gw_document_parse(out->str, -1, &error);
		g_assert_no_error(error);
		if (i % 2 == 1 && length > 0) {
			const GwElement *root = gw_document_root(document);

			g_assert_cmpstr(root->text, ==, text);
			g_assert_cmpstr(gw_element_attribute(root, "b"), ==, text);
		}
	}
}

static void test_time(void)
{
	static const struct {
		gint64 time_us;
		const char *text;
	} times[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 999, "1970-01-01T00:00:00Z" },
		{ 1000, "1970-01-01T00:00:00.001Z" },
		{ G_GINT64_CONSTANT(1700000000123456), "2023-11-14T22:13:20.123Z" },
		{ G_GINT64_CONSTANT(951782400000000), "2000-02-29T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ G_MAXINT64, "9999-12-31T23:59:59.999Z" },
		{ G_MININT64, "0001-01-01T00:00:00Z" },
	};
	for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		gw_xml_time(out, times[i].time_us);
		g_assert_cmpstr(out->str, ==, times[i].text);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/xml/elements", test_elements);
	g_test_add_func("/xml/raw-markup", test_raw_markup);
	g_test_add_func("/xml/escapes", test_escapes);
	g_test_add_func("/xml/random", test_random);
	g_test_add_func("/xml/time", test_time);
	return g_test_run();
}
