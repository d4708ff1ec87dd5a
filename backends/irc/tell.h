/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_TELL_H
#define IRC_TELL_H

#include "gw-backend.h"
#include "network.h"

/* Rooms and members as the gateway's records. Each is told only while one of
 * our users is in the room. */

/* GwRoomFlags of the channel's modes. */
int irc_tell_room_flags(const IrcChannel *channel);
gboolean irc_channel_has_mode(const IrcChannel *channel, char letter);

void irc_tell_room(const IrcChannel *channel, int more_flags);
/* The whole room, before the first of ours enters. */
void irc_tell_opened(const IrcChannel *channel, gboolean created);
void irc_tell_member(const IrcMember *member);
void irc_tell_gone(
	const IrcMember *member, GwLeaveKind kind, const char *actor, const char *reason);
void irc_tell_subject(const IrcChannel *channel);
/* In all rooms of a user. */
void irc_tell_member_everywhere(const IrcUser *user);
void irc_tell_gone_everywhere(
	const IrcUser *user, GwLeaveKind kind, const char *actor, const char *reason);

#endif
