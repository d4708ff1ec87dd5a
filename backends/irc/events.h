/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_EVENTS_H
#define IRC_EVENTS_H

#include "network.h"

/* What happens on the network: each changes the state and tells the gateway.
 *
 * Drivers report what others do, the commands of our users what they do
 * themselves: a server is not told of its own users' doings, so these are done
 * at once. Rooms are told of only while one of ours is there. */

/* NULL: the nick is taken. */
IrcUser *irc_event_user(const char *nick, const char *user, const char *host, const char *real_name,
	IrcServer *server);
/* `forced`: not the user's own wish. FALSE: the new nick is taken. */
gboolean irc_event_nick(IrcUser *user, const char *new_nick, gboolean forced);
/* The user is freed. */
void irc_event_quit(IrcUser *user, const char *reason);
void irc_event_killed(IrcUser *user, const char *actor, const char *reason);
void irc_event_split(IrcServer *server, const char *reason);
void irc_event_away(IrcUser *user, gboolean is_away);
/* Account or shown host are others now. */
void irc_event_identity(IrcUser *user);
/* Whether the user is operator of the network. */
void irc_event_operator(IrcUser *user, gboolean is_operator);

void irc_event_join(IrcUser *user, const char *channel, guint status);
void irc_event_part(IrcMember *member, const char *reason);
void irc_event_kick(IrcMember *member, const char *actor, const char *reason);
/* `actor` and `time_us` may be unknown: NULL and 0. */
void irc_event_topic(IrcChannel *channel, const char *actor, const char *text, gint64 time_us);
/* `params`: the letters and what follows them. */
void irc_event_modes(IrcChannel *channel, const char *const *params, guint n_params);

/* `sender` is a nick or a server's name, `user` NULL for a server or who is not known. */
void irc_event_message(
	const char *sender, IrcUser *user, const char *target, const char *text, gboolean notice);
void irc_event_invite(IrcUser *user, const char *actor, const char *channel);

#endif
