/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_ROOMS_H
#define IRC_ROOMS_H

#include "guests.h"
#include "gw-backend.h"

/* What our users do in channels. The daemon trusts a server and checks next to
 * nothing of it, so all of that is checked here, before a line is written. */

void irc_rooms_join(GwSession *session, const GwJoin *join);
void irc_rooms_leave(GwSession *session, const GwLeave *leave);
void irc_rooms_set_subject(GwSession *session, const GwSubject *subject);
void irc_rooms_invite(GwSession *session, const GwInvite *invite);
void irc_rooms_list(GwSession *session, const GwQuery *query);

/* In moderate.c. */
void irc_rooms_moderate(GwSession *session, const GwModerate *moderate);
void irc_rooms_list_affiliations(GwSession *session, const GwQuery *query);

/* The session's membership of a room; NULL: the command failed with NOT_JOINED, and that was told.
 */
IrcMember *irc_rooms_find_own(const GwSession *session, const char *room);
/* The command now handled failed. */
void irc_rooms_fail(const GwSession *session, GwFailure why, const char *text);
/* FALSE: the network cannot be reached, and that was told. */
gboolean irc_rooms_check_link(const GwSession *session);

#endif
