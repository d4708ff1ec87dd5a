/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_LINK_H
#define IRC_LINK_H

#include <gio/gio.h>

#include "gw-types.h"

/* The connection to the daemon: made, kept alive, lost and made again.
 *
 * While our users' commands are on their way one PING with a number is out: its
 * PONG says that the daemon has read all before it (gw_taken()). When the link
 * breaks, what was not confirmed is uncertain (gw_uncertain()). */

/* By the settings; it is tried for ever. */
gboolean irc_link_open(GError **error);
/* Leaves the network, then calls gw_stopped(). */
void irc_link_close(const char *reason);

/* The burst of the daemon is over: users may act. */
gboolean irc_link_is_up(void);
/* The daemon reads much more slowly than we write. */
gboolean irc_link_is_full(void);

/* Where lines go; valid until the command or line now handled is done. Never NULL while a line is
 * handled or the link is up. The command now handled counts as unconfirmed from here on. */
GString *irc_link_output(void);
/* The same for lines that must not wait behind others, like a PONG. */
GString *irc_link_urgent(void);
/* The command now handled needs no line, but its turn comes like that of the others. */
void irc_link_mark(void);
/* Whether the daemon has surely read a command. */
gboolean irc_link_has_taken(guint serial);

/* ---- what drivers say ---- */

/* The daemon has shown the right name and password. */
void irc_link_greeted(void);
/* Its burst is over. */
void irc_link_ready(void);
/* A PING of ours came back with this token. */
void irc_link_confirm(const char *token);
/* Ends the connection after the line now handled; `text` is for log and users. */
void irc_link_fail(GwFailure why, const char *text);
/* We connected, so we greeted first. */
gboolean irc_link_is_caller(void);

/* ---- between link.c and confirm.c ---- */

void irc_link_ping(const char *token);
void irc_link_on_confirmed(void);

#endif
