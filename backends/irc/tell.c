/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell.h"

#include "guests.h"
#include "irc.h"

typedef struct {
	char letter;
	gboolean when_set;
	int flag;
} FlagOfMode;

static const FlagOfMode flags_of_modes[] = {
	{ 'm', TRUE, GW_ROOM_MODERATED },
	{ 'i', TRUE, GW_ROOM_MEMBERS_ONLY },
	{ 'k', TRUE, GW_ROOM_PASSWORD },
	{ 's', TRUE, GW_ROOM_HIDDEN },
	{ 'p', TRUE, GW_ROOM_HIDDEN },
	{ 't', FALSE, GW_ROOM_OPEN_SUBJECT },
};

gboolean irc_channel_has_mode(const IrcChannel *channel, char letter)
{
	return (channel->modes & IRC_MODE_BIT(letter)) != 0;
}

int irc_tell_room_flags(const IrcChannel *channel)
{
	int flags = 0;

	for (guint i = 0; i < G_N_ELEMENTS(flags_of_modes); i++) {
		const FlagOfMode *row = &flags_of_modes[i];

		if (irc_channel_has_mode(channel, row->letter) == row->when_set) {
			flags |= row->flag;
		}
	}
	return flags;
}

void irc_tell_room(const IrcChannel *channel, int more_flags)
{
	gw_session_room(NULL, &(GwRoom){
				      .room = channel->name,
				      .name = channel->name,
				      .description = channel->topic,
				      .flags = irc_tell_room_flags(channel) | more_flags,
				      .members = (int)channel->n_members,
				      .max_members = (int)channel->limit,
			      });
}

static guint session_number(const IrcUser *user)
{
	return gw_session_number(irc_guest_session(user));
}

static void tell_member(const IrcMember *member)
{
	const IrcUser *user = member->user;
	const IrcChannel *channel = member->channel;
	g_autoptr(GString) identity = g_string_sized_new(96);
	IrcStanding standing = irc_mode_table_standing(
		irc.network->limits.modes, member->status, irc_channel_has_mode(channel, 'm'));

	gw_session_member(NULL, &(GwMember){
					.room = channel->name,
					.nick = user->nick,
					.session = session_number(user),
					.identity = irc_user_identity(user, identity),
					.role = standing.role,
					.affiliation = standing.affiliation,
					.flags = user->is_operator ? GW_MEMBER_OPERATOR : 0,
					.show = user->is_away ? GW_SHOW_AWAY : GW_SHOW_ONLINE,
				});
}

void irc_tell_subject(const IrcChannel *channel)
{
	gw_session_subject(NULL, &(GwSubject){
					 .room = channel->name,
					 .nick = channel->topic_by,
					 .text = channel->topic ? channel->topic : "",
					 .time_us = channel->topic_us,
				 });
}

void irc_tell_opened(const IrcChannel *channel, gboolean created)
{
	irc_tell_room(channel, created ? GW_ROOM_CREATED : 0);
	for (const IrcMember *member = channel->members; member; member = member->channel_next) {
		tell_member(member);
	}
	if (channel->topic) {
		irc_tell_subject(channel);
	}
	gw_session_rooms_synced(NULL, &(GwRoom){ .room = channel->name });
}

void irc_tell_member(const IrcMember *member)
{
	if (member->channel->n_ours > 0) {
		tell_member(member);
	}
}

void irc_tell_gone(const IrcMember *member, GwLeaveKind kind, const char *actor, const char *reason)
{
	if (member->channel->n_ours == 0) {
		return;
	}
	gw_session_member_gone(NULL, &(GwLeave){
					     .room = member->channel->name,
					     .nick = member->user->nick,
					     .session = session_number(member->user),
					     .kind = kind,
					     .actor = actor,
					     .reason = reason,
				     });
}

void irc_tell_member_everywhere(const IrcUser *user)
{
	for (const IrcMember *member = user->channels; member; member = member->user_next) {
		irc_tell_member(member);
	}
}

void irc_tell_gone_everywhere(
	const IrcUser *user, GwLeaveKind kind, const char *actor, const char *reason)
{
	for (const IrcMember *member = user->channels; member; member = member->user_next) {
		irc_tell_gone(member, kind, actor, reason);
	}
}
