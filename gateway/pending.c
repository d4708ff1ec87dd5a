/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pending.h"

#include <string.h>

struct PendingTable {
	GHashTable *by_serial; /* owns the Pendings */
	GQueue order;          /* of serials, ascending; those settled early are skipped */
};

PendingTable *pending_table_new(void)
{
	PendingTable *table = g_new0(PendingTable, 1);

	table->by_serial = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	g_queue_init(&table->order);
	return table;
}

void pending_table_free(PendingTable *table)
{
	if (!table) {
		return;
	}
	g_hash_table_unref(table->by_serial);
	g_queue_clear(&table->order);
	g_free(table);
}

static const char *put(char **end, const char *text)
{
	char *start = *end;

	if (!text) {
		return NULL;
	}
	*end = g_stpcpy(start, text) + 1;
	return start;
}

static gsize space(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

void pending_add(PendingTable *table, guint serial, gboolean asks, const FailureAddress *address,
	const char *extra)
{
	Pending *pending = g_malloc(sizeof(*pending) + space(address->from) + space(address->to) +
				    space(address->id) + space(extra));
	char *end = (char *)(pending + 1);

	pending->serial = serial;
	pending->asks = asks;
	pending->since_us = g_get_monotonic_time();
	pending->address.kind = g_intern_string(address->kind);
	pending->address.from = put(&end, address->from);
	pending->address.to = put(&end, address->to);
	pending->address.id = put(&end, address->id);
	pending->extra = put(&end, extra);
	g_hash_table_replace(table->by_serial, GUINT_TO_POINTER(serial), pending);
	g_queue_push_tail(&table->order, GUINT_TO_POINTER(serial));
}

const Pending *pending_find(const PendingTable *table, guint serial)
{
	return g_hash_table_lookup(table->by_serial, GUINT_TO_POINTER(serial));
}

void pending_remove(PendingTable *table, guint serial)
{
	g_hash_table_remove(table->by_serial, GUINT_TO_POINTER(serial));
}

/* Serials wrap around: before, in the sense of RFC 1982. */
static gboolean is_up_to(guint serial, guint limit)
{
	return limit == G_MAXUINT || (gint32)(serial - limit) <= 0;
}

/* Walks the order once; what is kept goes back to its end, so that the order stays. */
static void walk(PendingTable *table, guint serial, gint64 before_us, gboolean keep_asking,
	PendingFunc func, gpointer data)
{
	g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func(g_free);
	GQueue kept = G_QUEUE_INIT;

	while (!g_queue_is_empty(&table->order)) {
		gpointer key = g_queue_peek_head(&table->order);
		Pending *pending = g_hash_table_lookup(table->by_serial, key);

		if (pending && !is_up_to(pending->serial, serial)) {
			break;
		}
		g_queue_pop_head(&table->order);
		if (pending && ((keep_asking && pending->asks) || pending->since_us > before_us)) {
			g_queue_push_tail(&kept, key);
		} else if (pending) {
			g_hash_table_steal(table->by_serial, key);
			g_ptr_array_add(ended, pending);
		}
	}
	while (!g_queue_is_empty(&kept)) {
		g_queue_push_head(&table->order, g_queue_pop_tail(&kept));
	}
	for (guint i = 0; i < ended->len; i++) {
		func(data, ended->pdata[i]);
	}
}

void pending_settle(PendingTable *table, guint serial, PendingFunc func, gpointer data)
{
	walk(table, serial, G_MAXINT64, TRUE, func, data);
}

void pending_end(PendingTable *table, guint serial, PendingFunc func, gpointer data)
{
	walk(table, serial, G_MAXINT64, FALSE, func, data);
}

void pending_expire(PendingTable *table, gint64 time_us, PendingFunc func, gpointer data)
{
	walk(table, G_MAXUINT, time_us, FALSE, func, data);
}

guint pending_count(const PendingTable *table)
{
	return g_hash_table_size(table->by_serial);
}
