/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "events.h"
#include "guests.h"
#include "gw-log.h"
#include "info.h"
#include "irc.h"
#include "isupport.h"
#include "link.h"
#include "numerics.h"
#include "rfc2813.h"

/* ngIRCd: RFC 2813's server protocol with the IRC+ extensions. Users are named by
 * nick, servers by name; there are no timestamps. The daemon's burst has no last
 * word: a PING ends it. */

/* CHANINFO, the exchange of numerics, lists in the burst, METADATA, modes by operators, all status
 * prefixes. Without 'S' services come as users. */
#define PROTOCOL "0210-IRC+"
#define IDENTITY "Tombolo|" GW_VERSION ":CHLMoX"

static struct {
	gboolean has_password; /* the daemon has shown the right one */
	gboolean has_limits;   /* it told its limits, and we ours */
} peer;

static const char *my_name(void)
{
	return irc.network->me->name;
}

/* ---- greeting ---- */

static void say_who_we_are(GString *out)
{
	irc_line_append(out, NULL, "PASS", irc.settings.send_password, PROTOCOL, IDENTITY, NULL);
	irc_line_append(out, NULL, "SERVER", my_name(), "1", irc.network->me->info, NULL);
}

static void begin(GString *out)
{
	memset(&peer, 0, sizeof peer);
	if (irc_link_is_caller()) {
		say_who_we_are(out);
	}
}

static void on_pass(const IrcLine *line)
{
	if (!g_str_equal(line->params[0], irc.settings.accept_password)) {
		irc_link_fail(GW_FAILURE_AUTH,
			"the daemon showed a wrong password: its PeerPassword and our "
			"accept-password must be the same");
		return;
	}
	if (line->n_params < 2 || !strstr(line->params[1], "IRC+")) {
		irc_link_fail(
			GW_FAILURE_UNSUPPORTED, "the daemon does not speak IRC+: is it an ngIRCd?");
		return;
	}
	peer.has_password = TRUE;
}

static void on_first_server(const IrcLine *line)
{
	const char *name = line->params[0];

	if (!peer.has_password) {
		irc_link_fail(GW_FAILURE_AUTH, "the daemon showed no password");
		return;
	}
	if (irc_network_find_server(irc.network, name)) {
		irc_link_fail(GW_FAILURE_CONFLICT,
			"the daemon has the same name as we: server-name must be another");
		return;
	}
	irc.network->uplink = irc_network_add_server(
		irc.network, name, line->params[line->n_params - 1], irc.network->me, 1);
	if (!irc_link_is_caller()) {
		say_who_we_are(irc_link_output());
	}
	irc_link_greeted();
}

/* :uplink SERVER name hops token :info */
static void on_server(const IrcLine *line)
{
	irc_network_add_server(irc.network, line->params[0], line->params[line->n_params - 1],
		irc_rfc_source_server(line), (guint)g_ascii_strtoull(line->params[1], NULL, 10));
}

/* ---- limits (005) ---- */

/* Ours are the daemon's: we take what it takes. */
static void tell_limits(void)
{
	const char *uplink = irc.network->uplink->name;

	if (peer.has_limits) {
		return;
	}
	peer.has_limits = TRUE;
	irc_line_append(irc_link_output(), my_name(), "005", uplink, "PREFIX=(qaohv)~&@%+",
		"CHANMODES=beI,k,l,imMnOPQRstVz", "are supported on this server", NULL);
	irc_line_append(irc_link_output(), my_name(), "376", uplink, "End of MOTD command", NULL);
}

/* ---- users ---- */

/* Somebody else has the nick that a user of ours took in the same moment. Either the daemon did
 * not take our change of nick, or it now kills both. */
static void settle_collision(IrcUser *ours)
{
	if (!irc_guest_take_back_nick(ours->guest)) {
		irc_event_killed(ours, irc.network->uplink->name,
			_("somebody took the same nickname at the same moment"));
	}
}

/* :server NICK nick hops user host token +modes :real name */
static void introduce_user(const IrcLine *line)
{
	const char *nick = line->params[0];
	IrcUser *other = irc_network_find_user(irc.network, nick);
	IrcUser *user = NULL;

	if (other && other->guest) {
		settle_collision(other);
	} else if (other) {
		irc_event_quit(other, NULL);
	}
	user = irc_event_user(nick, line->params[2], line->params[3], line->params[6],
		irc_rfc_source_server(line));
	if (user) {
		irc_rfc_set_user_modes(user, line->params[5]);
	}
}

static void rename_user(IrcUser *user, const char *nick)
{
	IrcUser *other = irc_network_find_user(irc.network, nick);

	if (other && other != user && other->guest) {
		settle_collision(other);
	}
	if (!irc_event_nick(user, nick, user->guest != NULL)) {
		gw_warning("the daemon gave somebody a nick that is taken");
	}
}

static void on_nick(const IrcLine *line)
{
	IrcUser *user = irc_rfc_source_user(line);

	if (line->n_params >= 7) {
		introduce_user(line);
	} else if (user) {
		rename_user(user, line->params[0]);
	}
}

