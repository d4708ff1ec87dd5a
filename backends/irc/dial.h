/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_DIAL_H
#define IRC_DIAL_H

#include <gio/gio.h>

#include "settings.h"

/* From the settings to a connected stream: connect or listen, TLS, its checks. */

typedef struct Dial Dial;

/* One result for each dial_again(), or for each daemon that calls us: a connection (transfer
 * full), or an error that says what to do. */
typedef void (*DialResult)(GIOStream *io, const GError *error);

/* NULL: it can not even listen, or its files can not be read. `settings` must outlive it. */
Dial *dial_new(const IrcSettings *settings, DialResult on_result, GError **error);
/* No result follows. NULL is fine. */
void dial_free(Dial *dial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dial, dial_free)

/* Connects, or waits for the next call. */
void dial_again(Dial *dial);

#endif
