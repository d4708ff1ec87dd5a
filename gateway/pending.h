/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PENDING_H
#define PENDING_H

#include <glib.h>

#include "failure.h"

/* Commands given to a worker whose outcome is not known yet, and the stanza to
 * answer then. Every command that a user waits for is here, so none is lost in
 * silence: it is taken, fails, turns out uncertain, or times out. */

typedef struct {
	guint serial;
	/* FALSE: settled when the network took it (messages). TRUE: only by an event or a failure
	 * with its serial (joins, questions). */
	gboolean asks;
	gint64 since_us;        /* monotonic */
	FailureAddress address; /* whom to answer; strings live in the same allocation */
	const char *extra; /* what the sender's own copy carries besides the body; NULL: nothing */
} Pending;

typedef struct PendingTable PendingTable;
typedef void (*PendingFunc)(gpointer data, const Pending *pending);

PendingTable *pending_table_new(void);
void pending_table_free(PendingTable *table); /* settles nothing */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PendingTable, pending_table_free)

/* All strings are copied. */
void pending_add(PendingTable *table, guint serial, gboolean asks, const FailureAddress *address,
	const char *extra);
/* NULL: unknown, or settled. Borrowed until the table changes. */
const Pending *pending_find(const PendingTable *table, guint serial);
void pending_remove(PendingTable *table, guint serial);

/* Settles all that do not ask, up to `serial`. */
void pending_settle(PendingTable *table, guint serial, PendingFunc func, gpointer data);
/* Ends everything up to `serial` (G_MAXUINT: everything). */
void pending_end(PendingTable *table, guint serial, PendingFunc func, gpointer data);
/* Ends what asks since before `time_us`. */
void pending_expire(PendingTable *table, gint64 time_us, PendingFunc func, gpointer data);
guint pending_count(const PendingTable *table);

#endif
