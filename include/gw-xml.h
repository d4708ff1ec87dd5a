/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_XML_H
#define GW_XML_H

#include <glib.h>

/* Writes XML by appending: no tree is built for what goes out.
 *
 *	gw_xml_open(out, "item");
 *	gw_xml_attribute(out, "role", "none");    only between open and the next child
 *	gw_xml_element(out, "reason", NULL, "Bye");
 *	gw_xml_close(out, "item");
 *
 * A start tag is written whole at once, so the text is well-formed up to here after every call and
 * markup of one's own may be appended at any place (its attributes in single quotes, no ">" in its
 * text). An attribute is put before the ">" at the end of `out`, which must be that of a start tag.
 * An element without content is closed as <item/>. Text and values are escaped; what XML 1.0 cannot
 * carry (§2.2: control characters, U+FFFE, U+FFFF) is left out,
 * and a byte that is no UTF-8 becomes U+FFFD. */

void gw_xml_open(GString *out, const char *name);
/* With its namespace declared. */
void gw_xml_open_ns(GString *out, const char *name, const char *ns);
/* Nothing where `value` is NULL. */
void gw_xml_attribute(GString *out, const char *name, const char *value);
void gw_xml_attribute_int(GString *out, const char *name, gint64 value);
void gw_xml_text(GString *out, const char *text);
void gw_xml_close(GString *out, const char *name);
/* A whole element with text. `ns` NULL: none declared; `text` NULL: empty. */
void gw_xml_element(GString *out, const char *name, const char *ns, const char *text);

/* Escaped alone, for callers that write the markup themselves: as text, and as an attribute's value
 * where it has neither tabs nor newlines. `length` negative: NUL-terminated. */
void gw_xml_escape(GString *out, const char *text, gssize length);

/* XEP-0082, UTC, in seconds when they are whole, else milliseconds. */
void gw_xml_time(GString *out, gint64 time_us);

#endif
