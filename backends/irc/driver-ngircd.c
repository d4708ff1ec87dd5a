/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "events.h"
#include "guests.h"
#include "gw-log.h"
#include "info.h"
#include "irc.h"
#include "link.h"
#include "numerics.h"
#include "queries.h"

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
	char name[64];         /* its own */
} peer;

static const char *my_name(void)
{
	return irc.network->me->name;
}

/* ---- sources ---- */

static IrcUser *source_user(const IrcLine *line)
{
	return line->source ? irc_network_find_user(irc.network, line->source) : NULL;
}

static const char *source_name(const IrcLine *line)
{
	return line->source ? line->source : peer.name;
}

/* The daemon itself, where there is none or it is not known. */
static IrcServer *source_server(const IrcLine *line)
{
	IrcServer *server = irc_network_find_server(irc.network, source_name(line));

	return server ? server : irc_network_find_server(irc.network, peer.name);
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
	if (irc_network_find_server(irc.network, name) || strlen(name) >= sizeof peer.name) {
		irc_link_fail(GW_FAILURE_CONFLICT,
			"the daemon has the same name as we: server-name must be another");
		return;
	}
	g_strlcpy(peer.name, name, sizeof peer.name);
	irc_network_add_server(
		irc.network, name, line->params[line->n_params - 1], irc.network->me, 1);
	if (!irc_link_is_caller()) {
		say_who_we_are(irc_link_output());
	}
	irc_link_greeted();
}

/* :uplink SERVER name hops token :info */
static void on_server(const IrcLine *line)
{
	if (!*peer.name) {
		on_first_server(line);
		return;
	}
	irc_network_add_server(irc.network, line->params[0], line->params[line->n_params - 1],
		source_server(line), (guint)g_ascii_strtoull(line->params[1], NULL, 10));
}

/* ---- limits (005) ---- */

static void set_casemap(const char *value)
{
	IrcCasemap casemap = irc_casemap_from_name(value, irc.network->limits.casemap);

	if (!irc_network_set_casemap(irc.network, casemap)) {
		gw_warning("the daemon changed its case mapping while linked");
	}
}

static void set_prefix(const char *value)
{
	irc_mode_table_set_prefix(irc.network->limits.modes, value);
}

static void set_channel_modes(const char *value)
{
	irc_mode_table_set_chanmodes(irc.network->limits.modes, value);
}

/* Channels of '&' are the daemon's own: those behind a link can not be there. */
static void set_channel_types(const char *value)
{
	char *types = g_strdup(value);
	char *to = types;

	for (const char *from = value; *from; from++) {
		if (*from != '&') {
			*to++ = *from;
		}
	}
	*to = '\0';
	g_free(irc.network->limits.channel_types);
	irc.network->limits.channel_types = types;
}

static void set_nick_length(const char *value)
{
	if (irc.settings.nick_length == 0) {
		irc.network->limits.nick.max_length = g_ascii_strtoull(value, NULL, 10);
	}
}

static void set_channel_length(const char *value)
{
	irc.network->limits.channel_length = g_ascii_strtoull(value, NULL, 10);
}

static void set_topic_length(const char *value)
{
	irc.network->limits.topic_length = g_ascii_strtoull(value, NULL, 10);
}

static void set_modes_per_line(const char *value)
{
	irc.network->limits.modes_per_line = (guint)g_ascii_strtoull(value, NULL, 10);
}

static const struct {
	const char *key;
	void (*set)(const char *value);
} limits[] = {
	{ "CASEMAPPING=", set_casemap },
	{ "PREFIX=", set_prefix },
	{ "CHANMODES=", set_channel_modes },
	{ "CHANTYPES=", set_channel_types },
	{ "NICKLEN=", set_nick_length },
	{ "CHANNELLEN=", set_channel_length },
	{ "TOPICLEN=", set_topic_length },
	{ "MODES=", set_modes_per_line },
};

