/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_TYPES_H
#define GW_TYPES_H

#include <glib.h>

/* Records that cross the boundary between the gateway and a worker.
 *
 * The same record serves both directions: what a user sends through a backend
 * and what a backend reports. A record is borrowed: it is valid until the
 * function that got it returns; keep copies, never pointers. NULL strings and
 * lists and zero numbers mean "not given". All text is UTF-8.
 *
 * `peer` is the other network's own id of a person ("nick"), `room` that of a
 * group chat ("#channel"); the gateway makes JIDs of them (XEP-0106). */

/* Why something did not work. gateway/failure.c gives each a stanza error and a sentence. */
typedef enum {
	GW_FAILURE_NONE,
	GW_FAILURE_NETWORK,      /* the network cannot be reached now */
	GW_FAILURE_AUTH,         /* wrong name or password */
	GW_FAILURE_REPLACED,     /* logged in from elsewhere */
	GW_FAILURE_NOT_FOUND,    /* no such person, room or thing */
	GW_FAILURE_OFFLINE,      /* the person is known but away from the network */
	GW_FAILURE_CONFLICT,     /* the nick is taken */
	GW_FAILURE_BAD_NAME,     /* not a legal nick or room name there */
	GW_FAILURE_BAD_ADDRESS,  /* not an address of ours, or of the wrong form */
	GW_FAILURE_NOT_JOINED,   /* only members of the room may do this */
	GW_FAILURE_BANNED,       /* banned from the room or the network */
	GW_FAILURE_PASSWORD,     /* the room wants a (different) password */
	GW_FAILURE_MEMBERS_ONLY, /* invitation or registration needed */
	GW_FAILURE_FULL,         /* the room has no place left */
	GW_FAILURE_NOT_ALLOWED,  /* not with these rights: not an operator, no voice */
	GW_FAILURE_BAD_REQUEST,  /* cannot be expressed on that network */
	GW_FAILURE_UNSUPPORTED,  /* the network or backend has no such thing */
	GW_FAILURE_LIMIT,        /* too much or too fast */
	GW_FAILURE_EXPIRED,      /* it waited too long and was not sent */
	GW_FAILURE_UNCERTAIN,    /* the connection broke: it may have arrived or not */
	GW_FAILURE_SHUTDOWN,     /* the gateway or the network stops */
	GW_FAILURE_INTERNAL,     /* our own mistake */
	GW_N_FAILURES,
} GwFailure;

/* RFC 6121 §4.7.2.1, with "offline" for type='unavailable'. */
typedef enum {
	GW_SHOW_OFFLINE,
	GW_SHOW_ONLINE,
	GW_SHOW_CHAT,
	GW_SHOW_AWAY,
	GW_SHOW_XA,
	GW_SHOW_DND,
} GwShow;

/* XEP-0045 §5.1 and §5.2. NONE means "not told" in requests to change one of them. */
typedef enum {
	GW_ROLE_NONE,
	GW_ROLE_VISITOR,
	GW_ROLE_PARTICIPANT,
	GW_ROLE_MODERATOR,
} GwRole;

typedef enum {
	GW_AFFILIATION_NONE,
	GW_AFFILIATION_OUTCAST,
	GW_AFFILIATION_MEMBER,
	GW_AFFILIATION_ADMIN,
	GW_AFFILIATION_OWNER,
} GwAffiliation;

typedef struct {
	const char *name;
	const char *value;
} GwPair;

/* A form to fill in (XEP-0004): the fields of an account, a question, a room's configuration. */
typedef enum {
	GW_FORM_FIXED, /* text to read, nothing to fill in */
	GW_FORM_TEXT,
	GW_FORM_LINES,  /* several lines of text */
	GW_FORM_SECRET, /* masked, never shown again */
	GW_FORM_NUMBER,
	GW_FORM_BOOLEAN, /* "0" or "1" */
	GW_FORM_CHOICE,  /* one of `options` */
	GW_FORM_CHOICES, /* some of `options` */
	GW_FORM_IMAGE,   /* `values[0]` is a file name under the state folder */
} GwFormFieldKind;

