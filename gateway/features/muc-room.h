/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MUC_ROOM_H
#define MUC_ROOM_H

#include "session.h"

/* The model of rooms. A member is a nick in the room, whoever it is; an occupant
 * is one client of ours there. All occupants of a user share one member. */

typedef struct Room Room;
typedef struct Member Member;
typedef struct Occupant Occupant;
typedef struct Join Join;

struct Occupant {
	Session *session;
	Member *member;
	char *jid; /* full */
	char *to;  /* the same, escaped */
	gsize to_length;
	/* Whether the client is still there is not known: the stream was lost, and it has not
	 * answered since. What it misses is kept. */
	gboolean away;
	gint64 seen; /* while away: the last kept row it does not need */
};

struct Member {
	char *nick;
	char *jid;         /* room@host/nick */
	char *occupant_id; /* XEP-0421 */
	guint session;     /* number; 0: not ours */
	GSList *occupants; /* of ours; borrowed from the room */
	int role, affiliation, flags;
	int show;
	char *status;
	char *extensions;    /* XML of its presence: capabilities, avatar hash */
	guint generation;    /* of the room's state when it was last told */
	gboolean leaving;    /* LEAVE is sent */
	gint64 lingering_us; /* monotonic: since when nobody is there for it; 0: not so */
	gint64 seen;         /* while lingering, as in Occupant */
};

/* A join under way. */
struct Join {
	Session *session;
	char *nick;
	char *password;
	int show; /* and the rest of the presence it came with */
	char *status;
	char *extensions;
	GPtrArray *clients; /* of JoinClient; empty when it brings a user back */
	gboolean sent;      /* JOIN is sent, else it waits for the session */
	guint tries;
	gint64 since_us; /* monotonic */
};

typedef struct {
	char *jid;         /* full */
	char *id;          /* of its presence */
	gboolean restored; /* did not ask: was there before we were restarted */
} JoinClient;

struct Room {
	Network *network;
	char *id;    /* the network's name of it */
	char *local; /* local part of the JID, key of network->rooms */
	char *jid;
	int flags;            /* GwRoomFlags */
	GHashTable *members;  /* by nick, owns */
	GPtrArray *occupants; /* owns */
	GPtrArray *joins;     /* owns */
	char *subject;
	char *subject_by; /* nick */
	gint64 subject_us;
	guint generation;
	gboolean lost;   /* the network is away: members are those of before */
	gint64 lost_us;  /* monotonic */
	gint64 last_row; /* last message kept for absent readers; 0: none kept */
};

/* By GwRole and GwAffiliation, as XEP-0045 §5 spells them. */
extern const char *const muc_role_names[4];
extern const char *const muc_affiliation_names[5];

Room *room_find(const Network *network, const char *local);
Room *room_find_by_id(const Network *network, const char *id);
/* Finds or makes. NULL: the id cannot be a room's JID. */
/* The network spells its id otherwise than a JID can. */
void room_set_id(Room *room, const char *id);
Room *room_get(Network *network, const char *local, const char *id);
/* Forgets the room when nobody of ours is in it or on the way; it may be gone then. */
void room_release(Room *room);

Member *room_member(const Room *room, const char *nick);
Member *room_member_of(const Room *room, const Session *session);
/* `identity` is what stays when the nick changes. */
Member *room_add_member(Room *room, const char *nick, guint session, const char *identity);
/* XEP-0421; caller frees. */
char *room_occupant_id(const Room *room, const char *identity);
void room_rename_member(Room *room, Member *member, const char *nick);
/* Removes it with its occupants. */
void room_remove_member(Room *room, Member *member);

/* `room` or `session` NULL: there is none. */
Occupant *room_occupant(const Room *room, const Session *session, const char *jid);
Occupant *room_add_occupant(Room *room, Member *member, Session *session, const char *jid);
void room_remove_occupant(Room *room, Occupant *occupant);
gboolean room_has_absent(const Room *room); /* somebody away or lingering */

Join *room_join_of(const Room *room, const Session *session);
Join *room_add_join(Room *room, Session *session, const char *nick);
void join_add_client(Join *join, const char *jid, const char *id, gboolean restored);
void room_remove_join(Room *room, Join *join);

void member_set_text(char **field, const char *text);

#endif
