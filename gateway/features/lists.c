/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lists.h"

#include <string.h>

#include "gw-jid.h"
#include "gw-xml.h"

#define NS_ITEMS "http://jabber.org/protocol/disco#items"
#define NS_ADMIN "http://jabber.org/protocol/muc#admin"
#define NS_RSM "http://jabber.org/protocol/rsm"

enum {
	MOST_ON_A_PAGE = 200,
};

typedef struct {
	char *jid;
	char *name;
} Item;

/* An answer that is being collected; kept by serial in network->lists. */
typedef struct {
	gboolean bans; /* else rooms */
	GPtrArray *items;
	int max;     /* XEP-0059; negative: not asked for pages */
	char *after; /* JID of the last item the client has; NULL: from the beginning */
} List;

static void item_free(gpointer data)
{
	Item *item = data;

	g_free(item->jid);
	g_free(item->name);
	g_free(item);
}

static void list_free(gpointer data)
{
	List *list = data;

	g_ptr_array_unref(list->items);
	g_free(list->after);
	g_free(list);
}

/* ---- asking ---- */

/* Lists whose question failed or timed out have lost their pending command. */
static gboolean is_orphan(gpointer serial, gpointer list, gpointer network)
{
	return !pending_find(((Network *)network)->pending, GPOINTER_TO_UINT(serial));
}

static void ask(
	const Stanza *stanza, Session *session, GwFrameType type, const GwQuery *query, List *list)
{
	Network *network = stanza->network;
	guint serial = network_command_for(network, type, session, query, TRUE, stanza->element);

	if (!serial) {
		list_free(list);
		return;
	}
	if (!network->lists) {
		network->lists = g_hash_table_new_full(NULL, NULL, NULL, list_free);
	}
	g_hash_table_foreach_remove(network->lists, is_orphan, network);
	g_hash_table_replace(network->lists, GUINT_TO_POINTER(serial), list);
}

static List *list_new(gboolean bans)
{
	List *list = g_new0(List, 1);

	list->bans = bans;
	list->items = g_ptr_array_new_with_free_func(item_free);
	list->max = -1;
	return list;
}

void list_rooms(const Stanza *stanza)
{
	const GwElement *set = gw_element_child(stanza_payload(stanza), "set", NS_RSM);
	const char *max = gw_element_child_text(set, "max", NULL);
	Session *session = stanza_session_to_ask(stanza);
	GwQuery query = { 0 };
	List *list;

	if (!session) {
		return;
	}
	list = list_new(FALSE);
	if (set) {
		list->max = max ? (int)CLAMP(g_ascii_strtoll(max, NULL, 10), 0, MOST_ON_A_PAGE)
				: MOST_ON_A_PAGE;
		list->after = g_strdup(gw_element_child_text(set, "after", NULL));
	}
	ask(stanza, session, GW_COMMAND_LIST_ROOMS, &query, list);
}

void list_bans(const Stanza *stanza, const char *room_id)
{
	GwQuery query = { .room = room_id, .affiliation = GW_AFFILIATION_OUTCAST };

	ask(stanza, stanza->session, GW_COMMAND_LIST_AFFILIATIONS, &query, list_new(TRUE));
}

/* ---- answering ---- */

static gint compare(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const Item *const *)a)->jid, (*(const Item *const *)b)->jid);
}

static void append_item(GString *out, const List *list, const Item *item)
{
	gw_xml_open(out, "item");
	gw_xml_attribute(out, "jid", item->jid);
	if (list->bans) {
		gw_xml_attribute(out, "affiliation", "outcast");
		gw_xml_element(out, "reason", NULL, item->name);
	} else {
		gw_xml_attribute(out, "name", item->name);
	}
	gw_xml_close(out, "item");
}

/* XEP-0059 §2.6: where the page stands in the whole. */
static void append_set(GString *out, const List *list, guint start, guint end)
{
	g_autofree char *count = g_strdup_printf("%u", list->items->len);

	gw_xml_open_ns(out, "set", NS_RSM);
	if (end > start) {
		const Item *first = list->items->pdata[start], *last = list->items->pdata[end - 1];

		gw_xml_open(out, "first");
		gw_xml_attribute_int(out, "index", start);
		gw_xml_text(out, first->jid);
		gw_xml_close(out, "first");
		gw_xml_element(out, "last", NULL, last->jid);
	}
	gw_xml_element(out, "count", NULL, count);
	gw_xml_close(out, "set");
}

static guint first_of_page(const List *list)
{
	guint start = 0;

	while (list->after && start < list->items->len &&
		strcmp(((Item *)list->items->pdata[start])->jid, list->after) <= 0) {
		start++;
	}
	return start;
}

static void answer(Network *network, const FailureAddress *address, const List *list)
{
	GString *out = component_begin(
		network->component, "iq", address->to, address->from, "result", address->id);
	guint start, end;

	g_ptr_array_sort(list->items, compare);
	start = first_of_page(list);
	end = list->max < 0 ? list->items->len : MIN(start + (guint)list->max, list->items->len);
	gw_xml_open_ns(out, "query", list->bans ? NS_ADMIN : NS_ITEMS);
	for (guint i = start; i < end; i++) {
		append_item(out, list, list->items->pdata[i]);
	}
	if (list->max >= 0) {
		append_set(out, list, start, end);
	}
	gw_xml_close(out, "query");
	component_end(network->component, "iq");
}

static void add_item(Network *network, List *list, const GwItem *record)
{
	char *jid = record->id ? network_jid(network, record->id) : NULL;
	Item *item;

	if (!jid) {
		return;
	}
	item = g_new0(Item, 1);
	item->jid = jid;
	if (list->bans) {
		item->name = g_strdup(record->id);
	} else {
		item->name = g_strdup_printf(
			"%s (%d)", record->name ? record->name : record->id, record->count);
	}
	g_ptr_array_add(list->items, item);
}

void lists_on_item(Network *network, Session *session, guint serial, const void *data)
{
	const GwItem *record = data;
	List *list = network->lists && serial
			     ? g_hash_table_lookup(network->lists, GUINT_TO_POINTER(serial))
			     : NULL;
	const Pending *pending = serial ? pending_find(network->pending, serial) : NULL;

	if (!list || !pending) {
		return;
	}
	add_item(network, list, record);
	if (record->last) {
		answer(network, &pending->address, list);
		pending_remove(network->pending, serial);
		g_hash_table_remove(network->lists, GUINT_TO_POINTER(serial));
	}
}