typedef struct {
	const char *name;
	const char *label;
	const char *help;
	int kind;                  /* GwFormFieldKind */
	const char *const *values; /* NULL-terminated: current or default */
	const GwPair *options;     /* for CHOICE and CHOICES: value and label */
	guint n_options;
	int required; /* boolean */
	int advanced; /* boolean: sensible default, shown on request */
} GwFormField;

typedef struct {
	const char *id; /* what it is about: question id, room name */
	const char *peer;
	const char *title;
	const char *instructions;
	const GwFormField *fields;
	guint n_fields;
	gint64 expires_us; /* when an answer comes too late; 0: never */
} GwForm;

typedef struct {
	const char *id;
	int cancelled;        /* boolean */
	const GwPair *values; /* several pairs of one name: several values */
	guint n_values;
} GwAnswer;

/* A worker's settings: the `key = value` lines of its config section. */
typedef struct {
	const GwPair *settings;
	guint n_settings;
	int check_only; /* boolean: say whether they are right, do not start */
} GwStart;

/* What a backend can do, told once when it has started. */
typedef struct {
	const char *type;          /* XEP-0100 gateway type, disco category "gateway": "irc" */
	const char *name;          /* of the network, as shown to users */
	const char *room_prefixes; /* first bytes that make an id a room: "#&+"; NULL: no rooms by
				      name */
	const GwFormField
		*account_fields; /* what a user must register with; none: guests are welcome */
	guint n_account_fields;
	int rooms;        /* boolean: hosts rooms */
	int shared_rooms; /* boolean: one state for all sessions, so its events come without session
			   */
	int subjects;     /* boolean: rooms have a subject */
	int moderation;   /* boolean: kick and roles */
	int invitations;  /* boolean */
	int private_messages; /* boolean: to members of a room */
	int typing;           /* boolean */
	int receipts;         /* boolean */
	int files;            /* boolean */
	int profiles;         /* boolean: GwProfile of a peer can be asked for */
} GwFeatures;

/* Log a user in. For a guest `name` is NULL; the backend makes an identity of `token` and `nick`.
 */
typedef struct {
	const char *user;  /* bare JID of the owner */
	const char *token; /* stable and opaque: the same user always has the same */
	const char *nick;  /* wished for, may be changed */
	const char *name;  /* legacy account name */
	const char *secret;
	const GwPair *settings;
	guint n_settings;
} GwLogin;

/* A sentence and its cause: why a session or the network is offline, why a command failed. */
typedef struct {
	int failure;      /* GwFailure */
	const char *text; /* the network's own words, or NULL */
} GwFailed;

/* Presence of a peer, or with `peer` NULL of the account's own user. */
typedef struct {
	const char *peer;
	const char *resource;
	const char *name; /* display name */
	int show;         /* GwShow */
	const char *status;
	int priority;
	gint64 idle_since_us;   /* 0: not idle, or not known */
	const char *extensions; /* XML elements, as text */
} GwPresence;

typedef enum {
	GW_SUBSCRIPTION_NONE,
	GW_SUBSCRIPTION_TO,   /* the user sees the contact */
	GW_SUBSCRIPTION_FROM, /* the contact sees the user */
	GW_SUBSCRIPTION_BOTH,
} GwSubscription;

typedef struct {
	const char *peer;
	const char *name;
	const char *const *groups; /* NULL-terminated */
	int subscription;          /* GwSubscription */
} GwContact;

/* A peer wants to see the user's presence, or (as a command) the user's answer to that. */
typedef struct {
	const char *peer;
	const char *name;
	const char *text;
	int allow; /* boolean, in the answer */
} GwAuthorization;

