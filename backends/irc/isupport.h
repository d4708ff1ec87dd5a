/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_ISUPPORT_H
#define IRC_ISUPPORT_H

#include "line.h"

/* Takes the limits of the network from a line 005: "KEY=value" words. Keys that are not known are
 * passed over. */
void irc_isupport_read(const IrcLine *line);

#endif
