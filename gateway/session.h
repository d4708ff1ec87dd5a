/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SESSION_H
#define SESSION_H

#include "network.h"

/* One user on one network. A guest's session begins with the first thing they do
 * there and ends when nothing holds it: no room, no client online, no talk
 * for a while. */

typedef enum {
	SESSION_OFFLINE,    /* the network is not there, or refused */
	SESSION_CONNECTING, /* LOGIN is sent */
	SESSION_ONLINE,
} SessionState;

struct Session {
	Network *network;
	guint number; /* for the worker; never used twice */
	SessionState state;
	char *user; /* bare JID */
	char *token;
	char *nick;        /* the wished one, until the network tells another */
	GHashTable *rooms; /* set of Room *: joined or being joined; NULL: none */
	GHashTable *
		contacts; /* peer's local part -> last presence (features/presence.c); NULL: none */
	GHashTable *clients;       /* set of full JIDs whose presence we get; NULL: none */
	GHashTable *private_rooms; /* nick -> room in whose window they talk (features/muc.c) */
	int show;                  /* GwShow the network is to see */
	gint64 active_us;          /* monotonic: last sign of life */
	double allowance;          /* messages that may be sent now */
	gint64 allowance_us;       /* monotonic: when that was so */
	guint n_waiting;           /* stanzas in the spool */
};

/* The user's session, or NULL. `user` may carry a resource. */
Session *session_find(const Network *network, const char *user);
Session *session_by_number(const Network *network, guint number);
/* Finds or makes, and logs in where that is possible now. NULL: the store refused. */
Session *session_get(Network *network, const char *user);
void session_free(gpointer session);

/* Logs in, if the network is there. */
void session_login(Session *session, const char *nick);
void session_logout(Session *session, const char *reason);
/* Ends the session if nothing holds it; it is gone then. */
void session_release(Session *session, gboolean now);

void session_set_nick(Session *session, const char *nick);

/* One message more: FALSE when the user is over their rate. */
gboolean session_may_send(Session *session);

/* Worker's events. */
void session_on_online(Session *session);
void session_on_offline(Session *session, const GwFailed *why);

#endif