typedef enum {
	GW_MESSAGE_NOTICE = 1 << 0,  /* automatic, not to be answered (RFC 2812 §3.3.2) */
	GW_MESSAGE_OWN = 1 << 1,     /* said by the user, from another client of that network */
	GW_MESSAGE_PRIVATE = 1 << 2, /* to `peer` alone, whom the user knows from `room` */
} GwMessageFlags;

/* What a message does to an earlier one, whose id is `target`. */
typedef enum {
	GW_REFERENCE_NONE,
	GW_REFERENCE_REPLACE,  /* XEP-0308 */
	GW_REFERENCE_REPLY,    /* XEP-0461 */
	GW_REFERENCE_REACT,    /* XEP-0444: `reactions` replaces the earlier set */
	GW_REFERENCE_RETRACT,  /* XEP-0424 */
	GW_REFERENCE_MODERATE, /* XEP-0425 */
} GwReference;

/* `/me` stays in the body (XEP-0245). In a room `peer` is the sender's nick. */
typedef struct {
	const char *room;
	const char *peer;
	const char *resource;
	const char *id;
	const char *body;
	const char *styled; /* the body as XHTML-IM, where the network has formatting */
	int flags;          /* GwMessageFlags */
	gint64 time_us;     /* Unix time it was said; 0: now */
	int reference;      /* GwReference */
	const char *target;
	const char *target_peer; /* XEP-0461: whom the reply is to */
	const char *const *reactions;
	const char *extensions; /* XML elements, as text */
} GwMessage;

/* XEP-0085. */
typedef enum {
	GW_TYPING_ACTIVE,
	GW_TYPING_COMPOSING,
	GW_TYPING_PAUSED,
	GW_TYPING_INACTIVE,
	GW_TYPING_GONE,
} GwTypingState;

typedef struct {
	const char *room;
	const char *peer;
	int state; /* GwTypingState */
} GwTyping;

/* XEP-0184 and XEP-0333: how far message `id` came. */
typedef struct {
	const char *room;
	const char *peer;
	const char *id;
	int displayed; /* boolean: read, not only received */
} GwMarker;

/* Enter a room. Outcome: the MEMBER event of the user's own nick, or `failed`. */
typedef struct {
	const char *room;
	const char *nick;
	const char *password;
	const GwPair *components; /* where a room takes more than a name to join */
	guint n_components;
	gint64 history_since_us;
	int history_max; /* messages; negative: as the network likes */
} GwJoin;

typedef enum {
	GW_ROOM_MODERATED = 1 << 0,
	GW_ROOM_MEMBERS_ONLY = 1 << 1,
	GW_ROOM_PASSWORD = 1 << 2,
	GW_ROOM_HIDDEN = 1 << 3,
	GW_ROOM_OPEN_SUBJECT = 1 << 4, /* everybody may set the subject */
	GW_ROOM_CREATED = 1 << 5,      /* by this very join (status 201) */
} GwRoomFlags;

typedef struct {
	const char *room;
	const char *name;
	const char *description;
	int flags;   /* GwRoomFlags */
	int members; /* number of, in listings */
	int max_members;
} GwRoom;

typedef enum {
	GW_MEMBER_OPERATOR = 1 << 0, /* of the network, not of the room */
	GW_MEMBER_BOT = 1 << 1,
	GW_MEMBER_SERVICE = 1 << 2,
} GwMemberFlags;

/* Somebody is in a room: new there, or changed. */
typedef struct {
	const char *room;
	const char *nick;
	guint session; /* number of the session whose own user this is; 0: not one of ours */
	const char
		*identity; /* what stays when the nick changes: account, or user@host (XEP-0421) */
	const char *jid;   /* where the network tells one */
	int role;          /* GwRole */
	int affiliation;   /* GwAffiliation */
	int flags;         /* GwMemberFlags */
	int show;          /* GwShow, never OFFLINE */
	const char *status;
	const char *extensions; /* XML elements, as text */
} GwMember;

