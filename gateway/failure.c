/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "failure.h"

#include <glib/gi18n.h>

#include "gw-xml.h"
#include "outbox.h"

#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define NS_MUC "http://jabber.org/protocol/muc"

typedef struct {
	const char *type;
	const char *condition;
	const char *text;
} Row;

static const Row rows[GW_N_FAILURES] = {
	[GW_FAILURE_NONE] = { "cancel", "undefined-condition", N_("Something went wrong.") },
	[GW_FAILURE_NETWORK] = { "wait", "remote-server-timeout",
		N_("The network cannot be reached at the moment. Please try again in a while.") },
	[GW_FAILURE_AUTH] = { "auth", "not-authorized", N_("The name or the password is wrong.") },
	[GW_FAILURE_REPLACED] = { "cancel", "conflict",
		N_("You have logged in to this network from somewhere else.") },
	[GW_FAILURE_NOT_FOUND] = { "cancel", "item-not-found",
		N_("There is nobody and no room of that name.") },
	[GW_FAILURE_OFFLINE] = { "wait", "recipient-unavailable",
		N_("That person is not online.") },
	[GW_FAILURE_CONFLICT] = { "cancel", "conflict",
		N_("That nickname is taken. Please choose another one.") },
	[GW_FAILURE_BAD_NAME] = { "modify", "not-acceptable",
		N_("The network does not allow that name. Please choose another one.") },
	[GW_FAILURE_BAD_ADDRESS] = { "modify", "jid-malformed",
		N_("That is not an address of this gateway.") },
	[GW_FAILURE_NOT_JOINED] = { "modify", "not-acceptable",
		N_("You are not in this room. Please join it first.") },
	[GW_FAILURE_BANNED] = { "auth", "forbidden", N_("You are banned there.") },
	[GW_FAILURE_PASSWORD] = { "auth", "not-authorized",
		N_("This room needs a password. Please join again with the right one.") },
	[GW_FAILURE_MEMBERS_ONLY] = { "auth", "registration-required",
		N_("This room is for invited people only. Please ask somebody inside to invite "
		   "you.") },
	[GW_FAILURE_FULL] = { "wait", "service-unavailable", N_("The room is full.") },
	[GW_FAILURE_NOT_ALLOWED] = { "auth", "forbidden", N_("You may not do that here.") },
	[GW_FAILURE_BAD_REQUEST] = { "modify", "bad-request",
		N_("That cannot be sent to this network.") },
	[GW_FAILURE_UNSUPPORTED] = { "cancel", "feature-not-implemented",
		N_("This network has no such thing.") },
	[GW_FAILURE_LIMIT] = { "wait", "resource-constraint",
		N_("That was too much at once. Please wait a little and try again.") },
	[GW_FAILURE_EXPIRED] = { "wait", "remote-server-timeout",
		N_("The network did not come back in time. Your message was not sent.") },
	[GW_FAILURE_UNCERTAIN] = { "wait", "remote-server-timeout",
		N_("The connection to the network broke. It is uncertain whether your message "
		   "arrived.") },
	[GW_FAILURE_SHUTDOWN] = { "wait", "service-unavailable",
		N_("The gateway is being restarted. Please try again in a minute.") },
	[GW_FAILURE_INTERNAL] = { "cancel", "internal-server-error",
		N_("The gateway made a mistake. Its admins can find it in the log.") },
};

const char *failure_text(GwFailure failure)
{
	g_return_val_if_fail(failure < GW_N_FAILURES, "");
	return _(rows[failure].text);
}

void failure_append(GString *out, GwFailure failure, const char *text)
{
	g_return_if_fail(failure < GW_N_FAILURES);
	gw_xml_open(out, "error");
	gw_xml_attribute(out, "type", rows[failure].type);
	gw_xml_element(out, rows[failure].condition, NS_STANZAS, NULL);
	gw_xml_element(out, "text", NS_STANZAS, text && *text ? text : failure_text(failure));
	gw_xml_close(out, "error");
}

static void send_for_message(
	Network *network, const FailureAddress *address, GwFailure failure, const char *text)
{
	g_autoptr(GString) content = g_string_new(NULL);

	failure_append(content, failure, text);
	outbox_send(network, address->to, address->from, "error", address->id, content->str, 0);
}

void failure_send(
	Network *network, const FailureAddress *address, GwFailure failure, const char *text)
{
	Component *component = network->component;
	GString *out;

	if (g_str_equal(address->kind, "message")) {
		send_for_message(network, address, failure, text);
		return;
	}
	out = component_begin(
		component, address->kind, address->to, address->from, "error", address->id);
	/* XEP-0045 §7.2: a failed join is known by its element. */
	if (g_str_equal(address->kind, "presence")) {
		gw_xml_element(out, "x", NS_MUC, NULL);
	}
	failure_append(out, failure, text);
	component_end(component, address->kind);
}

void failure_answer(Network *network, const GwElement *stanza, GwFailure failure, const char *text)
{
	const char *type = gw_element_attribute(stanza, "type");
	FailureAddress address = {
		.kind = stanza->name,
		.from = gw_element_attribute(stanza, "from"),
		.to = gw_element_attribute(stanza, "to"),
		.id = gw_element_attribute(stanza, "id"),
	};

	if (!address.from || g_strcmp0(type, "error") == 0 || g_strcmp0(type, "result") == 0) {
		return;
	}
	if (!address.to) {
		address.to = component_domain(network->component);
	}
	failure_send(network, &address, failure, text);
}

/* The conditions after which a MUC service takes an occupant for gone, too. */
gboolean failure_is_gone(const GwElement *stanza)
{
	static const char *const gone[] = { "gone", "internal-server-error", "item-not-found",
		"jid-malformed", "recipient-unavailable", "redirect", "remote-server-not-found",
		"remote-server-timeout", "service-unavailable", NULL };
	const GwElement *error = gw_element_child(stanza, "error", NULL);

	for (const GwElement *child = error ? error->children : NULL; child; child = child->next) {
		if (g_strv_contains(gone, child->name)) {
			return TRUE;
		}
	}
	return FALSE;
}
