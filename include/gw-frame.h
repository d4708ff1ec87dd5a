/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_FRAME_H
#define GW_FRAME_H

#include "gw-types.h"

/* Frames between the gateway and a worker: a header and one record.
 *
 * Both ends come from one build and run on one machine: numbers have the
 * machine's byte order, and the hello must carry the same protocol number. The
 * peer is still not trusted: lengths, types and UTF-8 are checked. */

#define GW_PROTOCOL 1
#define GW_FRAME_MAX (1024 * 1024) /* bytes, header included */

typedef struct {
	guint32 length;  /* bytes, header included */
	guint32 type;    /* GwFrameType */
	guint32 session; /* 0: the network as a whole */
	guint32 serial;  /* of the command, or of the command answered; 0: none */
} GwFrameHeader;

/* Frame, record, slot of GwBackend. */
#define GW_COMMANDS(X)                                   \
	X(LOGOUT, GwFailed, logout)                      \
	X(MESSAGE, GwMessage, send_message)              \
	X(PRESENCE, GwPresence, set_presence)            \
	X(TYPING, GwTyping, send_typing)                 \
	X(MARKER, GwMarker, send_marker)                 \
	X(CONTACT, GwContact, put_contact)               \
	X(CONTACT_GONE, GwContact, remove_contact)       \
	X(AUTHORIZE, GwAuthorization, authorize)         \
	X(JOIN, GwJoin, join_room)                       \
	X(LEAVE, GwLeave, leave_room)                    \
	X(NICK, GwNick, change_nick)                     \
	X(SUBJECT, GwSubject, set_subject)               \
	X(MODERATE, GwModerate, moderate)                \
	X(INVITE, GwInvite, invite)                      \
	X(LIST_ROOMS, GwQuery, list_rooms)               \
	X(LIST_AFFILIATIONS, GwQuery, list_affiliations) \
	X(HISTORY, GwQuery, get_history)                 \
	X(GET_CONFIG, GwRoom, get_room_config)           \
	X(SET_CONFIG, GwAnswer, set_room_config)         \
	X(INFO, GwInfo, get_info)                        \
	X(AVATAR, GwAvatar, set_avatar)                  \
	X(PROFILE, GwInfo, set_profile)                  \
	X(ANSWER, GwAnswer, answer_question)             \
	X(FILE, GwFile, send_file)                       \
	X(IQ, GwIq, send_iq)

/* Frame, record, function gw_session_NAME(). */
#define GW_EVENTS(X)                                                                               \
	X(MESSAGE, GwMessage, message)                                                             \
	X(PRESENCE, GwPresence, presence)                                                          \
	X(TYPING, GwTyping, typing)                                                                \
	X(MARKER, GwMarker, marker)                                                                \
	X(CONTACT, GwContact, contact)           /* the contact list has it */                     \
	X(CONTACT_GONE, GwContact, contact_gone) /* no longer */                                   \
	X(AUTHORIZE, GwAuthorization, authorize) /* a peer asks to see the user */                 \
	X(ROOM, GwRoom, room)                    /* a room's features, before its members */       \
	X(ROOMS_SYNCED, GwRoom, rooms_synced)    /* the room is told: who was not named is gone */ \
	X(MEMBER, GwMember, member)                                                                \
	X(MEMBER_GONE, GwLeave, member_gone)                                                       \
	X(MEMBER_NICK, GwNick, member_nick)                                                        \
	X(SUBJECT, GwSubject, subject)                                                             \
	X(INVITE, GwInvite, invite)                                                                \
	X(LIST_ITEM, GwItem, list_item)                                                            \
	X(CONFIG, GwForm, config)                                                                  \
	X(INFO, GwInfo, info)                                                                      \
	X(AVATAR, GwAvatar, avatar)                                                                \
	X(QUESTION, GwForm, question) /* ask the user */                                           \
	X(QUESTION_GONE, GwAnswer, question_gone)                                                  \
	X(FILE, GwFile, file)                                                                      \
	X(IQ, GwIq, iq)

#define GW_COMMAND_ENUM(TYPE, Record, slot) GW_COMMAND_##TYPE,
#define GW_EVENT_ENUM(TYPE, Record, name) GW_EVENT_##TYPE,

typedef enum {
	/* Both ways. GwPair: name is the program, value the protocol number. */
	GW_FRAME_HELLO,
	GW_FRAME_PING, /* GwNothing; answered by PONG at once */
	GW_FRAME_PONG,
	/* Down. */
	GW_COMMAND_START, /* GwStart; answered by STARTED or FAILED */
	GW_COMMAND_STOP,  /* GwFailed; answered by STOPPED */
	GW_COMMAND_LOGIN, /* GwLogin; makes the session number */
	GW_COMMANDS(GW_COMMAND_ENUM)
	/* Up. */
	GW_EVENT_STARTED,   /* GwFeatures */
	GW_EVENT_STOPPED,   /* GwNothing */
	GW_EVENT_ONLINE,    /* GwNothing */
	GW_EVENT_OFFLINE,   /* GwFailed */
	GW_EVENT_FAILED,    /* GwFailed, serial of the command */
	GW_EVENT_TAKEN,     /* GwNothing, serial: all up to it */
	GW_EVENT_UNCERTAIN, /* GwNothing, serial: all up to it */
	GW_EVENTS(GW_EVENT_ENUM) GW_N_FRAME_TYPES,
} GwFrameType;

#undef GW_COMMAND_ENUM
#undef GW_EVENT_ENUM

/* ---- the tables that describe the records ---- */

typedef enum {
	GW_RECORD_STRING,  /* const char * */
	GW_RECORD_INT,     /* int or guint */
	GW_RECORD_INT64,   /* gint64 */
	GW_RECORD_STRINGS, /* const char *const *, NULL-terminated */
	GW_RECORD_LIST,    /* const Element *, and a guint count */
} GwRecordKind;

typedef struct GwRecordType GwRecordType;

typedef struct {
	GwRecordKind kind;
	guint16 offset;
	guint16 count_offset;        /* LIST: of the guint */
	const GwRecordType *element; /* LIST */
} GwRecordField;

struct GwRecordType {
	const char *name;
	guint16 size; /* of the struct */
	guint16 n_fields;
	const GwRecordField *fields;
};

/* NULL where there is no such frame. */
const GwRecordType *gw_frame_record(guint type);
/* "EVENT_MESSAGE", for logs; "?" where there is no such frame. */
const char *gw_frame_name(guint type);

/* Appends a whole frame to `out`; `record` NULL is an empty one. A record too large for a frame is
 * not appended: FALSE. Text that is no UTF-8 is repaired (U+FFFD), for the other end would refuse
 * it. */
gboolean gw_frame_pack(GString *out, guint type, guint session, guint serial, const void *record);

/* Memory for the lists of unpacked records; strings stay in the frame. Reused, so cheap. */
typedef struct GwScratch GwScratch;
GwScratch *gw_scratch_new(void);
void gw_scratch_free(GwScratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwScratch, gw_scratch_free)

/* Room for a record of any type. */
typedef struct {
	gint64 space[64];
} GwRecord;

/* Unpacks the payload of a frame of `type` into `record`, whose strings then point into `payload`
 * and whose lists live in `scratch` until its next use. FALSE: malformed, `error` says how. */
gboolean gw_frame_unpack(guint type, const char *payload, gsize length, GwRecord *record,
	GwScratch *scratch, GError **error);

#endif
