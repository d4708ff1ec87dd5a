/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "messages.h"

#include <glib/gi18n.h>
#include <string.h>
#include <time.h>

#include "ctcp.h"
#include "events.h"
#include "format.h"
#include "guests.h"
#include "info.h"
#include "irc.h"
#include "link.h"
#include "rooms.h"
#include "tell.h"
#include "text.h"

enum {
	LINES_MAX = 25, /* of one message: more would be a flood */
	CTCP_BURST = 5, /* answers to CTCP requests in CTCP_PERIOD_S, for each of our users */
	CTCP_PERIOD_S = 10,
};

/* ---- out ---- */

/* What is left of a line as the others receive it, with our mask in front. */
static gsize budget_for(const IrcUser *user, const char *target)
{
	gsize used = strlen(":!@ PRIVMSG  :\r\n") + strlen(user->nick) + strlen(user->user) +
		     strlen(irc_user_host(user)) + strlen(target);

	return used < IRC_LINE_MAX ? IRC_LINE_MAX - used : 0;
}

static void send_line(const IrcUser *user, const char *target, const char *line, gboolean notice)
{
	irc.driver->message(irc_link_output(), user, target, line, notice);
}

static void send_lines(
	const IrcUser *user, const char *target, const GPtrArray *lines, gboolean notice)
{
	const char *action = irc_ctcp_action_of_body(lines->pdata[0]);
	guint first = 0;

	if (action) {
		g_autofree char *line = irc_ctcp_build("ACTION", action);

		send_line(user, target, line, notice);
		first = 1;
	}
	for (guint i = first; i < lines->len; i++) {
		send_line(user, target, lines->pdata[i], notice);
	}
}

/* The body as lines of IRC; NULL: the command failed, and that was told. */
static GPtrArray *make_lines(
	const GwSession *session, const IrcUser *user, const char *target, const char *codes)
{
	g_autoptr(GPtrArray) lines = irc_text_split(codes, budget_for(user, target));

	if (lines->len == 0) {
		irc_rooms_fail(session, GW_FAILURE_BAD_REQUEST,
			_("There is nothing in your message that IRC could carry."));
		return NULL;
	}
	if (lines->len > LINES_MAX) {
		irc_rooms_fail(session, GW_FAILURE_LIMIT,
			_("This is too long for IRC, where at most 25 lines are sent at once. "
			  "Please send it in parts."));
		return NULL;
	}
	return g_steal_pointer(&lines);
}

/* FALSE: the command failed, and that was told. */
static gboolean check_voice(const GwSession *session, const IrcMember *member)
{
	const IrcChannel *channel = member->channel;

	if (member->status != 0) {
		return TRUE;
	}
	if (irc_channel_has_mode(channel, 'm')) {
		irc_rooms_fail(session, GW_FAILURE_NOT_ALLOWED,
			_("Only those with a voice may speak in this channel (+m). Please ask one "
			  "of its operators for a voice."));
		return FALSE;
	}
	if (irc_channel_is_banned(channel, irc.network, member->user)) {
		irc_rooms_fail(session, GW_FAILURE_NOT_ALLOWED,
			_("You are banned from this channel and may not speak in it (+b). One of "
			  "its operators can lift the ban."));
		return FALSE;
	}
	return TRUE;
}

static void send_to_room(GwSession *session, const GwMessage *message)
{
	const IrcMember *member = irc_rooms_find_own(session, message->room);
	g_autofree char *codes = irc_format_from_text(message->body);
	g_autoptr(GPtrArray) lines = NULL;
	g_autofree char *clean = NULL;

	if (!member || !check_voice(session, member)) {
		return;
	}
	lines = make_lines(session, member->user, member->channel->name, codes);
	if (!lines) {
		return;
	}
	send_lines(member->user, member->channel->name, lines, message->flags & GW_MESSAGE_NOTICE);
	clean = irc_format_to_text(codes, NULL);
	gw_session_message(NULL, &(GwMessage){
					 .room = member->channel->name,
					 .peer = member->user->nick,
					 .body = clean,
					 .flags = message->flags & GW_MESSAGE_NOTICE,
				 });
}

/* Two of our own: the daemon need not know. */
static void deliver(const IrcUser *from, const IrcUser *to, const char *codes, int flags)
{
	g_autofree char *clean = irc_format_to_text(codes, NULL);

	gw_session_message(irc_guest_session(to), &(GwMessage){
							  .peer = from->nick,
							  .body = clean,
							  .flags = flags & GW_MESSAGE_NOTICE,
						  });
}