static void replace(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

static void on_metadata(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);
	const char *key = line->params[1];
	const char *value = line->params[2];

	if (!user) {
		return;
	}
	if (g_str_equal(key, "accountname")) {
		irc_user_set_account(user, value);
	} else if (g_str_equal(key, "cloakhost")) {
		replace(&user->cloak, *value ? value : NULL);
	} else if (g_str_equal(key, "host")) {
		replace(&user->host, value);
	} else if (g_str_equal(key, "user")) {
		replace(&user->user, value);
	} else if (g_str_equal(key, "info")) {
		replace(&user->real_name, value);
		return;
	} else {
		return;
	}
	irc_event_identity(user);
}

/* The daemon puts "KILLed by op: " before what the operator wrote. */
static void on_kill(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);
	const char *actor = irc_rfc_source_name(line);
	const char *reason = irc_line_param(line, 1);
	g_autofree char *opening = g_strdup_printf("KILLed by %s: ", actor);

	if (user) {
		irc_event_killed(user, actor,
			g_str_has_prefix(reason, opening) ? reason + strlen(opening) : reason);
	}
}

static void on_svsnick(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);
	const char *nick = line->params[1];

	if (user && user->guest && !irc_network_find_user(irc.network, nick)) {
		irc_line_append(irc_link_output(), user->nick, "NICK", nick, NULL);
		irc_event_nick(user, nick, TRUE);
	}
}

/* ---- channels ---- */

/* Key and limit always stand in this order; the letters may not. */
static void adopt_modes(
	IrcChannel *channel, const char *letters, const char *key, const char *limit)
{
	const char *params[IRC_LINE_MAX_PARAMS] = { letters };
	guint n = 1;

	for (const char *c = letters; *c; c++) {
		if (*c == 'k' || *c == 'l') {
			params[n] = *c == 'k' ? key : limit;
			n += n < G_N_ELEMENTS(params) - 1;
		}
	}
	irc_event_modes(channel, params, n);
}

/* CHANINFO #c +modes [key limit] [:topic]. What a channel has already stays. Who set the topic, and
 * when, is not told. */
static void on_chaninfo(const IrcLine *line)
{
	IrcChannel *channel = irc_network_open_channel(irc.network, line->params[0]);
	gboolean long_form = line->n_params >= 5;
	const char *topic = irc_line_param(line, long_form ? 4 : 2);

	if (channel->modes == 0) {
		adopt_modes(channel, line->params[1], long_form ? line->params[2] : "*",
			long_form ? line->params[3] : "0");
	}
	if (!channel->topic && *topic) {
		irc_event_topic(channel, NULL, topic, 0);
	}
}

/* ngIRCd leaves it to the server of who is invited. */
static void confirm_invitation(const IrcUser *by, const IrcUser *whom, const char *channel)
{
	if (by && !by->guest && whom && whom->guest) {
		irc_line_append(
			irc_link_output(), whom->nick, "341", by->nick, whom->nick, channel, NULL);
	}
}

static void on_invite(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);

	confirm_invitation(irc_rfc_source_user(line), user, line->params[1]);
	if (user) {
		irc_event_invite(user, irc_rfc_source_name(line), line->params[1]);
	}
}

static void on_svsjoin(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);

	if (user && user->guest && !irc_rfc_find_member(line->params[1], user)) {
		irc_line_append(irc_link_output(), user->nick, "JOIN", line->params[1], NULL);
		irc_event_join(user, line->params[1], 0);
	}
}

/* ---- the link itself ---- */

static void on_ping(const IrcLine *line)
{
	irc_line_append(irc_link_urgent(), my_name(), "PONG", my_name(), line->params[0], NULL);
	if (peer.has_limits) {
		irc_link_ready();
	}
}

static const struct {
	const char *part;
	GwFailure failure;
	const char *text;
} errors[] = {
	{ "Bad password", GW_FAILURE_AUTH,
		"the daemon refuses our password: its MyPassword and our send-password must be "
		"the same" },
	{ "not configured here", GW_FAILURE_AUTH,
		"the daemon does not know our server-name: it needs a [Server] section with that "
		"Name" },
	{ "already registered", GW_FAILURE_CONFLICT,
		"a server with our server-name is linked already" },
};

static void on_error(const IrcLine *line)
{
	g_autofree char *text =
		g_strdup_printf("the daemon closed the link: %s", irc_line_param(line, 0));

	for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
		if (strstr(irc_line_param(line, 0), errors[i].part)) {
			irc_link_fail(errors[i].failure, errors[i].text);
		}
	}
	irc_link_fail(GW_FAILURE_NETWORK, text);
}

/* ---- numerics ---- */

static void on_refused_nick(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, irc_line_param(line, 1));

	if (user && user->guest) {
		irc_guest_take_back_nick(user->guest);
	}
}

