/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

#include <glib/gi18n.h>

#include "gw-jid.h"
#include "gw-xml.h"
#include "muc.h"
#include "outbox.h"
#include "spool.h"

#define NS_OMEMO "eu.siacs.conversations.axolotl"
#define NS_OMEMO_2 "urn:xmpp:omemo:2"
#define NS_OPENPGP "urn:xmpp:openpgp:0"

/* XEP-0384 and others: only the recipient's own client could read it, and there is none. */
static gboolean is_encrypted(const GwElement *message)
{
	return gw_element_child(message, "encrypted", NS_OMEMO) ||
	       gw_element_child(message, "encrypted", NS_OMEMO_2) ||
	       gw_element_child(message, "openpgp", NS_OPENPGP);
}

gboolean message_may_pass(const Stanza *stanza, Session *session)
{
	Network *network = stanza->network;

	if (stanza->replayed) {
		return TRUE; /* it has passed before */
	}
	network->counters.from_xmpp++;
	if (network->closing) {
		spool_add(session, stanza->element);
	} else if (network->draining) {
		stanza_fail(stanza, GW_FAILURE_SHUTDOWN, NULL);
	} else if (!session_may_send(session)) {
		stanza_fail(stanza, GW_FAILURE_LIMIT, NULL);
	} else if (is_encrypted(stanza->element)) {
		stanza_fail(stanza, GW_FAILURE_BAD_REQUEST,
			_("This person is reached through a gateway, which cannot carry encrypted "
			  "messages. Please turn encryption off for this conversation."));
	} else {
		return TRUE;
	}
	return FALSE;
}

void message_to_gateway(const Stanza *stanza)
{
	if (gw_element_child(stanza->element, "body", NULL)) {
		stanza_fail(stanza, GW_FAILURE_UNSUPPORTED,
			_("This is the gateway itself. Write to somebody@this-host, or join a room "
			  "#name@this-host."));
	}
}

void message_to_peer(const Stanza *stanza)
{
	GwMessage record = {
		.peer = stanza->name,
		.id = stanza->id,
		.body = gw_element_child_text(stanza->element, "body", NULL),
	};
	Session *session;

	if (g_strcmp0(stanza->type, "error") == 0) {
		return;
	}
	if (g_strcmp0(stanza->type, "groupchat") == 0) {
		stanza_fail(stanza, GW_FAILURE_BAD_REQUEST, _("This is a person, not a room."));
		return;
	}
	if (!record.body && !is_encrypted(stanza->element)) {
		return; /* typing and the like: the network has no such thing */
	}
	session = session_get(stanza->network, stanza->user);
	if (!session) {
		stanza_fail(stanza, GW_FAILURE_INTERNAL, NULL);
		return;
	}
	if (!message_may_pass(stanza, session)) {
		return;
	}
	session_login(session, NULL);
	if (spool_must_wait(session) && !stanza->replayed) {
		spool_add(session, stanza->element);
	} else {
		network_command_for(stanza->network, GW_COMMAND_MESSAGE, session, &record, FALSE,
			stanza->element);
	}
}

const GString *message_content(const GwMessage *message, const char *extra)
{
	static GString *out;

	out = g_string_truncate(out ? out : g_string_sized_new(1024), 0);
	gw_xml_open(out, "body");
	if (message->flags & GW_MESSAGE_NOTICE) {
		gw_xml_text(out, "[notice] ");
	}
	gw_xml_text(out, message->body);
	gw_xml_close(out, "body");
	if (extra || message->extensions) {
		g_string_append(out, extra ? extra : message->extensions);
	}
	if (message->time_us) {
		g_autoptr(GString) stamp = g_string_new(NULL);

		gw_xml_time(stamp, message->time_us);
		gw_xml_open_ns(out, "delay", "urn:xmpp:delay");
		gw_xml_attribute(out, "stamp", stamp->str);
		gw_xml_close(out, "delay");
	}
	return out;
}

static void on_direct(Network *network, Session *session, const GwMessage *message)
{
	const GString *content = message_content(message, NULL);
	g_autofree char *from = message->peer ? network_jid(network, message->peer) : NULL;

	session->active_us = g_get_monotonic_time();
	if (!muc_on_private_message(session, message, content->str)) {
		g_autofree char *id = g_uuid_string_random();

		outbox_send(network, from ? from : network->config->domain, session->user, "chat",
			id, content->str, message->time_us);
	}
}

void message_on_event(Network *network, Session *session, guint serial, const void *data)
{
	const GwMessage *message = data;

	if (!message->body) {
		return;
	}
	if (message->room && !(message->flags & GW_MESSAGE_PRIVATE)) {
		muc_on_message(network, session, serial, message);
	} else if (session) {
		on_direct(network, session, message);
	}
}
