/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MUC_SEND_H
#define MUC_SEND_H

#include "muc-room.h"

/* What rooms say to our users. One function decides who may see a room's
 * lines (muc_may_see), all of them pass it. */

gboolean muc_may_see(const Room *room, const Occupant *occupant);

/* What happened to a member, besides being there. All zero: nothing. */
typedef struct {
	gboolean gone;     /* type='unavailable' */
	int codes[4];      /* status codes for everybody (XEP-0045 §15.6) */
	int self_codes[4]; /* for the member's own clients; 110 comes by itself */
	const char *reason;
	const char *actor; /* nick of who did it */
	const char *new_nick;
} Change;

/* Presence of one member to one client, or to all in the room. `self`: the client is the member's.
 */
void muc_send_presence(const Room *room, const Member *member, const char *to, const Change *change,
	gboolean self);
void muc_broadcast_presence(const Room *room, const Member *member, const Change *change);

/* Everything a client must know that has just come in: the others, itself (with `change`), what it
 * missed since row `seen` (negative: nothing is missed), the subject (XEP-0045 §7.2). */
void muc_send_all(Room *room, Occupant *occupant, const Change *change, gint64 seen);

/* A message from a member, or with `member` NULL from the room itself. `content` is the XML after
 * the start tag. Kept for those who are away, too. */
void muc_broadcast_message(
	Room *room, const Member *member, const char *id, const char *content, gint64 time_us);
/* As above, but not worth keeping: typing and the like. */
void muc_broadcast_passing(Room *room, const Member *member, const char *id, const char *content);
/* The room itself says something to everybody in it. */
void muc_announce(Room *room, const char *text);

void muc_send_subject(const Room *room, const char *to);
void muc_broadcast_subject(const Room *room);

/* XEP-0045 §10.2.1, 104: features of the room are others now. */
void muc_tell_config_changed(const Room *room);

/* Kept messages after row `seen`. */
void muc_send_missed(Room *room, const char *to, gint64 seen);

/* Unique for ever, and growing (XEP-0359). Borrowed until the next call. */
const char *muc_new_id(void);

#endif