static void send_to_peer(GwSession *session, const GwMessage *message)
{
	IrcGuest *guest = irc_guest_of(session);
	const IrcUser *peer =
		message->peer ? irc_network_find_user(irc.network, message->peer) : NULL;
	g_autofree char *codes = irc_format_from_text(message->body);
	g_autoptr(GPtrArray) lines = NULL;

	if (!peer) {
		irc_rooms_fail(session, GW_FAILURE_NOT_FOUND, NULL);
		return;
	}
	if (!irc_guest_prepare(guest, NULL)) {
		return;
	}
	lines = make_lines(session, guest->user, peer->nick, codes);
	if (!lines) {
		irc_guest_withdraw(guest);
		return;
	}
	irc_guest_introduce(guest);
	if (peer->guest) {
		deliver(guest->user, peer, codes, message->flags);
	} else {
		send_lines(guest->user, peer->nick, lines, message->flags & GW_MESSAGE_NOTICE);
	}
}

void irc_messages_send(GwSession *session, const GwMessage *message)
{
	IrcGuest *guest = irc_guest_of(session);
	gboolean to_room = message->room && !(message->flags & GW_MESSAGE_PRIVATE);

	if (!irc_rooms_check_link(session)) {
		return;
	}
	if (irc_link_is_full()) {
		irc_rooms_fail(session, GW_FAILURE_LIMIT,
			_("The network is too slow at the moment. Please try again in a minute."));
		return;
	}
	if (!message->body) {
		irc_rooms_fail(session, GW_FAILURE_BAD_REQUEST, NULL);
		return;
	}
	if (guest->user) {
		guest->user->active_s = time(NULL);
	}
	if (to_room) {
		send_to_room(session, message);
	} else {
		send_to_peer(session, message);
	}
}

/* ---- in ---- */

static gboolean may_answer_ctcp(IrcGuest *guest)
{
	gint64 now_us = g_get_monotonic_time();

	if (guest->ctcp_us == 0 || now_us - guest->ctcp_us > CTCP_PERIOD_S * G_USEC_PER_SEC) {
		guest->ctcp_us = now_us;
		guest->ctcp_left = CTCP_BURST;
	}
	return guest->ctcp_left > 0 && guest->ctcp_left--;
}

static void answer_ctcp(IrcGuest *guest, const IrcUser *to, const IrcCtcp *request)
{
	g_autofree char *reply = irc_ctcp_reply(request, IRC_VERSION_TEXT, g_get_real_time());

	if (reply && may_answer_ctcp(guest)) {
		irc.driver->message(irc_link_output(), guest->user, to->nick, reply, TRUE);
	}
}

/* The body for XMPP; NULL: it is not for people. `user` NULL: from a server, or from somebody who
 * is not known and can be asked or answered nothing. */
static char *read_body(const char *text, const IrcUser *user, IrcGuest *guest, gboolean notice)
{
	g_auto(IrcCtcp) ctcp = { 0 };
	g_autofree char *action = NULL;

	if (*text != '\x01' || !irc_ctcp_parse(&ctcp, text)) {
		return irc_format_to_text(text, NULL);
	}
	if (irc_ctcp_is(&ctcp, "ACTION")) {
		action = irc_ctcp_action_to_body(ctcp.arguments);
		return irc_format_to_text(action, NULL);
	}
	if (!guest || !user) {
		return NULL;
	}
	if (notice) {
		irc_info_on_ctcp_reply(guest->session, user, &ctcp);
	} else {
		answer_ctcp(guest, user, &ctcp);
	}
	return NULL;
}

/* The mark on text with stray styling marks is left out: what IRC people write is taken as it
 * looks. */
static void receive_in_room(const char *sender, const IrcUser *user, const char *target,
	const char *text, gboolean notice)
{
	const IrcChannel *channel = irc_network_find_channel(irc.network, target);
	g_autofree char *body = NULL;

	if (!channel || channel->n_ours == 0) {
		return;
	}
	body = read_body(text, user, NULL, notice);
	if (body && *body) {
		gw_session_message(NULL, &(GwMessage){
						 .room = channel->name,
						 .peer = sender,
						 .body = body,
						 .flags = notice ? GW_MESSAGE_NOTICE : 0,
					 });
	}
}

static void receive_by_guest(
	const char *sender, const IrcUser *user, IrcGuest *guest, const char *text, gboolean notice)
{
	g_autofree char *body = read_body(text, user, guest, notice);

	if (body && *body) {
		gw_session_message(guest->session, &(GwMessage){
							   .peer = sender,
							   .body = body,
							   .flags = notice ? GW_MESSAGE_NOTICE : 0,
						   });
	}
}

void irc_event_message(
	const char *sender, IrcUser *user, const char *target, const char *text, gboolean notice)
{
	const IrcUser *to = NULL;

	if (user) {
		user->active_s = time(NULL);
		sender = user->nick;
	}
	if (irc_network_is_channel_name(irc.network, target)) {
		receive_in_room(sender, user, target, text, notice);
		return;
	}
	to = irc_network_find_user(irc.network, target);
	if (to && to->guest) {
		receive_by_guest(sender, user, to->guest, text, notice);
	}
}