static void read_limits(const IrcLine *line)
{
	for (guint i = 1; i < line->n_params; i++) {
		for (guint k = 0; k < G_N_ELEMENTS(limits); k++) {
			if (g_str_has_prefix(line->params[i], limits[k].key)) {
				limits[k].set(line->params[i] + strlen(limits[k].key));
			}
		}
	}
}

/* Ours are the daemon's: we take what it takes. */
static void tell_limits(void)
{
	if (peer.has_limits || !*peer.name) {
		return;
	}
	peer.has_limits = TRUE;
	irc_line_append(irc_link_output(), my_name(), "005", peer.name, "PREFIX=(qaohv)~&@%+",
		"CHANMODES=beI,k,l,imMnOPQRstVz", "are supported on this server", NULL);
	irc_line_append(
		irc_link_output(), my_name(), "376", peer.name, "End of MOTD command", NULL);
}

/* ---- users ---- */

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

static void set_user_modes(IrcUser *user, const char *letters)
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

/* Somebody else has the nick that a user of ours took in the same moment. Either the daemon did
 * not take our change of nick, or it now kills both. */
static void settle_collision(IrcUser *ours)
{
	if (!irc_guest_take_back_nick(ours->guest)) {
		irc_event_killed(ours, peer.name, "Nick collision");
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
	user = irc_event_user(
		nick, line->params[2], line->params[3], line->params[6], source_server(line));
	if (user) {
		set_user_modes(user, line->params[5]);
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
	IrcUser *user = source_user(line);

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

static void on_quit(const IrcLine *line)
{
	IrcUser *user = source_user(line);

	if (user && !user->guest) {
		irc_event_quit(user, irc_line_param(line, 0));
	}
}

/* The daemon puts "KILLed by op: " before what the operator wrote. */
static void on_kill(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);
	const char *actor = source_name(line);
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

static void on_squit(const IrcLine *line)
{
	IrcServer *server = irc_network_find_server(irc.network, line->params[0]);
	const char *reason = irc_line_param(line, 1);

	if (!server) {
		return;
	}
	if (server == irc.network->me || g_str_equal(server->name, peer.name)) {
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

static void on_join(const IrcLine *line)
{
	IrcUser *user = source_user(line);
	g_auto(GStrv) names = g_strsplit(line->params[0], ",", -1);

	for (char **name = names; user && *name; name++) {
		join_one(user, *name);
	}
}

/* :server NJOIN #c :@nick,+nick */
static void on_njoin(const IrcLine *line)
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

static IrcMember *find_member(const char *channel_name, const IrcUser *user)
{
	const IrcChannel *channel = irc_network_find_channel(irc.network, channel_name);

	return channel && user ? irc_channel_find_member(channel, user) : NULL;
}

static void on_part(const IrcLine *line)
{
	const IrcUser *user = source_user(line);
	g_auto(GStrv) names = g_strsplit(line->params[0], ",", -1);

	for (char **name = names; *name; name++) {
		IrcMember *member = find_member(*name, user);

		if (member) {
			irc_event_part(member, irc_line_param(line, 1));
		}
	}
}

static void on_kick(const IrcLine *line)
{
	const IrcUser *user = irc_network_find_user(irc.network, line->params[1]);
	IrcMember *member = find_member(line->params[0], user);

	if (member) {
		irc_event_kick(member, source_name(line), irc_line_param(line, 2));
	}
}

static void on_topic(const IrcLine *line)
{
	IrcChannel *channel = irc_network_find_channel(irc.network, line->params[0]);

	if (channel) {
		irc_event_topic(channel, source_name(line), line->params[1], g_get_real_time());
	}
}

static void on_mode(const IrcLine *line)
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
		set_user_modes(user, line->params[1]);
	}
}

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

static void on_invite(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);

	if (user) {
		irc_event_invite(user, source_name(line), line->params[1]);
	}
}

static void on_svsjoin(const IrcLine *line)
{
	IrcUser *user = irc_network_find_user(irc.network, line->params[0]);

	if (user && user->guest && !find_member(line->params[1], user)) {
		irc_line_append(irc_link_output(), user->nick, "JOIN", line->params[1], NULL);
		irc_event_join(user, line->params[1], 0);
	}
}

/* ---- messages, questions ---- */

static void on_message(const IrcLine *line)
{
	irc_event_message(source_name(line), source_user(line), line->params[0], line->params[1],
		line->command[0] == 'N');
}

/* :asker WHOIS server :nick; :asker STATS letter :server; :asker VERSION server */
static void on_query(const IrcLine *line)
{
	const IrcUser *asker = source_user(line);
	guint which = g_str_equal(line->command, "WHOIS") ? 1 : 0;

	if (asker && !asker->guest) {
		irc_query(asker, line->command, irc_line_param(line, which));
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

static void on_pong(const IrcLine *line)
{
	irc_link_confirm(line->params[line->n_params - 1]);
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

static void on_refusal(guint numeric, const IrcLine *line)
{
	const IrcUser *user = irc_network_find_user(irc.network, irc_line_param(line, 0));
	GwSession *session = user ? irc_guest_session(user) : NULL;
	g_autofree char *text = g_strdup_printf(
		"%s: %s", irc_line_param(line, 1), irc_line_param(line, line->n_params - 1));

	if (session) {
		gw_session_failed(session, 0, irc_numeric_failure(numeric), text);
	}
}

static void on_numeric(guint numeric, const IrcLine *line)
{
	switch (numeric) {
	case IRC_RPL_ISUPPORT:
		read_limits(line);
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
		on_refusal(numeric, line);
		break;
	default:
		if (irc_numeric_failure(numeric) != GW_FAILURE_NONE) {
			on_refusal(numeric, line);
		}
	}
}

static const IrcVerb verbs[] = {
	{ "PRIVMSG", 2, on_message },
	{ "NOTICE", 2, on_message },
	{ "JOIN", 1, on_join },
	{ "NJOIN", 2, on_njoin },
	{ "PART", 1, on_part },
	{ "QUIT", 0, on_quit },
	{ "NICK", 1, on_nick },
	{ "MODE", 2, on_mode },
	{ "TOPIC", 2, on_topic },
	{ "KICK", 2, on_kick },
	{ "INVITE", 2, on_invite },
	{ "KILL", 1, on_kill },
	{ "METADATA", 3, on_metadata },
	{ "CHANINFO", 2, on_chaninfo },
	{ "SVSNICK", 2, on_svsnick },
	{ "SVSJOIN", 2, on_svsjoin },
	{ "PASS", 1, on_pass },
	{ "SERVER", 2, on_server },
	{ "SQUIT", 1, on_squit },
	{ "PING", 1, on_ping },
	{ "PONG", 1, on_pong },
	{ "ERROR", 0, on_error },
	{ "WHOIS", 1, on_query },
	{ "VERSION", 0, on_query },
	{ "TIME", 0, on_query },
	{ "ADMIN", 0, on_query },
	{ "INFO", 0, on_query },
	{ "MOTD", 0, on_query },
	{ "LINKS", 0, on_query },
	{ "LUSERS", 0, on_query },
	{ "STATS", 0, on_query },
	{ "TRACE", 0, on_query },
	{ "USERS", 0, on_query },
	{ "WHOWAS", 0, on_query },
	{ 0 },
};

/* ---- what we write ---- */

static void introduce(GString *out, const IrcUser *user)
{
	irc_line_append(out, my_name(), "NICK", user->nick, "1", user->user, user->host, "1", "+i",
		user->real_name, NULL);
}

static void quit(GString *out, const IrcUser *user, const char *reason)
{
	irc_line_append(out, user->nick, "QUIT", reason ? reason : "", NULL);
}

static void change_nick(GString *out, const char *old_nick, const char *new_nick)
{
	irc_line_append(out, old_nick, "NICK", new_nick, NULL);
}

/* The text of AWAY does not travel between servers. */
static void away(GString *out, const IrcUser *user, gboolean is_away)
{
	irc_line_append(out, user->nick, "MODE", user->nick, is_away ? "+a" : "-a", NULL);
}

static void join(GString *out, const IrcUser *user, const char *channel, gboolean creates)
{
	g_autofree char *text = g_strconcat(channel, creates ? "\x07o" : NULL, NULL);

	irc_line_append(out, user->nick, "JOIN", text, NULL);
}

static void part(GString *out, const IrcUser *user, const char *channel, const char *reason)
{
	irc_line_append(out, user->nick, "PART", channel, reason ? reason : "", NULL);
}

static void kick(GString *out, const IrcUser *user, const char *channel, const IrcUser *victim,
	const char *reason)
{
	irc_line_append(out, user->nick, "KICK", channel, victim->nick, reason, NULL);
}

static void mode(GString *out, const IrcUser *user, const char *channel, const char *const *params,
	guint n_params)
{
	const char *words[IRC_LINE_MAX_PARAMS] = { channel };
	guint n = 1;

	for (guint i = 0; i < n_params && n < G_N_ELEMENTS(words); i++) {
		words[n++] = params[i];
	}
	irc_line_append_params(out, user->nick, "MODE", words, n);
}

static void topic(GString *out, const IrcUser *user, const char *channel, const char *text)
{
	irc_line_append(out, user->nick, "TOPIC", channel, text, NULL);
}

static void invite(GString *out, const IrcUser *user, const IrcUser *whom, const char *channel)
{
	irc_line_append(out, user->nick, "INVITE", whom->nick, channel, NULL);
}

static void message(
	GString *out, const IrcUser *user, const char *target, const char *text, gboolean notice)
{
	irc_line_append(out, user->nick, notice ? "NOTICE" : "PRIVMSG", target, text, NULL);
}

static void whois(GString *out, const IrcUser *user, const IrcUser *whom)
{
	irc_line_append(out, user->nick, "WHOIS", whom->nick, whom->nick, NULL);
}

static void reply(
	GString *out, guint numeric, const IrcUser *to, const char *const *params, guint n_params)
{
	const char *words[IRC_LINE_MAX_PARAMS] = { to->nick };
	char command[8];
	guint n = 1;

	g_snprintf(command, sizeof command, "%03u", numeric);
	for (guint i = 0; i < n_params && n < G_N_ELEMENTS(words); i++) {
		words[n++] = params[i];
	}
	irc_line_append_params(out, my_name(), command, words, n);
}

static void ping(GString *out, const char *token)
{
	irc_line_append(out, my_name(), "PING", token, NULL);
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
	{ 'O', is_operator, GW_FAILURE_NOT_ALLOWED, "The channel is for IRC operators only (+O)." },
	{ 'R', is_registered, GW_FAILURE_MEMBERS_ONLY,
		"The channel is for users with an account at the network only (+R)." },
	{ 'z', is_encrypted, GW_FAILURE_NOT_ALLOWED,
		"The channel is for IRC connections with TLS only (+z)." },
	{ 0 },
};

const IrcDriver irc_driver_ngircd = {
	.name = "ngircd",
	.verbs = verbs,
	.handle_numeric = on_numeric,
	.doors = doors,
	.permanent_mode = 'P',
	.no_nick_mode = 'N',
	.begin = begin,
	.introduce = introduce,
	.quit = quit,
	.nick = change_nick,
	.away = away,
	.join = join,
	.part = part,
	.kick = kick,
	.mode = mode,
	.topic = topic,
	.invite = invite,
	.message = message,
	.whois = whois,
	.reply = reply,
	.ping = ping,
	.unlink = unlink_cleanly,
};
