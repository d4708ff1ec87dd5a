/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_INFO_H
#define IRC_INFO_H

#include "ctcp.h"
#include "gw-backend.h"
#include "line.h"
#include "network.h"

/* What our users ask about others: from our state, by WHOIS, by CTCP. */

void irc_info_get(GwSession *session, const GwInfo *info);
/* The session asks no more. */
void irc_info_cancel(const GwSession *session);
void irc_info_cancel_all(void);

/* A reply of `user` (nullable: a server) to a CTCP request. */
void irc_info_on_ctcp_reply(GwSession *session, const IrcUser *user, const IrcCtcp *reply);
/* A numeric of a WHOIS; parameter 0 is our user, 1 whom it is about. */
void irc_info_on_whois(guint numeric, const IrcLine *line);

#endif
