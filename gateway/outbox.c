/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outbox.h"

#include <string.h>

#include "gw-log.h"
#include "gw-xml.h"
#include "session.h"

#define SEPARATOR '\x1f' /* between head and tail of a kept message; no XML can hold it */

enum {
	MOST_TO_USERS = 20000, /* rows that may wait */
	MOST_TO_ROOMS = 5000,  /* of room chatter */
	TRIM_EVERY = 500,
};

/* One allocation: there is one for every message. */
typedef struct {
	GList link;
	guint64 mark;
	gint64 time_us;
	StoreDirection direction;
	const char *text; /* as kept in the store */
	char owner[];     /* bare JID or room; the text follows */
} Entry;

struct Outbox {
	Network *network;
	GQueue unconfirmed; /* of Entry, by mark */
	guint since_trim;
};

Outbox *outbox_new(Network *network)
{
	Outbox *outbox = g_new0(Outbox, 1);

	outbox->network = network;
	g_queue_init(&outbox->unconfirmed);
	return outbox;
}

void outbox_free(Outbox *outbox)
{
	if (outbox) {
		while (!g_queue_is_empty(&outbox->unconfirmed)) {
			g_free(g_queue_pop_head_link(&outbox->unconfirmed)->data);
		}
		g_free(outbox);
	}
}

static Entry *entry_new(StoreDirection direction, const char *owner,
	const ComponentTemplate *template, gint64 time_us)
{
	gsize owner_size = strlen(owner) + 1;
	Entry *entry = g_malloc(
		sizeof(*entry) + owner_size + template->head->len + template->tail->len + 2);
	char *text = entry->owner + owner_size;

	entry->link = (GList){ .data = entry };
	entry->mark = 0;
	entry->time_us = time_us ? time_us : g_get_real_time();
	entry->direction = direction;
	entry->text = text;
	memcpy(entry->owner, owner, owner_size);
	memcpy(text, template->head->str, template->head->len);
	text[template->head->len] = SEPARATOR;
	memcpy(text + template->head->len + 1, template->tail->str, template->tail->len + 1);
	return entry;
}

/* ---- the store ---- */

/* Room chatter has the lower limit, so that it goes first. */
static void trim(Network *network, StoreDirection direction)
{
	guint dropped = store_trim_undelivered(network->store, network->config->domain, direction,
		direction == STORE_TO_ROOM ? MOST_TO_ROOMS : MOST_TO_USERS);

	network->outbox->since_trim = 0;
	if (dropped) {
		network->counters.dropped += dropped;
		gw_warning("%s: %u messages waited over the limit and were dropped",
			network->config->domain, dropped);
	}
}

static gint64 keep(Network *network, const Entry *entry)
{
	StoreDirection direction = entry->direction;
	gint64 id = store_put_undelivered(network->store, network->config->domain, direction,
		entry->owner, entry->text, entry->time_us);

	if (!id) {
		network->counters.dropped++;
	}
	network->counters.waited++;
	if (++network->outbox->since_trim >= TRIM_EVERY) {
		trim(network, direction);
	}
	return id;
}

/* The delay goes before the stanza's end tag (XEP-0203 §2). */
static void append_delay(GString *tail, const char *from, gint64 time_us)
{
	static const char end[] = "</message>";
	gsize at = tail->len - strlen(end);
	g_autoptr(GString) delay = g_string_new(NULL);
	g_autoptr(GString) stamp = g_string_new(NULL);

	gw_xml_time(stamp, time_us);
	gw_xml_open_ns(delay, "delay", "urn:xmpp:delay");
	gw_xml_attribute(delay, "from", from);
	gw_xml_attribute(delay, "stamp", stamp->str);
	gw_xml_close(delay, "delay");
	g_string_insert_len(tail, (gssize)at, delay->str, (gssize)delay->len);
}

