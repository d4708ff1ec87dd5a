/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_RFC2813_H
#define IRC_RFC2813_H

#include "driver.h"

/* What daemons that follow RFC 2813 say in the same words, for their drivers to pick from: readers
 * for the table of verbs, writers for the IrcDriver. How a daemon greets, bursts and settles
 * collisions is its own. */

/* ---- who says it ---- */

/* NULL: a server, or somebody who is not known. */
IrcUser *irc_rfc_source_user(const IrcLine *line);
/* A nick or a server's name; the daemon's where there is none. */
const char *irc_rfc_source_name(const IrcLine *line);
/* The daemon itself, where there is none or it is not known. */
IrcServer *irc_rfc_source_server(const IrcLine *line);

IrcMember *irc_rfc_find_member(const char *channel, const IrcUser *user);
/* Letters as in MODE, "+i-a". */
void irc_rfc_set_user_modes(IrcUser *user, const char *letters);

/* ---- readers ---- */

void irc_rfc_on_quit(const IrcLine *line);
void irc_rfc_on_squit(const IrcLine *line);
void irc_rfc_on_join(const IrcLine *line);
void irc_rfc_on_njoin(const IrcLine *line);
void irc_rfc_on_part(const IrcLine *line);
void irc_rfc_on_kick(const IrcLine *line);
void irc_rfc_on_topic(const IrcLine *line);
void irc_rfc_on_mode(const IrcLine *line);
void irc_rfc_on_message(const IrcLine *line); /* PRIVMSG, NOTICE */
void irc_rfc_on_query(const IrcLine *line);   /* WHOIS, VERSION, … */
void irc_rfc_on_pong(const IrcLine *line);
/* The daemon refuses what one of our users did. */
void irc_rfc_on_refusal(guint numeric, const IrcLine *line);

/* ---- writers ---- */

void irc_rfc_quit(GString *out, const IrcUser *user, const char *reason);
void irc_rfc_nick(GString *out, const char *old_nick, const char *new_nick);
/* The text of AWAY does not travel between servers. */
void irc_rfc_away(GString *out, const IrcUser *user, gboolean is_away);
void irc_rfc_join(GString *out, const IrcUser *user, const char *channel, gboolean creates);
void irc_rfc_part(GString *out, const IrcUser *user, const char *channel, const char *reason);
void irc_rfc_kick(GString *out, const IrcUser *user, const char *channel, const IrcUser *victim,
	const char *reason);
void irc_rfc_mode(GString *out, const IrcUser *user, const char *channel, const char *const *params,
	guint n_params);
void irc_rfc_topic(GString *out, const IrcUser *user, const char *channel, const char *text);
void irc_rfc_invite(GString *out, const IrcUser *user, const IrcUser *whom, const char *channel);
void irc_rfc_message(
	GString *out, const IrcUser *user, const char *target, const char *text, gboolean notice);
void irc_rfc_whois(GString *out, const IrcUser *user, const IrcUser *whom);
void irc_rfc_reply(
	GString *out, guint numeric, const IrcUser *to, const char *const *params, guint n_params);
void irc_rfc_ping(GString *out, const char *token);

#endif
