/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ROUTER_H
#define ROUTER_H

#include "session.h"

/* Who gets a stanza. The router checks sender and addresses, finds the feature
 * in its tables, and answers what nobody takes. */

typedef enum {
	TARGET_GATEWAY,  /* our hostname */
	TARGET_PEER,     /* nick@host */
	TARGET_ROOM,     /* #room@host */
	TARGET_OCCUPANT, /* #room@host/nick */
	N_TARGETS,
} Target;

/* A stanza with its addresses taken apart; borrowed until the handler returns. */
typedef struct {
	Network *network;
	const GwElement *element;
	const char *from; /* full JID */
	const char *user; /* bare JID of `from` */
	Session *session; /* of that user; NULL: none yet */
	const char *to;
	const char *type; /* NULL: none */
	const char *id;   /* NULL: none */
	Target target;
	const char *local; /* local part of `to`; NULL: the gateway itself */
	const char *name;  /* the peer's or room's own id, unescaped */
	const char *nick;  /* resource of `to`; NULL: none */
	gboolean replayed; /* comes from the spool */
} Stanza;

typedef void (*StanzaFunc)(const Stanza *stanza);
typedef void (*EventFunc)(Network *network, Session *session, guint serial, const void *record);

void router_route(Network *network, const GwElement *element, gboolean replayed);
void router_event(Network *network, const GwFrameHeader *header, const void *record);

/* Whether the sender may use the gateway at all. */
gboolean stanza_is_allowed(const Stanza *stanza);

/* The sender's session, to ask the network something. It counts as a message, as it may become one
 * (CTCP). NULL: that cannot be now, and the stanza has been answered. */
Session *stanza_session_to_ask(const Stanza *stanza);

/* Answers. */
void stanza_fail(const Stanza *stanza, GwFailure failure, const char *text);
/* Begins a result; append its payload, then component_end(network->component, "iq"). */
GString *stanza_result(const Stanza *stanza);
void stanza_result_empty(const Stanza *stanza);
/* The request's payload element; NULL: none. */
const GwElement *stanza_payload(const Stanza *stanza);

/* The namespaces that features answer for a target, for disco: NULL-terminated, borrowed. */
const char *const *router_namespaces(Target target);

#endif