static gboolean unpack(Network *network, const StoreUndelivered *row, ComponentTemplate *template)
{
	const char *middle = strchr(row->text, SEPARATOR);

	if (!middle || !g_str_has_suffix(middle, "</message>")) {
		gw_warning(
			"%s: a kept message is damaged and was dropped", network->config->domain);
		network->counters.dropped++;
		return FALSE;
	}
	template->head = g_string_new_len(row->text, middle - row->text);
	template->tail = g_string_new(middle + 1);
	if (!strstr(template->tail->str, "urn:xmpp:delay")) {
		append_delay(template->tail, network->config->domain, row->time_us);
	}
	return TRUE;
}

/* ---- sending ---- */

static void remember(Network *network, Entry *entry)
{
	entry->mark = component_mark(network->component);
	g_queue_push_tail_link(&network->outbox->unconfirmed, &entry->link);
}

static void send_copy(Network *network, const ComponentTemplate *template, const char *to)
{
	g_autoptr(GString) escaped = g_string_new(NULL);

	gw_xml_escape(escaped, to, -1);
	component_send_copy(network->component, template, escaped->str, escaped->len);
}

void outbox_send(Network *network, const char *from, const char *to, const char *type,
	const char *id, const char *content, gint64 time_us)
{
	ComponentTemplate template = { 0 };
	GString *out =
		component_template_begin(network->component, &template, "message", from, type, id);
	Entry *entry;

	g_string_append(out, content);
	component_template_end(&template, "message");
	network->counters.to_xmpp++;
	entry = entry_new(STORE_TO_USER, to, &template, time_us);
	if (component_is_up(network->component)) {
		send_copy(network, &template, to);
		remember(network, entry);
	} else {
		keep(network, entry);
		g_free(entry);
	}
	component_template_clear(&template);
}

void outbox_sent_to_room(
	Network *network, const char *room, const ComponentTemplate *template, gint64 time_us)
{
	remember(network, entry_new(STORE_TO_ROOM, room, template, time_us));
}

gint64 outbox_keep_for_room(
	Network *network, const char *room, const ComponentTemplate *template, gint64 time_us)
{
	g_autofree Entry *entry = entry_new(STORE_TO_ROOM, room, template, time_us);

	return keep(network, entry);
}

/* ---- the stream's events ---- */

void outbox_on_confirmed(Network *network, guint64 mark)
{
	GQueue *queue = &network->outbox->unconfirmed;

	while (!g_queue_is_empty(queue)) {
		Entry *entry = g_queue_peek_head(queue);

		if (entry->mark > mark) {
			break;
		}
		g_queue_unlink(queue, &entry->link);
		g_free(entry);
	}
}

void outbox_on_down(Network *network)
{
	GQueue *queue = &network->outbox->unconfirmed;

	while (!g_queue_is_empty(queue)) {
		g_autofree Entry *entry = g_queue_pop_head_link(queue)->data;

		keep(network, entry);
	}
}

void outbox_send_kept(Network *network, const StoreUndelivered *row, const char *to)
{
	ComponentTemplate template = { 0 };

	if (unpack(network, row, &template)) {
		send_copy(network, &template, to);
		remember(network, entry_new(STORE_TO_USER, to, &template, row->time_us));
		network->counters.to_xmpp++;
	}
	component_template_clear(&template);
}

static void send_kept(gpointer data, const StoreUndelivered *row)
{
	Network *network = data;

	/* Lost again before it is confirmed, it is kept again. */
	if (component_is_up(network->component)) {
		outbox_send_kept(network, row, row->owner);
		store_remove_undelivered(network->store, row->id);
	}
}

/* Rooms see to their own: their readers may not be there any more. */
void outbox_on_up(Network *network)
{
	trim(network, STORE_TO_USER);
	store_each_undelivered(network->store, network->config->domain, STORE_TO_USER, NULL, 0, 0,
		send_kept, network);
}

void outbox_tell(Network *network, const char *to, const char *text)
{
	g_autoptr(GString) content = g_string_new(NULL);

	gw_xml_element(content, "body", NULL, text);
	outbox_send(network, network->config->domain, to, "chat", NULL, content->str, 0);
}
