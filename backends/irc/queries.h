/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_QUERIES_H
#define IRC_QUERIES_H

#include "network.h"

/* `asker`, somebody of the network, asks our server something. `param` is what is asked for, where
 * that is said (whose WHOIS, which STATS). */
void irc_query(const IrcUser *asker, const char *verb, const char *param);

#endif
