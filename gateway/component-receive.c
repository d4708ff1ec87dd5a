/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "component-private.h"

#include <string.h>

#include "gw-log.h"
#include "gw-xml.h"

/* What comes from the server: its side of the handshake, stanzas, the end. */

#define NS_STREAM_ERROR "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_STANZA_ERROR "urn:ietf:params:xml:ns:xmpp-stanzas"

static void come_up(Component *component)
{
	component_set_state(component, STATE_UP);
	g_clear_pointer(&component->last_failure, g_free);
	component->conflict = FALSE;
	component->up_us = g_get_monotonic_time();
	gw_message("%s: attached to %s", component->domain, component->server);
	component_start_keepalive(component);
	gw_stream_set_reading(component->stream, component->reading);
	if (component->handlers->on_up != NULL) {
		component->handlers->on_up(component->user);
	}
}

static void on_stream_error(Component *component, const GwElement *error)
{
	static const struct {
		const char *condition;
		const char *meaning;
	} known[] = {
		{ "not-authorized", "the server does not accept our secret" },
		{ "conflict", "another program is attached under this hostname" },
		{ "host-unknown", "the server has no component of this hostname configured" },
		{ "invalid-namespace", "this port is not for components (XEP-0114)" },
		{ "system-shutdown", "the server shuts down" },
	};
	const GwElement *condition = gw_element_child(error, NULL, NS_STREAM_ERROR);
	const char *name = condition != NULL ? condition->name : "undefined-condition";
	const char *text = gw_element_child_text(error, "text", NS_STREAM_ERROR);
	const char *meaning = "the server ended the stream";

	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].condition, name) == 0) {
			meaning = known[i].meaning;
		}
	}
	component->conflict = strcmp(name, "conflict") == 0;
	component_lose(component, "%s (%s%s%s)", meaning, name, text != NULL ? ": " : "",
		text != NULL ? text : "");
}

static void on_open(gpointer user, const GwElement *root)
{
	Component *component = user;
	const char *id = gw_element_attribute(root, "id");

	if (!gw_element_is(root, "stream", NS_STREAM)) {
		component_lose(component, "%s does not speak XMPP", component->server);
		return;
	}
	/* An error follows where the server did not give an id. */
	g_autofree char *proof = g_strconcat(id != NULL ? id : "", component->secret, NULL);
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, proof, -1);
	component_set_state(component, STATE_PROVING);
	gw_xml_element(gw_stream_output(component->stream), "handshake", NULL, digest);
}

static void on_stanza(gpointer user, const GwElement *stanza)
{
	Component *component = user;

	if (gw_element_is(stanza, "error", NS_STREAM)) {
		on_stream_error(component, stanza);
	} else if (component->state != STATE_PROVING) {
		if (!component_take_ping(component, stanza)) {
			component->handlers->on_stanza(component->user, stanza);
		}
	} else if (gw_element_is(stanza, "handshake", NS_COMPONENT)) {
		come_up(component);
	} else {
		component_lose(
			component, "%s is no port for components (XEP-0114)", component->server);
	}
}

static gboolean wants_answer(const GwElement *stanza)
{
	const char *type = gw_element_attribute(stanza, "type");

	return gw_element_attribute(stanza, "from") != NULL &&
	       gw_element_attribute(stanza, "to") != NULL && g_strcmp0(type, "error") != 0 &&
	       g_strcmp0(type, "result") != 0 &&
	       (strcmp(stanza->name, "message") == 0 || strcmp(stanza->name, "presence") == 0 ||
		       strcmp(stanza->name, "iq") == 0);
}

static void on_skipped(gpointer user, const GwElement *stanza, const char *limit)
{
	Component *component = user;

	if (component->state == STATE_PROVING) {
		component_lose(component, "%s does not speak XEP-0114", component->server);
		return;
	}
	gw_info("%s: skipped a stanza that is over the limit of %s", component->domain, limit);
	if (!wants_answer(stanza)) {
		return;
	}
	GString *out = component_begin(component, stanza->name, gw_element_attribute(stanza, "to"),
		gw_element_attribute(stanza, "from"), "error", gw_element_attribute(stanza, "id"));
	gw_xml_open(out, "error");
	gw_xml_attribute(out, "type", "modify");
	gw_xml_element(out, "policy-violation", NS_STANZA_ERROR, NULL);
	gw_xml_open_ns(out, "text", NS_STANZA_ERROR);
	gw_xml_text(out, "Too many ");
	gw_xml_text(out, limit);
	gw_xml_close(out, "text");
	gw_xml_close(out, "error");
	component_end(component, stanza->name);
}

static void on_close(gpointer user)
{
	component_lose(user, "the server closed the stream");
}

const GwParserHandlers component_parser_handlers = {
	.on_open = on_open,
	.on_stanza = on_stanza,
	.on_skipped = on_skipped,
	.on_close = on_close,
};

static void on_bytes(gpointer user, const char *bytes, gsize length)
{
	Component *component = user;
	g_autoptr(GError) error = NULL;

	component->references++;
	component->heard_us = g_get_monotonic_time();
	if (!gw_parser_feed(component->parser, bytes, length, &error)) {
		if (component->state == STATE_GREETING) {
			component_lose(component, "%s does not speak XMPP (%s)", component->server,
				error->message);
		} else {
			component_lose(
				component, "the server sent broken XML (%s)", error->message);
		}
	}
	if (component->stream != NULL && component->lost != NULL) {
		component_give_up(component);
	}
	component_unref(component);
}

static void on_stream_closed(gpointer user, const GError *error)
{
	Component *component = user;

	if (component->state == STATE_GREETING && error == NULL) {
		component_lose(component,
			"%s closed without a word: is it the port for components?",
			component->server);
	} else {
		component_lose(component, "connection lost: %s",
			error != NULL ? error->message : "closed by the server");
	}
	component_give_up(component);
}

static void on_drained(gpointer user)
{
	Component *component = user;

	if (component->handlers->on_drained != NULL && component->state == STATE_UP) {
		component->handlers->on_drained(component->user);
	}
}

const GwStreamHandlers component_stream_handlers = {
	.on_bytes = on_bytes,
	.on_closed = on_stream_closed,
	.on_drained = on_drained,
};
