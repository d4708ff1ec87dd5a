/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "disco.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gw-xml.h"
#include "lists.h"
#include "muc-room.h"

#define NS_INFO "http://jabber.org/protocol/disco#info"
#define NS_ITEMS "http://jabber.org/protocol/disco#items"
#define NS_MUC "http://jabber.org/protocol/muc"
#define CAPS_NODE "https://tombolo.example/caps"

/* Features besides the namespaces of IQs that the router knows. */
static const char *const more_features[N_TARGETS][16] = {
	[TARGET_GATEWAY] = { "http://jabber.org/protocol/caps", NS_MUC,
		"http://jabber.org/protocol/rsm" },
	[TARGET_PEER] = { "http://jabber.org/protocol/caps" },
	[TARGET_ROOM] = { NS_MUC, "http://jabber.org/protocol/muc#stable_id",
		"http://jabber.org/protocol/muc#self-ping-optimization", "urn:xmpp:sid:0",
		"urn:xmpp:occupant-id:0" },
};

/* XEP-0045 §6.4, by flag: the feature when it is set, and when not. */
static const struct {
	GwRoomFlags flag;
	const char *set, *unset;
} room_features[] = {
	{ GW_ROOM_MODERATED, "muc_moderated", "muc_unmoderated" },
	{ GW_ROOM_MEMBERS_ONLY, "muc_membersonly", "muc_open" },
	{ GW_ROOM_PASSWORD, "muc_passwordprotected", "muc_unsecured" },
	{ GW_ROOM_HIDDEN, "muc_hidden", "muc_public" },
	{ 0, NULL, "muc_semianonymous" },
	{ 0, NULL, "muc_temporary" },
};

typedef struct {
	const char *category, *type, *name;
} Identity;

/* ---- building ---- */

static void append_identity(GString *out, const Identity *identity)
{
	gw_xml_open(out, "identity");
	gw_xml_attribute(out, "category", identity->category);
	gw_xml_attribute(out, "type", identity->type);
	gw_xml_attribute(out, "name", identity->name);
	gw_xml_close(out, "identity");
}

static void append_feature(GString *out, const char *feature)
{
	gw_xml_open(out, "feature");
	gw_xml_attribute(out, "var", feature);
	gw_xml_close(out, "feature");
}

/* Each once; the router has some namespaces in several rows. */
static GPtrArray *target_features(Target target)
{
	GPtrArray *features = g_ptr_array_new();

	for (const char *const *ns = router_namespaces(target); *ns; ns++) {
		if (!g_ptr_array_find_with_equal_func(features, *ns, g_str_equal, NULL)) {
			g_ptr_array_add(features, (gpointer)*ns);
		}
	}
	for (guint i = 0; more_features[target][i]; i++) {
		g_ptr_array_add(features, (gpointer)more_features[target][i]);
	}
	return features;
}

static guint identities(const Network *network, Target target, Identity *found)
{
	switch (target) {
	case TARGET_GATEWAY:
		found[0] = (Identity){ "gateway", network->features.type, network->features.name };
		found[1] =
			(Identity){ "conference", network->features.type, network->features.name };
		return network->features.rooms ? 2 : 1;
	case TARGET_PEER:
	case TARGET_OCCUPANT:
		found[0] = (Identity){ "client", "pc", NULL };
		return 1;
	case TARGET_ROOM:
	case N_TARGETS:
		break;
	}
	return 0;
}

/* ---- capabilities ---- */

static gint compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* XEP-0115 §5.1. Names are left out of it, so that all networks share one hash. */
static const char *caps_hash(Target target)
{
	static char *hashes[N_TARGETS];
	g_autoptr(GPtrArray) features = NULL;
	g_autoptr(GChecksum) checksum = NULL;
	guint8 digest[20];
	gsize length = sizeof(digest);

	if (hashes[target]) {
		return hashes[target];
	}
	features = target_features(target);
	g_ptr_array_sort(features, compare);
	checksum = g_checksum_new(G_CHECKSUM_SHA1);
	g_checksum_update(checksum, (const guchar *)"client/pc//<", -1);
	for (guint i = 0; i < features->len; i++) {
		g_checksum_update(checksum, features->pdata[i], -1);
		g_checksum_update(checksum, (const guchar *)"<", 1);
	}
	g_checksum_get_digest(checksum, digest, &length);
	hashes[target] = g_base64_encode(digest, sizeof(digest));
	return hashes[target];
}

