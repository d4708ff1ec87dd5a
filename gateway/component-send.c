/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "component-private.h"

#include <string.h>

#include "gw-jid.h"
#include "gw-log.h"
#include "gw-xml.h"

/* All that leaves for XMPP leaves here. */

/* Prosody ends the stream for a stanza of 512 KiB. */
#define MAX_STANZA (500 * 1024)

/* The one place that sees every `from`. */
static gboolean is_ours(Component *component, const char *kind, const char *from)
{
	if (from != NULL) {
		gsize bare = gw_jid_bare_length(from);
		const char *at = memchr(from, '@', bare);
		const char *domain = at != NULL ? at + 1 : from;
		gsize length = bare - (gsize)(domain - from);

		if (strncmp(domain, component->domain, length) == 0 &&
			component->domain[length] == '\0') {
			return TRUE;
		}
	}
	guint flag = 1u << (kind[0] & 31);
	if ((component->warned_kinds & flag) == 0) {
		component->warned_kinds |= flag;
		gw_warning("%s: dropped a %s from %s, which is not ours", component->domain, kind,
			from != NULL ? from : "nobody");
	}
	return FALSE;
}

static void put_start_tag(
	GString *out, const char *kind, const char *from, const char *type, const char *id)
{
	gw_xml_open(out, kind);
	gw_xml_attribute(out, "from", from);
	gw_xml_attribute(out, "type", type);
	gw_xml_attribute(out, "id", id);
}

GString *component_begin(Component *component, const char *kind, const char *from, const char *to,
	const char *type, const char *id)
{
	GString *out = component->scratch;

	g_warn_if_fail(component->building == NULL);
	if (is_ours(component, kind, from) && component_is_up(component)) {
		out = gw_stream_output(component->stream);
	} else {
		g_string_truncate(out, 0);
	}
	component->building = out;
	component->building_start = out->len;
	put_start_tag(out, kind, from, type, id);
	gw_xml_attribute(out, "to", to);
	return out;
}

static void check_size(Component *component, const char *kind)
{
	GString *out = component->building;
	gsize size = out->len - component->building_start;

	if (size > MAX_STANZA) {
		gw_warning("%s: dropped a %s of %" G_GSIZE_FORMAT
			   " bytes, which servers do not take",
			component->domain, kind, size);
		g_string_truncate(out, component->building_start);
	}
}

void component_end(Component *component, const char *kind)
{
	GString *out = component->building;

	g_return_if_fail(out != NULL);
	gw_xml_close(out, kind);
	check_size(component, kind);
	component->wrote |= out != component->scratch;
	component->building = NULL;
}

static void renew(GString **string)
{
	if (*string == NULL) {
		*string = g_string_new(NULL);
	}
	g_string_truncate(*string, 0);
}

GString *component_template_begin(Component *component, ComponentTemplate *template,
	const char *kind, const char *from, const char *type, const char *id)
{
	renew(&template->head);
	renew(&template->tail);
	if (is_ours(component, kind, from)) {
		put_start_tag(template->head, kind, from, type, id);
		g_string_truncate(template->head, template->head->len - 1);
		g_string_append(template->head, " to='");
	}
	g_string_append(template->tail, "'>");
	return template->tail;
}

void component_template_end(ComponentTemplate *template, const char *kind)
{
	gw_xml_close(template->tail, kind);
}

void component_template_clear(ComponentTemplate *template)
{
	if (template->head != NULL) {
		g_string_free(g_steal_pointer(&template->head), TRUE);
	}
	if (template->tail != NULL) {
		g_string_free(g_steal_pointer(&template->tail), TRUE);
	}
}

void component_send_copy(
	Component *component, const ComponentTemplate *template, const char *to, gsize to_length)
{
	const GString *head = template->head;
	const GString *tail = template->tail;

	if (!component_is_up(component) || head->len == 0 ||
		head->len + to_length + tail->len > MAX_STANZA) {
		return;
	}
	GString *out = gw_stream_output(component->stream);
	g_string_append_len(out, head->str, (gssize)head->len);
	g_string_append_len(out, to, (gssize)to_length);
	g_string_append_len(out, tail->str, (gssize)tail->len);
	component->wrote = TRUE;
}
