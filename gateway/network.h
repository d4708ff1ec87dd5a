/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NETWORK_H
#define NETWORK_H

#include "component.h"
#include "config.h"
#include "pending.h"
#include "store.h"
#include "supervisor.h"

/* One hostname and the network behind it: the component stream on one side, the
 * worker on the other, and between them the sessions and rooms. Features work
 * on this record. */

typedef struct Network Network;
typedef struct Session Session;
typedef struct Outbox Outbox;
typedef struct Spool Spool;

/* Counted since the start; logged at the end and on SIGUSR1. */
typedef struct {
	guint64 from_xmpp; /* messages */
	guint64 to_xmpp;
	guint64 bounced;    /* answered with an error */
	guint64 waited;     /* kept in the store for a while */
	guint64 suppressed; /* not shown, as the reader was not in the room */
	guint64 dropped;    /* room chatter over the limit of what may wait */
} Counters;

struct Network {
	const ComponentConfig *config;
	const NetworkConfig *settings;
	Store *store;
	Component *component;
	Worker *worker;
	GwFeatures features;   /* its strings are owned */
	char *occupant_secret; /* key of XEP-0421 ids */

	gboolean started; /* the worker has taken its settings */
	gboolean online;
	gboolean draining; /* on the way out: nothing new is begun */
	gboolean closing;  /* our side of the stream is closed: nothing can be answered any more */
	void (*on_stopped)(Network *network);

	GHashTable *sessions; /* by bare JID, owns */
	GHashTable *sessions_by_number;
	guint last_session;
	guint session_timer;
	GHashTable *rooms; /* by local part, owns Rooms */
	GHashTable *rooms_by_id;
	PendingTable *pending;
	GHashTable *lists; /* answers being collected, by serial (features/lists.c); NULL: none */
	guint pending_timer;
	guint muc_timer;
	gint64 up_us;        /* monotonic: since when the component is up */
	GPtrArray *restored; /* clients of an earlier run that are being looked for; NULL: none */
	Outbox *outbox;      /* told to XMPP, not yet confirmed */
	Spool *spool;        /* from XMPP, waiting for the network */
	Counters counters;
	gpointer owner; /* of the callbacks */
	void (*on_refused)(
		Network *network, const char *text); /* the backend refuses its settings */
};

Network *network_new(
	const ComponentConfig *config, const NetworkConfig *settings, Store *store, GError **error);
void network_free(Network *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Network, network_free)

/* Starts the worker, and with its features known, the component. */
gboolean network_start(Network *network, GError **error);
/* Leaves both sides cleanly, without losing what is under way; then `done` is called. */
void network_stop(Network *network, void (*done)(Network *network));
/* A changed config for this component (same domain, same network). */
void network_reload(Network *network, const ComponentConfig *config);

/* Gives the worker a command and remembers whom to answer. The result is the command's serial; 0:
 * nothing was sent, and the stanza has been answered with an error. `address` NULL: nobody waits.
 */
guint network_command(Network *network, GwFrameType type, const Session *session,
	const void *record, gboolean asks, const FailureAddress *address, const char *extra);

/* As network_command, for a stanza that is being handled. */
guint network_command_for(Network *network, GwFrameType type, const Session *session,
	const void *record, gboolean asks, const GwElement *stanza);

/* "local@domain" of a peer or a room id; caller frees. NULL: the id cannot be a JID. */
char *network_jid(const Network *network, const char *id);
gboolean network_is_room(const Network *network, const char *id);

void network_log_counters(const Network *network);

#endif