void disco_append_caps(GString *out, Target target)
{
	if (target != TARGET_PEER) {
		return; /* a gateway's identities have its names: asked for directly */
	}
	gw_xml_open_ns(out, "c", "http://jabber.org/protocol/caps");
	gw_xml_attribute(out, "hash", "sha-1");
	gw_xml_attribute(out, "node", CAPS_NODE);
	gw_xml_attribute(out, "ver", caps_hash(target));
	gw_xml_close(out, "c");
}

/* ---- disco#info ---- */

static void append_field(GString *out, const char *name, const char *type, const char *value)
{
	gw_xml_open(out, "field");
	gw_xml_attribute(out, "var", name);
	gw_xml_attribute(out, "type", type);
	gw_xml_element(out, "value", NULL, value);
	gw_xml_close(out, "field");
}

/* XEP-0045 §6.4 and §15.5.4. */
static void append_room_form(GString *out, const Room *room)
{
	g_autofree char *count = g_strdup_printf("%u", g_hash_table_size(room->members));

	gw_xml_open_ns(out, "x", "jabber:x:data");
	gw_xml_attribute(out, "type", "result");
	append_field(out, "FORM_TYPE", "hidden", "http://jabber.org/protocol/muc#roominfo");
	append_field(out, "muc#roominfo_description", NULL, room->id);
	append_field(out, "muc#roominfo_occupants", NULL, count);
	append_field(out, "muc#roominfo_subject", NULL, room->subject ? room->subject : "");
	append_field(out, "muc#roominfo_subjectmod", "boolean",
		room->flags & GW_ROOM_OPEN_SUBJECT ? "1" : "0");
	gw_xml_close(out, "x");
}

/* What a secret channel is about is told to its members only. */
static gboolean may_look_into(const Stanza *stanza, const Room *room)
{
	return room && (!(room->flags & GW_ROOM_HIDDEN) ||
			       room_occupant(room, stanza->session, stanza->from));
}

static void append_room(const Stanza *stanza, GString *out)
{
	const Room *room = room_find(stanza->network, stanza->local);
	Identity identity = { "conference", "text", stanza->name };
	int flags = room ? room->flags : 0;

	append_identity(out, &identity);
	for (guint i = 0; i < G_N_ELEMENTS(room_features); i++) {
		append_feature(out, flags & room_features[i].flag ? room_features[i].set
								  : room_features[i].unset);
	}
	if (may_look_into(stanza, room)) {
		append_room_form(out, room);
	}
}

static gboolean knows_node(const Stanza *stanza, const char *node)
{
	g_autofree char *caps = NULL;

	if (!node) {
		return TRUE;
	}
	caps = g_strconcat(CAPS_NODE, "#", caps_hash(TARGET_PEER), NULL);
	return (stanza->target == TARGET_PEER && g_str_equal(node, caps)) ||
	       (stanza->target == TARGET_ROOM && g_str_equal(node, "x-roomuser-item"));
}

void disco_info(const Stanza *stanza)
{
	const char *node = gw_element_attribute(stanza_payload(stanza), "node");
	g_autoptr(GPtrArray) features = target_features(stanza->target);
	Identity found[2];
	guint n = identities(stanza->network, stanza->target, found);
	GString *out;

	if (!knows_node(stanza, node)) {
		stanza_fail(stanza, GW_FAILURE_NOT_FOUND, NULL);
		return;
	}
	out = stanza_result(stanza);
	gw_xml_open_ns(out, "query", NS_INFO);
	gw_xml_attribute(out, "node", node);
	/* XEP-0045 §7.12: nobody has a nick reserved, so that answer is empty. */
	if (g_strcmp0(node, "x-roomuser-item") != 0) {
		for (guint i = 0; i < n; i++) {
			append_identity(out, &found[i]);
		}
		for (guint i = 0; i < features->len; i++) {
			append_feature(out, features->pdata[i]);
		}
		if (stanza->target == TARGET_ROOM) {
			append_room(stanza, out);
		}
	}
	gw_xml_close(out, "query");
	component_end(stanza->network->component, "iq");
}

/* ---- disco#items ---- */

void disco_items(const Stanza *stanza)
{
	const char *node = gw_element_attribute(stanza_payload(stanza), "node");
	GString *out;

	if (stanza->target == TARGET_GATEWAY && !node && stanza->network->features.rooms &&
		stanza_is_allowed(stanza)) {
		list_rooms(stanza);
		return;
	}
	out = stanza_result(stanza);
	gw_xml_open_ns(out, "query", NS_ITEMS);
	gw_xml_attribute(out, "node", node);
	gw_xml_close(out, "query");
	component_end(stanza->network->component, "iq");
}
