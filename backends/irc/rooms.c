/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rooms.h"

#include <glib/gi18n.h>
#include <string.h>

#include "events.h"
#include "format.h"
#include "irc.h"
#include "link.h"
#include "tell.h"

enum {
	LISTED_MAX = 500, /* rooms in one answer */
};

/* ---- checks that several commands share ---- */

void irc_rooms_fail(const GwSession *session, GwFailure why, const char *text)
{
	gw_session_failed((GwSession *)session, gw_serial(), why, text);
}

gboolean irc_rooms_check_link(const GwSession *session)
{
	if (!irc_link_is_up()) {
		irc_rooms_fail(session, GW_FAILURE_NETWORK, NULL);
		return FALSE;
	}
	return TRUE;
}

IrcMember *irc_rooms_find_own(const GwSession *session, const char *room)
{
	const IrcUser *user = irc_guest_of(session)->user;
	const IrcChannel *channel =
		user && room ? irc_network_find_channel(irc.network, room) : NULL;
	IrcMember *member = channel ? irc_channel_find_member(channel, user) : NULL;

	if (!member) {
		irc_rooms_fail(session, GW_FAILURE_NOT_JOINED, NULL);
	}
	return member;
}

/* ---- join ---- */

static gboolean is_banned(const IrcChannel *channel, const IrcUser *user, const char *password)
{
	return irc_channel_is_banned(channel, irc.network, user);
}

static gboolean lacks_invitation(
	const IrcChannel *channel, const IrcUser *user, const char *password)
{
	return irc_channel_has_mode(channel, 'i') &&
	       !irc_user_is_invited(irc.network, user, channel->name) &&
	       !irc_channel_list_matches(channel, irc.network, IRC_LIST_INVITATION, user);
}

static gboolean lacks_key(const IrcChannel *channel, const IrcUser *user, const char *password)
{
	return irc_channel_has_mode(channel, 'k') &&
	       (!channel->key || g_strcmp0(channel->key, password) != 0);
}

static gboolean is_full(const IrcChannel *channel, const IrcUser *user, const char *password)
{
	return irc_channel_has_mode(channel, 'l') && channel->n_members >= channel->limit;
}

typedef struct {
	gboolean (*keeps_out)(const IrcChannel *channel, const IrcUser *user, const char *password);
	GwFailure failure;
	const char *text;
} JoinCheck;

static const JoinCheck join_checks[] = {
	{ is_banned, GW_FAILURE_BANNED,
		N_("You are banned from this channel (+b). One of its operators can lift the "
		   "ban.") },
	{ lacks_invitation, GW_FAILURE_MEMBERS_ONLY,
		N_("This channel is for invited people only (+i). Please ask somebody inside to "
		   "invite you.") },
	{ lacks_key, GW_FAILURE_PASSWORD,
		N_("This channel needs a password (+k). Please join again with the right one.") },
	{ is_full, GW_FAILURE_FULL, N_("This channel is full (+l). Please try again later.") },
};

