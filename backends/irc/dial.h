/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_DIAL_H
#define IRC_DIAL_H

#include <gio/gio.h>

#include "settings.h"

/* From the settings to a connected stream: connect or listen, TLS, its checks. */

typedef struct IrcDial IrcDial;

/* One result for each irc_dial_again(), or for each daemon that calls us: a connection (transfer
 * full), or an error that says what to do. */
typedef void (*IrcDialResult)(GIOStream *io, const GError *error);

/* NULL: it can not even listen, or its files can not be read. `settings` must outlive it. */
IrcDial *irc_dial_new(const IrcSettings *settings, IrcDialResult on_result, GError **error);
/* No result follows. NULL is fine. */
void irc_dial_free(IrcDial *dial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrcDial, irc_dial_free)

/* Connects, or waits for the next call. */
void irc_dial_again(IrcDial *dial);

#endif
