/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rfc2813.h"

#include <string.h>

#include "events.h"
#include "guests.h"
#include "irc.h"
#include "link.h"
#include "numerics.h"
#include "queries.h"

/* ---- who says it ---- */

IrcUser *irc_rfc_source_user(const IrcLine *line)
{
	return line->source ? irc_network_find_user(irc.network, line->source) : NULL;
}

const char *irc_rfc_source_name(const IrcLine *line)
{
	return line->source ? line->source : irc.network->uplink->name;
}

IrcServer *irc_rfc_source_server(const IrcLine *line)
{
	IrcServer *server = irc_network_find_server(irc.network, irc_rfc_source_name(line));

	return server ? server : irc.network->uplink;
}

IrcMember *irc_rfc_find_member(const char *name, const IrcUser *user)
{
	const IrcChannel *channel = irc_network_find_channel(irc.network, name);

	return channel && user ? irc_channel_find_member(channel, user) : NULL;
}

/* ---- users and servers ---- */

static void set_user_mode(IrcUser *user, char letter, gboolean set)
{
	if (!g_ascii_isalpha(letter)) {
		return;
	}
	if (set) {
		user->modes |= IRC_MODE_BIT(letter);
	} else {
		user->modes &= ~IRC_MODE_BIT(letter);
	}
	switch (letter) {
	case 'a':
		irc_event_away(user, set);
		break;
	case 'o':
		irc_event_operator(user, set);
		break;
	case 'x':
		user->is_cloaked = set;
		irc_event_identity(user);
		break;
	}
}

void irc_rfc_set_user_modes(IrcUser *user, const char *letters)
{
	gboolean set = TRUE;

	for (const char *c = letters; *c; c++) {
		if (*c == '+' || *c == '-') {
			set = *c == '+';
		} else {
			set_user_mode(user, *c, set);
		}
	}
}

void irc_rfc_on_quit(const IrcLine *line)
{
	IrcUser *user = irc_rfc_source_user(line);

	if (user && !user->guest) {
		irc_event_quit(user, irc_line_param(line, 0));
	}
}

void irc_rfc_on_squit(const IrcLine *line)
{
	IrcServer *server = irc_network_find_server(irc.network, line->params[0]);
	const char *reason = irc_line_param(line, 1);

	if (!server) {
		return;
	}
	if (server == irc.network->me || server == irc.network->uplink) {
		irc_link_fail(GW_FAILURE_NETWORK, reason);
	} else {
		irc_event_split(server, reason);
	}
}

/* ---- channels ---- */

/* #c\x07o: a creator's join brings the status along. */
static void join_one(IrcUser *user, char *name)
{
	char *letters = strchr(name, '\x07');
	guint status = 0;

	if (letters) {
		*letters++ = '\0';
	}
	for (; letters && *letters; letters++) {
		status |= irc_mode_table_status_of_letter(irc.network->limits.modes, *letters);
	}
	if (*name) {
		irc_event_join(user, name, status);
	}
}

void irc_rfc_on_join(const IrcLine *line)
{
	IrcUser *user = irc_rfc_source_user(line);
	g_auto(GStrv) names = g_strsplit(line->params[0], ",", -1);

	for (char **name = names; user && *name; name++) {
		join_one(user, *name);
	}
}

/* :server NJOIN #c :@nick,+nick */
void irc_rfc_on_njoin(const IrcLine *line)
{
	g_auto(GStrv) names = g_strsplit(line->params[1], ",", -1);

	for (char **name = names; *name; name++) {
		const char *nick = *name;
		guint status = irc_mode_table_take_prefixes(irc.network->limits.modes, &nick);
		IrcUser *user = irc_network_find_user(irc.network, nick);

		if (user) {
			irc_event_join(user, line->params[0], status);
		}
	}
}

void irc_rfc_on_part(const IrcLine *line)
{
	const IrcUser *user = irc_rfc_source_user(line);
	g_auto(GStrv) names = g_strsplit(line->params[0], ",", -1);

	for (char **name = names; *name; name++) {
		IrcMember *member = irc_rfc_find_member(*name, user);

		if (member) {
			irc_event_part(member, irc_line_param(line, 1));
		}
	}
}

void irc_rfc_on_kick(const IrcLine *line)
{
	const IrcUser *user = irc_network_find_user(irc.network, line->params[1]);
	IrcMember *member = irc_rfc_find_member(line->params[0], user);

	if (member) {
		irc_event_kick(member, irc_rfc_source_name(line), irc_line_param(line, 2));
	}
}

void irc_rfc_on_topic(const IrcLine *line)
{
	IrcChannel *channel = irc_network_find_channel(irc.network, line->params[0]);

	if (channel) {
		irc_event_topic(
			channel, irc_rfc_source_name(line), line->params[1], g_get_real_time());
	}
}

