/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GW_BACKEND_H
#define GW_BACKEND_H

#include "gw-frame.h"
#include "gw-types.h"

/* The contract between the gateway and a backend. Read this first.
 *
 * A backend is a table of functions in a program of its own (a worker). The
 * gateway calls down through the table, the backend reports up through
 * gw_session_*(). Neither waits: a result is an event.
 *
 * Everything a backend is asked carries a serial, gw_serial() while the slot
 * runs. Its outcome is one of
 *   - gw_session_failed(session, serial, ...): it did not happen;
 *   - an event emitted inside the slot, which carries the serial by itself (the
 *     reflection of a message, the user's own MEMBER after a join);
 *   - gw_taken(serial): the network surely has everything up to that serial,
 *     but for what was reported failed;
 *   - gw_uncertain(serial): the connection broke, whatever was not taken up to
 *     that serial may have arrived or not.
 *
 * A session is one user's account, or one guest. A NULL session in an event
 * means "all of the network": it went on or off, or it is about a room whose
 * state all sessions share (GwFeatures.shared_rooms). */

typedef struct GwSession GwSession;

typedef struct {
	const char *name; /* "irc": names the config section and the program */

	/* Required. */

	/* Reads the settings (borrowed). FALSE with `error` set stops the gateway's start, so
	 * the message must say which key is wrong and what would be right. With
	 * `check_only` it must do nothing else. The features stay owned by the backend.
	 * Afterwards gw_session_online(NULL) tells that sessions can log in. */
	gboolean (*start)(const GwStart *start, GwFeatures *features, GError **error);

	/* Take leave of the network cleanly; call gw_stopped() when that is done. */
	void (*stop)(const char *reason);

	/* Outcome: gw_session_online() or gw_session_offline(). */
	void (*login)(GwSession *session, const GwLogin *login);

	/* The session is gone when this returns: no event may follow. */
	void (*logout)(GwSession *session, const GwFailed *why);

	void (*send_message)(GwSession *session, const GwMessage *message);

	/* Optional: where NULL, the gateway answers feature-not-implemented. */

	void (*set_presence)(GwSession *session, const GwPresence *presence);
	void (*send_typing)(GwSession *session, const GwTyping *typing);
	void (*send_marker)(GwSession *session, const GwMarker *marker);

	/* Follow a contact's presence; outcome: PRESENCE events, the first one at once. */
	void (*put_contact)(GwSession *session, const GwContact *contact);
	void (*remove_contact)(GwSession *session, const GwContact *contact);
	void (*authorize)(GwSession *session, const GwAuthorization *answer);

	/* Outcome: ROOM, a MEMBER for everybody there, SUBJECT where there is one, and last the
	 * user's own MEMBER with the serial. A room that another session already shares is
	 * known: then only the own MEMBER comes. */
	void (*join_room)(GwSession *session, const GwJoin *join);
	/* Outcome: MEMBER_GONE. */
	void (*leave_room)(GwSession *session, const GwLeave *leave);
	/* Outcome: MEMBER_NICK in each room concerned. */
	void (*change_nick)(GwSession *session, const GwNick *nick);
	void (*set_subject)(GwSession *session, const GwSubject *subject);
	void (*moderate)(GwSession *session, const GwModerate *moderate);
	void (*invite)(GwSession *session, const GwInvite *invite);
	void (*list_rooms)(GwSession *session, const GwQuery *query);
	void (*list_affiliations)(GwSession *session, const GwQuery *query);
	void (*get_history)(GwSession *session, const GwQuery *query);
	void (*get_room_config)(GwSession *session, const GwRoom *room);
	void (*set_room_config)(GwSession *session, const GwAnswer *config);

	/* Outcome: INFO with the serial. */
	void (*get_info)(GwSession *session, const GwInfo *info);
	void (*set_avatar)(GwSession *session, const GwAvatar *avatar);
	void (*set_profile)(GwSession *session, const GwInfo *profile);
	void (*answer_question)(GwSession *session, const GwAnswer *answer);
	void (*send_file)(GwSession *session, const GwFile *file);
	void (*send_iq)(GwSession *session, const GwIq *iq);
} GwBackend;

/* Every backend program defines this one. */
extern const GwBackend gw_backend;

/* ---- what a backend may ask and say; provided by backends/worker.c ---- */

/* The number of the command now being handled; 0 outside of one. */
guint gw_serial(void);

/* A place for the backend's own data about a session. `free_data` runs after logout. */
gpointer gw_session_data(const GwSession *session);
void gw_session_set_data(GwSession *session, gpointer data, GDestroyNotify free_data);
guint gw_session_number(const GwSession *session); /* never 0 */
const char *gw_session_user(
	const GwSession *session); /* bare JID; for logs, never for the network */

void gw_taken(guint serial);
void gw_uncertain(guint serial);
void gw_stopped(void);

/* TRUE while so much waits to be read by the gateway that a backend should stop reading from its
 * network; `resume` of the last gw_when_ready() is called when it may go on. */
gboolean gw_is_busy(void);
void gw_when_ready(void (*resume)(void));

void gw_session_online(GwSession *session);
void gw_session_offline(GwSession *session, GwFailure why, const char *text);
/* Command `serial` failed; 0 for something the user did not ask for. */
void gw_session_failed(GwSession *session, guint serial, GwFailure why, const char *text);
/* Answers a question after its slot returned: the next event emitted carries this serial. */
void gw_answering(guint serial);

/* gw_session_message(session, &(GwMessage){ .peer = "nick", .body = "Hi" }) and its like, one for
 * each row of GW_EVENTS (gw-frame.h). */
void gw_session_event(GwSession *session, GwFrameType type, const void *record);

#define GW_EVENT_FUNCTION(TYPE, Record, name)                                          \
	static inline void gw_session_##name(GwSession *session, const Record *record) \
	{                                                                              \
		gw_session_event(session, GW_EVENT_##TYPE, record);                    \
	}
GW_EVENTS(GW_EVENT_FUNCTION)
#undef GW_EVENT_FUNCTION

#endif
