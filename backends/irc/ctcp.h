/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_CTCP_H
#define IRC_CTCP_H

#include <glib.h>

/* CTCP (draft-oakley-irc-ctcp): a PRIVMSG (request) or NOTICE (reply) whose text is
 * \x01COMMAND arguments\x01. */

/* Bytes that an action's text takes more than the text itself: "\x01ACTION " and "\x01". */
#define IRC_CTCP_ACTION_OVERHEAD 9

typedef struct {
	char *command;         /* upper case */
	const char *arguments; /* "" for none; in the allocation of `command` */
} IrcCtcp;

/* FALSE: plain text. The last \x01 may be missing. Clear with irc_ctcp_clear(). */
gboolean irc_ctcp_parse(IrcCtcp *ctcp, const char *text);
void irc_ctcp_clear(IrcCtcp *ctcp);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IrcCtcp, irc_ctcp_clear)

gboolean irc_ctcp_is(const IrcCtcp *ctcp, const char *command);

/* \x01COMMAND arguments\x01. `arguments` NULL or "": none; \x01, CR and LF in them become blanks.
 * (transfer full) */
char *irc_ctcp_build(const char *command, const char *arguments);

/* The text of the NOTICE that answers a request. NULL: no answer is due (ACTION, or not known).
 * `version` answers VERSION, `time_us` (Unix time) TIME. (transfer full) (nullable) */
char *irc_ctcp_reply(const IrcCtcp *request, const char *version, gint64 time_us);

/* XEP-0245. The body of an action: "/me " and the text. (transfer full) */
char *irc_ctcp_action_to_body(const char *text);
/* The text of a body that is an action, in `body`; NULL: it is none. */
const char *irc_ctcp_action_of_body(const char *body);

#endif
