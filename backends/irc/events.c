/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "events.h"

#include "contacts.h"
#include "format.h"
#include "guests.h"
#include "gw-log.h"
#include "irc.h"
#include "tell.h"

/* ---- users ---- */

IrcUser *irc_event_user(const char *nick, const char *user_name, const char *host,
	const char *real_name, IrcServer *server)
{
	IrcUser *user = irc_network_add_user(irc.network, nick, user_name, host, real_name, server);

	if (user) {
		irc_contacts_changed(user);
	}
	return user;
}

static void tell_nick(const IrcUser *user, const char *new_nick, gboolean forced)
{
	for (const IrcMember *member = user->channels; member; member = member->user_next) {
		if (member->channel->n_ours > 0) {
			gw_session_member_nick(
				NULL, &(GwNick){
					      .room = member->channel->name,
					      .nick = user->nick,
					      .new_nick = new_nick,
					      .session = gw_session_number(irc_guest_session(user)),
					      .forced = forced,
				      });
		}
	}
}

gboolean irc_event_nick(IrcUser *user, const char *new_nick, gboolean forced)
{
	IrcUser *other = irc_network_find_user(irc.network, new_nick);
	gboolean same_person = other == user;

	if (other && !same_person) {
		return FALSE;
	}
	tell_nick(user, new_nick, forced);
	if (!same_person) {
		irc_contacts_gone(user->nick, NULL);
	}
	irc_network_rename_user(irc.network, user, new_nick);
	irc_contacts_changed(user);
	return TRUE;
}

static void remove_user(IrcUser *user, const char *reason)
{
	IrcGuest *guest = user->guest;

	irc_contacts_gone(user->nick, reason);
	if (guest) {
		guest->user = NULL;
	}
	irc_network_remove_user(irc.network, user);
}

void irc_event_quit(IrcUser *user, const char *reason)
{
	g_autofree char *clean = reason ? irc_format_strip(reason) : NULL;

	irc_tell_gone_everywhere(user, GW_LEAVE_QUIT, NULL, clean);
	remove_user(user, clean);
}

void irc_event_killed(IrcUser *user, const char *actor, const char *reason)
{
	g_autofree char *clean = irc_format_strip(reason ? reason : "");
	IrcGuest *guest = user->guest;

	irc_tell_gone_everywhere(user, GW_LEAVE_KILLED, actor, clean);
	remove_user(user, clean);
	if (guest) {
		irc_guest_exile(guest, actor, clean);
	}
}

static void leave_in_split(IrcUser *user, gpointer data)
{
	const char *reason = data;

	irc_tell_gone_everywhere(user, GW_LEAVE_SPLIT, NULL, reason);
	irc_contacts_gone(user->nick, reason);
}

void irc_event_split(IrcServer *server, const char *reason)
{
	g_autofree char *clean = irc_format_strip(reason ? reason : "");

	if (server == irc.network->me) {
		return;
	}
	gw_message("the server %s has left the network: %s", server->name, clean);
	irc_network_remove_server(irc.network, server, leave_in_split, clean);
}

void irc_event_away(IrcUser *user, gboolean is_away)
{
	if (user->is_away != is_away) {
		user->is_away = is_away;
		irc_tell_member_everywhere(user);
		irc_contacts_changed(user);
	}
}

void irc_event_identity(IrcUser *user)
{
	irc_tell_member_everywhere(user);
}

void irc_event_operator(IrcUser *user, gboolean is_operator)
{
	if (user->is_operator != is_operator) {
		user->is_operator = is_operator;
		irc_tell_member_everywhere(user);
	}
}

/* ---- who is in a channel ---- */

void irc_event_join(IrcUser *user, const char *name, guint status)
{
	IrcChannel *channel = irc_network_open_channel(irc.network, name);

	if (user->guest && channel->n_ours == 0) {
		irc_tell_opened(channel, irc_network_is_over(irc.network, channel));
	}
	irc_user_forget_invite(irc.network, user, name);
	irc_tell_member(irc_channel_add_member(channel, user, status));
}

void irc_event_part(IrcMember *member, const char *reason)
{
	g_autofree char *clean = reason ? irc_format_strip(reason) : NULL;

	irc_tell_gone(member, GW_LEAVE_LEFT, NULL, clean);
	irc_network_remove_member(irc.network, member);
}

void irc_event_kick(IrcMember *member, const char *actor, const char *reason)
{
	g_autofree char *clean = reason ? irc_format_strip(reason) : NULL;
	gboolean banned = irc_channel_is_banned(member->channel, irc.network, member->user);

	irc_tell_gone(member, banned ? GW_LEAVE_BANNED : GW_LEAVE_KICKED, actor, clean);
	irc_network_remove_member(irc.network, member);
}

void irc_event_topic(IrcChannel *channel, const char *actor, const char *text, gint64 time_us)
{
	g_autofree char *clean = irc_format_strip(text);

	irc_channel_set_topic(channel, clean, actor, time_us);
	if (channel->n_ours > 0) {
		irc_tell_subject(channel);
	}
}

void irc_event_invite(IrcUser *user, const char *actor, const char *channel)
{
	GwSession *session = irc_guest_session(user);

	irc_user_invite(irc.network, user, channel);
	if (session) {
		gw_session_invite(session, &(GwInvite){ .room = channel, .peer = actor });
	}
}
