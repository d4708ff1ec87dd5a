/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prompt.h"

#include <glib/gi18n.h>

#include "gw-xml.h"

#define NS_GATEWAY "jabber:iq:gateway"

void prompt_get(const Stanza *stanza)
{
	GString *out = stanza_result(stanza);

	gw_xml_open_ns(out, "query", NS_GATEWAY);
	gw_xml_element(out, "desc", NULL,
		_("Enter the nickname of the person you want to talk to, or the name of a room."));
	gw_xml_element(out, "prompt", NULL, _("Nickname or room"));
	gw_xml_close(out, "query");
	component_end(stanza->network->component, "iq");
}

void prompt_set(const Stanza *stanza)
{
	const char *name = gw_element_child_text(stanza_payload(stanza), "prompt", NULL);
	g_autofree char *stripped = name ? g_strstrip(g_strdup(name)) : NULL;
	g_autofree char *jid =
		stripped && *stripped ? network_jid(stanza->network, stripped) : NULL;
	GString *out;

	if (!jid) {
		stanza_fail(stanza, GW_FAILURE_BAD_NAME, NULL);
		return;
	}
	out = stanza_result(stanza);
	gw_xml_open_ns(out, "query", NS_GATEWAY);
	gw_xml_element(out, "jid", NULL, jid);
	/* Older clients look here. */
	gw_xml_element(out, "prompt", NULL, jid);
	gw_xml_close(out, "query");
	component_end(stanza->network->component, "iq");
}
