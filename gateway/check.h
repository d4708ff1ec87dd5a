/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHECK_H
#define CHECK_H

#include <glib.h>

/* `tombolo check`: is the config right, and with `connect`, do the XMPP server and the network take
 * us? Prints what it finds and what to do. TRUE: all is well. */
gboolean check(const char *path, gboolean connect);

#endif