static gboolean check_doors(const GwSession *session, const IrcChannel *channel,
	const IrcUser *user, const char *password)
{
	for (guint i = 0; i < G_N_ELEMENTS(join_checks); i++) {
		if (join_checks[i].keeps_out(channel, user, password)) {
			irc_rooms_fail(session, join_checks[i].failure, _(join_checks[i].text));
			return FALSE;
		}
	}
	for (const IrcDoor *door = irc.driver->doors; door->letter; door++) {
		if (irc_channel_has_mode(channel, door->letter) && !door->lets_in(user)) {
			irc_rooms_fail(session, door->failure, _(door->text));
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean check_name(const GwSession *session, const char *room)
{
	const IrcLimits *limits = &irc.network->limits;
	IrcNameFault fault =
		irc_channel_check(room ? room : "", limits->channel_types, limits->channel_length);

	if (fault != IRC_NAME_OK) {
		irc_rooms_fail(session, GW_FAILURE_BAD_NAME, irc_name_fault_text(fault));
	}
	return fault == IRC_NAME_OK;
}

static void enter(IrcGuest *guest, const char *room, const IrcChannel *channel)
{
	gboolean creates = !channel || irc_network_is_over(irc.network, channel);
	const char *name = channel ? channel->name : room;

	irc_guest_introduce(guest);
	irc.driver->join(irc_link_output(), guest->user, name, creates);
	irc_event_join(guest->user, name, creates ? IRC_STATUS_OP : 0);
}

void irc_rooms_join(GwSession *session, const GwJoin *join)
{
	IrcGuest *guest = irc_guest_of(session);
	const char *nick = join->nick && *join->nick ? join->nick : guest->nick;
	const IrcChannel *channel = NULL;
	const IrcMember *member = NULL;

	if (!irc_rooms_check_link(session) || !check_name(session, join->room) ||
		!irc_guest_prepare(guest, nick)) {
		return;
	}
	channel = irc_network_find_channel(irc.network, join->room);
	member = channel ? irc_channel_find_member(channel, guest->user) : NULL;
	if (member) {
		irc_tell_member(member);
	} else if (channel && !check_doors(session, channel, guest->user, join->password)) {
		irc_guest_withdraw(guest);
	} else {
		enter(guest, join->room, channel);
	}
}

/* ---- leave, subject, invite ---- */

void irc_rooms_leave(GwSession *session, const GwLeave *leave)
{
	IrcMember *member = irc_rooms_find_own(session, leave->room);

	if (member) {
		irc.driver->part(
			irc_link_output(), member->user, member->channel->name, leave->reason);
		irc_event_part(member, leave->reason);
	}
}

/* The part of a text that a network keeps, cut between two characters. */
static char *cut(const char *text, gsize length)
{
	const char *end = text + length;

	if (length == 0 || strlen(text) <= length) {
		return g_strdup(text);
	}
	if (((guchar)*end & 0xc0) == 0x80) {
		end = g_utf8_find_prev_char(text, end);
	}
	return g_strndup(text, (gsize)(end - text));
}

void irc_rooms_set_subject(GwSession *session, const GwSubject *subject)
{
	IrcMember *member = irc_rooms_find_own(session, subject->room);
	g_autofree char *clean = irc_format_strip(subject->text ? subject->text : "");
	g_autofree char *text = cut(clean, irc.network->limits.topic_length);

	if (!member) {
		return;
	}
	if (irc_channel_has_mode(member->channel, 't') && member->status < IRC_STATUS_HALFOP) {
		irc_rooms_fail(session, GW_FAILURE_NOT_ALLOWED,
			_("Only operators of this channel may change its topic (+t)."));
		return;
	}
	irc.driver->topic(irc_link_output(), member->user, member->channel->name, text);
	irc_event_topic(member->channel, member->user->nick, text, g_get_real_time());
}

static gboolean check_invite(const GwSession *session, const IrcMember *member, const IrcUser *whom)
{
	if (!whom) {
		irc_rooms_fail(session, GW_FAILURE_NOT_FOUND, NULL);
	} else if (irc_channel_find_member(member->channel, whom)) {
		irc_rooms_fail(session, GW_FAILURE_CONFLICT, _("They are in the channel already."));
	} else if (irc_channel_has_mode(member->channel, 'i') &&
		   member->status < IRC_STATUS_HALFOP) {
		irc_rooms_fail(session, GW_FAILURE_NOT_ALLOWED,
			_("Only operators of this channel may invite people (+i)."));
	} else {
		return TRUE;
	}
	return FALSE;
}

void irc_rooms_invite(GwSession *session, const GwInvite *invite)
{
	const IrcMember *member = irc_rooms_find_own(session, invite->room);
	IrcUser *whom = invite->peer ? irc_network_find_user(irc.network, invite->peer) : NULL;

	if (!member || !check_invite(session, member, whom)) {
		return;
	}
	if (whom->guest) {
		irc_link_mark();
	} else {
		irc.driver->invite(irc_link_output(), member->user, whom, member->channel->name);
	}
	irc_event_invite(whom, member->user->nick, member->channel->name);
}

/* ---- list ---- */

static gboolean is_listed(const IrcChannel *channel, const IrcUser *user)
{
	return !(irc_tell_room_flags(channel) & GW_ROOM_HIDDEN) ||
	       (user && irc_channel_find_member(channel, user));
}

void irc_rooms_list(GwSession *session, const GwQuery *query)
{
	const IrcUser *user = irc_guest_of(session)->user;
	guint left = query->max > 0 ? MIN((guint)query->max, LISTED_MAX) : LISTED_MAX;
	GHashTableIter iter;
	gpointer data = NULL;

	g_hash_table_iter_init(&iter, irc.network->channels);
	while (left > 0 && g_hash_table_iter_next(&iter, NULL, &data)) {
		const IrcChannel *channel = data;

		if (channel->n_members > 0 && is_listed(channel, user)) {
			gw_session_list_item(session, &(GwItem){
							      .id = channel->name,
							      .name = channel->name,
							      .text = channel->topic,
							      .count = (int)channel->n_members,
						      });
			left--;
		}
	}
	gw_session_list_item(session, &(GwItem){ .last = TRUE });
}