static void on_numeric(guint numeric, const IrcLine *line)
{
	switch (numeric) {
	case IRC_RPL_ISUPPORT:
		irc_isupport_read(line);
		break;
	case IRC_RPL_ENDOFMOTD:
	case IRC_ERR_NOMOTD:
		tell_limits();
		break;
	case IRC_RPL_WHOISIDLE:
	case IRC_RPL_ENDOFWHOIS:
		irc_info_on_whois(numeric, line);
		break;
	case IRC_ERR_NICKNAMEINUSE:
	case IRC_ERR_ERRONEUSNICKNAME:
		on_refused_nick(line);
		irc_rfc_on_refusal(numeric, line);
		break;
	default:
		if (irc_numeric_failure(numeric) != GW_FAILURE_NONE) {
			irc_rfc_on_refusal(numeric, line);
		}
	}
}

static const IrcVerb greeting[] = {
	{ "PASS", 1, on_pass },
	{ "SERVER", 2, on_first_server },
	{ "ERROR", 0, on_error },
	{ 0 },
};

static const IrcVerb verbs[] = {
	{ "PRIVMSG", 2, irc_rfc_on_message },
	{ "NOTICE", 2, irc_rfc_on_message },
	{ "JOIN", 1, irc_rfc_on_join },
	{ "NJOIN", 2, irc_rfc_on_njoin },
	{ "PART", 1, irc_rfc_on_part },
	{ "QUIT", 0, irc_rfc_on_quit },
	{ "NICK", 1, on_nick },
	{ "MODE", 2, irc_rfc_on_mode },
	{ "TOPIC", 2, irc_rfc_on_topic },
	{ "KICK", 2, irc_rfc_on_kick },
	{ "INVITE", 2, on_invite },
	{ "KILL", 1, on_kill },
	{ "METADATA", 3, on_metadata },
	{ "CHANINFO", 2, on_chaninfo },
	{ "SVSNICK", 2, on_svsnick },
	{ "SVSJOIN", 2, on_svsjoin },
	{ "SERVER", 2, on_server },
	{ "SQUIT", 1, irc_rfc_on_squit },
	{ "PING", 1, on_ping },
	{ "PONG", 1, irc_rfc_on_pong },
	{ "ERROR", 0, on_error },
	{ "WHOIS", 1, irc_rfc_on_query },
	{ "VERSION", 0, irc_rfc_on_query },
	{ "TIME", 0, irc_rfc_on_query },
	{ "ADMIN", 0, irc_rfc_on_query },
	{ "INFO", 0, irc_rfc_on_query },
	{ "MOTD", 0, irc_rfc_on_query },
	{ "LINKS", 0, irc_rfc_on_query },
	{ "LUSERS", 0, irc_rfc_on_query },
	{ "STATS", 0, irc_rfc_on_query },
	{ "TRACE", 0, irc_rfc_on_query },
	{ "USERS", 0, irc_rfc_on_query },
	{ "WHOWAS", 0, irc_rfc_on_query },
	{ 0 },
};

/* ---- what we write ---- */

static void introduce(GString *out, const IrcUser *user)
{
	irc_line_append(out, my_name(), "NICK", user->nick, "1", user->user, user->host, "1", "+i",
		user->real_name, NULL);
}

/* Never the daemon's own name: ngIRCd 26.1 would then free itself as a server, and go on with what
 * is left. */
static void unlink_cleanly(GString *out, const char *reason)
{
	irc_line_append(out, my_name(), "SQUIT", my_name(), reason, NULL);
}

/* ---- */

static gboolean is_operator(const IrcUser *user)
{
	return user->is_operator;
}

static gboolean is_registered(const IrcUser *user)
{
	return user->account || (user->modes & IRC_MODE_BIT('R'));
}

/* How a user came to XMPP is not known here. */
static gboolean is_encrypted(const IrcUser *user)
{
	return FALSE;
}

static const IrcDoor doors[] = {
	{ 'O', is_operator, GW_FAILURE_NOT_ALLOWED,
		N_("This channel is for operators of the network only (+O).") },
	{ 'R', is_registered, GW_FAILURE_MEMBERS_ONLY,
		N_("This channel is for people with an account on the network only (+R). If you "
		   "have one, log in to it first.") },
	{ 'z', is_encrypted, GW_FAILURE_NOT_ALLOWED,
		N_("This channel is for encrypted IRC connections only (+z) and cannot be joined "
		   "from here.") },
	{ 0 },
};

const IrcDriver irc_driver_ngircd = {
	.name = "ngircd",
	.greeting = greeting,
	.verbs = verbs,
	.handle_numeric = on_numeric,
	.doors = doors,
	.permanent_mode = 'P',
	.no_nick_mode = 'N',
	.begin = begin,
	.introduce = introduce,
	.quit = irc_rfc_quit,
	.nick = irc_rfc_nick,
	.away = irc_rfc_away,
	.join = irc_rfc_join,
	.part = irc_rfc_part,
	.kick = irc_rfc_kick,
	.mode = irc_rfc_mode,
	.topic = irc_rfc_topic,
	.invite = irc_rfc_invite,
	.message = irc_rfc_message,
	.whois = irc_rfc_whois,
	.reply = irc_rfc_reply,
	.ping = irc_rfc_ping,
	.unlink = unlink_cleanly,
};
