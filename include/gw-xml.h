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
 * An element without content is closed as <item/>. Text and values are escaped; what XML 1.0 cannot
 * carry (§2.2: control characters, surrogates, U+FFFE) is left out. */

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

/* Escaped alone, for callers that write the markup themselves. */
void gw_xml_escape(GString *out, const char *text, gssize length);

/* XEP-0082, UTC, in seconds when they are whole, else milliseconds. */
void gw_xml_time(GString *out, gint64 time_us);

#endif