void irc_rfc_on_mode(const IrcLine *line)
{
	const char *target = line->params[0];
	IrcUser *user = NULL;

	if (irc_network_is_channel_name(irc.network, target)) {
		irc_event_modes(irc_network_open_channel(irc.network, target), line->params + 1,
			line->n_params - 1);
		return;
	}
	user = irc_network_find_user(irc.network, target);
	if (user) {
		irc_rfc_set_user_modes(user, line->params[1]);
	}
}

/* ---- messages, questions ---- */

void irc_rfc_on_message(const IrcLine *line)
{
	irc_event_message(irc_rfc_source_name(line), irc_rfc_source_user(line), line->params[0],
		line->params[1], line->command[0] == 'N');
}

/* :asker WHOIS server :nick; :asker STATS letter :server; :asker VERSION server */
void irc_rfc_on_query(const IrcLine *line)
{
	const IrcUser *asker = irc_rfc_source_user(line);
	guint which = g_str_equal(line->command, "WHOIS") ? 1 : 0;

	if (asker && !asker->guest) {
		irc_query(asker, line->command, irc_line_param(line, which));
	}
}

/* ---- answers ---- */

void irc_rfc_on_pong(const IrcLine *line)
{
	irc_link_confirm(line->params[line->n_params - 1]);
}

void irc_rfc_on_refusal(guint numeric, const IrcLine *line)
{
	const IrcUser *user = irc_network_find_user(irc.network, irc_line_param(line, 0));
	GwSession *session = user ? irc_guest_session(user) : NULL;
	g_autofree char *text = g_strdup_printf(
		"%s: %s", irc_line_param(line, 1), irc_line_param(line, line->n_params - 1));

	if (session) {
		gw_session_failed(session, 0, irc_numeric_failure(numeric), text);
	}
}

/* ---- what we write ---- */

void irc_rfc_quit(GString *out, const IrcUser *user, const char *reason)
{
	irc_line_append(out, user->nick, "QUIT", reason ? reason : "", NULL);
}

void irc_rfc_nick(GString *out, const char *old_nick, const char *new_nick)
{
	irc_line_append(out, old_nick, "NICK", new_nick, NULL);
}

void irc_rfc_away(GString *out, const IrcUser *user, gboolean is_away)
{
	irc_line_append(out, user->nick, "MODE", user->nick, is_away ? "+a" : "-a", NULL);
}

void irc_rfc_join(GString *out, const IrcUser *user, const char *channel, gboolean creates)
{
	g_autofree char *creating = creates ? g_strconcat(channel, "\x07o", NULL) : NULL;

	irc_line_append(out, user->nick, "JOIN", creating ? creating : channel, NULL);
}

void irc_rfc_part(GString *out, const IrcUser *user, const char *channel, const char *reason)
{
	irc_line_append(out, user->nick, "PART", channel, reason ? reason : "", NULL);
}

void irc_rfc_kick(GString *out, const IrcUser *user, const char *channel, const IrcUser *victim,
	const char *reason)
{
	irc_line_append(out, user->nick, "KICK", channel, victim->nick, reason, NULL);
}

void irc_rfc_mode(GString *out, const IrcUser *user, const char *channel, const char *const *params,
	guint n_params)
{
	const char *words[IRC_LINE_MAX_PARAMS] = { channel };
	guint n = 1;

	for (guint i = 0; i < n_params && n < G_N_ELEMENTS(words); i++) {
		words[n++] = params[i];
	}
	irc_line_append_params(out, user->nick, "MODE", words, n);
}

void irc_rfc_topic(GString *out, const IrcUser *user, const char *channel, const char *text)
{
	irc_line_append(out, user->nick, "TOPIC", channel, text, NULL);
}

void irc_rfc_invite(GString *out, const IrcUser *user, const IrcUser *whom, const char *channel)
{
	irc_line_append(out, user->nick, "INVITE", whom->nick, channel, NULL);
}

void irc_rfc_message(
	GString *out, const IrcUser *user, const char *target, const char *text, gboolean notice)
{
	irc_line_append(out, user->nick, notice ? "NOTICE" : "PRIVMSG", target, text, NULL);
}

void irc_rfc_whois(GString *out, const IrcUser *user, const IrcUser *whom)
{
	irc_line_append(out, user->nick, "WHOIS", whom->nick, whom->nick, NULL);
}

void irc_rfc_reply(
	GString *out, guint numeric, const IrcUser *to, const char *const *params, guint n_params)
{
	const char *words[IRC_LINE_MAX_PARAMS] = { to->nick };
	char command[8];
	guint n = 1;

	g_snprintf(command, sizeof command, "%03u", numeric);
	for (guint i = 0; i < n_params && n < G_N_ELEMENTS(words); i++) {
		words[n++] = params[i];
	}
	irc_line_append_params(out, irc.network->me->name, command, words, n);
}

void irc_rfc_ping(GString *out, const char *token)
{
	irc_line_append(out, irc.network->me->name, "PING", token, NULL);
}