typedef enum {
	GW_LEAVE_LEFT,
	GW_LEAVE_QUIT, /* left the network */
	GW_LEAVE_KICKED,
	GW_LEAVE_BANNED,
	GW_LEAVE_KILLED, /* thrown off the network by an operator */
	GW_LEAVE_SPLIT,  /* servers lost each other */
} GwLeaveKind;

/* Somebody is no longer in a room, or (as a command) the user leaves it. */
typedef struct {
	const char *room;
	const char *nick;
	guint session;     /* as in GwMember */
	int kind;          /* GwLeaveKind */
	const char *actor; /* nick of who did it */
	const char *reason;
} GwLeave;

/* Somebody changes the nick; as a command the user's own (`nick` NULL). */
typedef struct {
	const char *room;
	const char *nick;
	const char *new_nick;
	guint session; /* as in GwMember */
	int forced;    /* boolean: the network did it (status 210) */
} GwNick;

typedef struct {
	const char *room;
	const char *nick; /* who set it */
	const char *text;
	gint64 time_us;
} GwSubject;

/* Change what `nick` may do; only what is asked for. Kick: `kick` set. Ban: affiliation OUTCAST. */
typedef struct {
	const char *room;
	const char *nick;
	const char *identity; /* instead of nick, for somebody who is not there */
	int kick;             /* boolean */
	int set_role;         /* boolean */
	int role;             /* GwRole */
	int set_affiliation;  /* boolean */
	int affiliation;      /* GwAffiliation */
	const char *reason;
} GwModerate;

typedef struct {
	const char *room;
	const char *peer; /* who invites, or is invited */
	const char *reason;
	const char *password;
} GwInvite;

/* Ask for a list: of rooms (`room` NULL), of those with an affiliation in a room, of history. */
typedef struct {
	const char *room;
	int affiliation;   /* GwAffiliation */
	const char *text;  /* search words */
	const char *after; /* XEP-0059 */
	gint64 since_us;
	gint64 until_us;
	int max;
} GwQuery;

/* One entry of such a list; the last one has `last` set and may carry nothing else. */
typedef struct {
	const char *id;
	const char *name;
	const char *text;
	int count;
	int last; /* boolean */
} GwItem;

/* What one can ask about a peer; answered by the same record with `values` filled. */
typedef enum {
	GW_INFO_PROFILE, /* pairs named as vCard4 properties (RFC 6350), "NOTE" for the rest */
	GW_INFO_VERSION, /* "name", "version", "os" (XEP-0092) */
	GW_INFO_TIME,    /* "text" */
	GW_INFO_PING,    /* nothing */
	GW_INFO_IDLE,    /* "seconds" (XEP-0012), "text" */
} GwInfoKind;

typedef struct {
	const char *room; /* peer is a nick there */
	const char *peer;
	int kind; /* GwInfoKind */
	const GwPair *values;
	guint n_values;
} GwInfo;

/* A picture, under the state folder and named by its hash. */
typedef struct {
	const char *peer; /* or room; NULL: the user's own */
	const char *hash; /* SHA-1, hex; NULL: none any more */
	const char *type; /* media type */
	const char *file;
	gint64 size;
} GwAvatar;

typedef enum {
	GW_FILE_OFFER,
	GW_FILE_ACCEPT,
	GW_FILE_PROGRESS,
	GW_FILE_DONE,
	GW_FILE_CANCEL,
} GwFileStep;

typedef struct {
	const char *id;
	const char *room;
	const char *peer;
	int step; /* GwFileStep */
	const char *name;
	const char *type; /* media type */
	const char *description;
	gint64 size;
	gint64 done;      /* bytes so far */
	const char *file; /* under the state folder */
	const char *uri;  /* or where it can be fetched */
} GwFile;

/* A request to a peer that the gateway does not understand, and its answer (RFC 6120 §8.2.3). */
typedef struct {
	const char *peer;
	const char *resource;
	const char *id;
	const char *type;    /* get, set, result, error */
	const char *payload; /* XML, as text */
} GwIq;

/* Nothing to say. */
typedef struct {
	const char *unused;
} GwNothing;

#endif
