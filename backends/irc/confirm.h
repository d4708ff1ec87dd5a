/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_CONFIRM_H
#define IRC_CONFIRM_H

#include <glib.h>

/* Which commands the daemon has surely read. IRC acknowledges nothing, so a PING
 * with a number follows what our users send, one at a time: its PONG stands for
 * all that was written before it. */

/* The command now handled is written; it is open until confirmed. */
void irc_confirm_mark(void);
gboolean irc_confirm_is_open(void);
gboolean irc_confirm_has_taken(guint serial);
/* Sends a PING now, unless one is out. */
void irc_confirm_ping(void);
/* The link is lost: what is open is uncertain. */
void irc_confirm_give_up(void);

#endif
